// Pictures of samples by their names, asked for once and kept while the page shows the same model.

import { askPictures } from "../shared/decoder.js";
import { draw, erase } from "../shared/picture.js";

const MOST = 64; // asked for at once
const KEPT = 2000;

export class Thumbs {
  root; pointOf; onTrouble; model; key; pictures; asked;

  /** ``pointOf(name)`` makes the point of a sample; ``onTrouble(error)`` hears of what fails. */
  constructor(root, pointOf, onTrouble) {
    Object.assign(this, { root, pointOf, onTrouble, model: null, key: null });
    this.pictures = new Map();
    this.asked = new Map(); // name -> canvases that wait for it
  }

  /** Another model or class: what is kept is of no use any more. */
  open(model, key) {
    if (model === this.model && key === this.key) return;
    Object.assign(this, { model, key, pictures: new Map(), asked: new Map() });
  }

  /** Draw a sample on a canvas, now or as soon as it is there. */
  draw(canvas, name) {
    canvas.dataset.sample = name;
    const known = this.pictures.get(name);
    if (known) return draw(canvas, known);
    erase(canvas);
    if (!this.asked.has(name)) this.asked.set(name, { canvases: new Set(), sent: false });
    this.asked.get(name).canvases.add(canvas);
    this.soon ??= Promise.resolve().then(() => {
      this.soon = null;
      this.fetch();
    });
  }

  async fetch() {
    const { model, key, asked } = this;
    const names = [...asked].filter(([, one]) => !one.sent).map(([name]) => name).slice(0, MOST);
    if (!names.length) return;
    for (const name of names) asked.get(name).sent = true;
    const more = [...asked.values()].some((one) => !one.sent);
    try {
      const found = await askPictures(this.root, model, names.map(this.pointOf));
      if (this.model !== model || this.key !== key) return;
      const size = found.height * found.width * found.channels;
      names.forEach((name, index) => {
        const one = { ...found, count: 1, bytes: found.bytes.slice(index * size, (index + 1) * size) };
        this.pictures.set(name, one);
        for (const canvas of asked.get(name)?.canvases ?? []) if (canvas.dataset.sample === name) draw(canvas, one);
        asked.delete(name);
      });
      while (this.pictures.size > KEPT) this.pictures.delete(this.pictures.keys().next().value);
    } catch (error) {
      for (const name of names) asked.delete(name); // the next wish asks again
      if (this.model === model && this.key === key) this.onTrouble(error);
    }
    if (more) this.fetch();
  }
}
