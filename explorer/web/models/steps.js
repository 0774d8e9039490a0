// What to try first: large tiles, each a link, each with ten pictures by the models that are here.
// The pictures are cut from the models' previews at once; where a livelier one needs the model, it follows a little later.

import { Contact, TEN } from "./contact.js";
import { askJson, askPictures } from "../shared/decoder.js";
import { count, make } from "../shared/format.js";
import { link } from "./links.js";

const LATER_MS = 800; // the page is drawn first
const SEVEN = 7, FACES = 5, LOOKED_AT = 24, SURE = 0.95;
const FAR = [1.5, 2, 2.5, 3, 4]; // how far along the direction is tried

export class Steps {
  stop;

  constructor(page) {
    this.page = page;
    this.element = make("nav", { class: "gx-steps", "aria-label": "What to try first" });
    this.stop = new AbortController();
  }

  show(steps) {
    const key = JSON.stringify(steps);
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.timer);
    const tiles = steps.map((step) => this.tile(step));
    this.element.replaceChildren(...tiles.map(({ element }) => element));
    this.timer = setTimeout(() => tiles.forEach(({ contact, step }) => this.enliven(contact, step)), LATER_MS);
  }

  tile(step) {
    const contact = new Contact("");
    this.fill(contact, step).catch(() => {}); // a preview that is not there leaves its place empty
    const element = link(this.page, step.page, step.query, { class: "gx-step", "data-step": step.kind },
      step.model || step.moments ? contact.element : "",
      make("strong", {}, step.title), make("span", {}, step.sentence));
    return { element, contact, step };
  }

  async fill(contact, { kind, model, moments }) {
    const { root } = this.page;
    if (moments) {
      contact.label = `Two pictures at steps ${moments.steps.map(count).join(", ")} of a training`;
      const addresses = moments.files.map((file) => `${root}api/runs/${moments.run}/samples/${file}`);
      return contact.fromMoments(addresses, moments.size, moments);
    }
    if (!model) return null;
    if (kind === "paint") {
      contact.label = "Five maps of parts, and below each a face that is drawn of it";
      return contact.fromConditions(`${root}api/models/${model.id}/preview`, model.size);
    }
    contact.label = `Samples of the model ${model.id}`;
    return contact.fromGrid(`${root}api/models/${model.id}/preview`, model.size, model);
  }

  async enliven(contact, { kind, model }) {
    if (!model?.published) return;
    try {
      if (kind === "seven") await this.sevens(contact, model.id);
      if (kind === "glasses") await this.glasses(contact, model.id);
    } catch {
      // the preview stays
    }
  }

  async sevens(contact, id) {
    const points = Array.from({ length: TEN }, (_, index) => ({ z: [[`0.${index}`, 1]], y: SEVEN }));
    contact.fromPictures(await askPictures(this.page.root, id, points, "pictures", { points }, this.stop.signal));
    contact.label = `Ten samples of a ${SEVEN} by the model ${id}`;
  }

  /** Faces without glasses, and below each the same face moved just so far that a classifier is sure of glasses. */
  async glasses(contact, id) {
    const { root } = this.page, { signal } = this.stop;
    const wanted = { glasses: false, sunglasses: false };
    const { samples } = await askJson(root, id, "find", { wanted, count: LOOKED_AT }, signal);
    const plain = samples.map((sample) => ({ z: [[sample, 1]] }));
    const moved = FAR.flatMap((far) => plain.map((point) => ({ ...point, moves: { glasses: far } })));
    const { names, probabilities } = await askJson(root, id, "read", { points: moved }, signal);
    const at = names.indexOf("glasses");
    const pairs = plain.flatMap((point, index) => {
      const far = FAR.findIndex((_, step) => probabilities[step * plain.length + index][at] > SURE);
      return far < 0 ? [] : [[point, moved[far * plain.length + index]]];
    }).slice(0, FACES);
    if (pairs.length < FACES) return;
    const points = [...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)];
    contact.fromPictures(await askPictures(root, id, points, "pictures", { points }, signal));
    contact.label = "Five faces, and below each the same face with glasses";
  }

  close() {
    clearTimeout(this.timer);
    this.stop.abort();
  }
}
