// The classifier's output on the means and on the result, once nothing moves any more.

import { askJson } from "../shared/decoder.js";

const SETTLE_MS = 200; // after the last change

export class Reading {
  root; onRead; onTrouble; key;

  /** ``onRead(texts, seen)``: a text by place, and the result's names, each 0 or 1 (null: nothing was read). */
  constructor(root, { onRead, onTrouble }) {
    Object.assign(this, { root, onRead, onTrouble, key: null });
  }

  /** Read points by place; a place without a point is null. */
  look(model, points) {
    const places = Object.keys(points).filter((place) => points[place]);
    const key = JSON.stringify([model, points]);
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.later);
    if (places.length) this.later = setTimeout(() => this.ask(key, model, places, places.map((place) => points[place])), SETTLE_MS);
    else this.onRead({}, null);
  }

  async ask(key, model, places, points) {
    try {
      const { names, says } = await askJson(this.root, model, "read", { points });
      if (this.key !== key) return;
      const seen = Object.fromEntries(places.map((place, index) => [place, says[index]]));
      const told = (row) => names.filter((_, column) => row[column]).join(", ") || "nothing it knows";
      const texts = Object.fromEntries(Object.entries(seen).map(([place, row]) => [place, told(row)]));
      const result = seen.result && Object.fromEntries(names.map((name, column) => [name, seen.result[column]]));
      this.onRead(texts, result ?? null);
    } catch (error) {
      if (this.key !== key) return;
      this.key = null; // the next change asks again
      this.onTrouble(error);
    }
  }

  forget() {
    clearTimeout(this.later);
    this.key = null;
  }
}
