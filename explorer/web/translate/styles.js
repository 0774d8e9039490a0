// The styles to choose from: those of the examples' true pictures, and of a picture of one's own.

import { bytesOf, pictureOf } from "./coding.js";
import { Examples } from "./examples.js";
import { given } from "./files.js";

const kept = new Map(); // pictures of one's own, by model: a page that is left is as it was

export class Styles {
  model; about; sets;

  /** ``onPick(style)``: the number of an example, or null where the chosen one was chosen again. */
  constructor({ onPick }) {
    this.chosen = /** @type {number | null} */ (null);
    this.gallery = new Examples({ tileName: "Style of example", onPick: (number) => onPick(number === this.chosen ? null : number) });
    this.gallery.list.setAttribute("aria-label", "Styles");
    this.element = this.gallery.element;
  }

  /** Those of another model, of which the server has told what it reads, and its examples. */
  open(model, about, sets) {
    Object.assign(this, { model, about, sets });
    this.gallery.about = about;
  }

  /** A state whose style there is: of another one z is as seed and index say. */
  fitting(state) {
    const { style } = state, there = style < 0 ? kept.has(this.model) : style < (this.sets.targets?.count ?? 0);
    return style === null || (this.about.encoder && there) ? state : { ...state, style: null };
  }

  show({ style }) {
    this.chosen = style;
    this.element.hidden = !this.about.encoder || !this.sets.targets;
    if (!this.element.hidden) this.gallery.show(this.sets, { backward: true, example: style }, "Take the style of a face, or draw a new z");
  }

  /** The picture whose style a state has, or null. */
  picture({ style }) {
    if (style === null) return null;
    return style < 0 ? kept.get(this.model) : pictureOf(this.sets.targets, style);
  }

  /** Keep a person's own picture; throws a sentence where it cannot be opened. */
  async take(file) {
    const { model, about } = this, [channels, height, width] = about.output;
    const { cells } = await given(file, { mode: "draw", about, backward: true, inverted: false, colours: null });
    kept.set(model, pictureOf({ channels, height, width, bytes: bytesOf(cells, channels) }, 0));
  }
}
