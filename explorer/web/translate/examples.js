// The gallery of examples to begin with: those that the model keeps, or held-out ones where they are on this machine.

import { ask, Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { cellsOf, colourOf, pictureOf, picturesOfCells, storedOf } from "./coding.js";

const HELD_OUT = encodeURIComponent(JSON.stringify({ held_out: true }));

/** What a server stores of a model's examples: inputs, and the pictures that belong to them; null where there are none. */
async function fetched(root, model, verb, heldOut) {
  try {
    return await storedOf(await ask(root, model, heldOut ? `${verb}?ask=${HELD_OUT}` : verb));
  } catch (error) {
    if (error instanceof Refused) return null; // the pictures on this machine are others
    throw error;
  }
}

export class Examples {
  root; model; onPick; onSet; about; sets; shown; tiles;

  /** ``onPick(number)``: an example was chosen, from 0 on; ``onSet(heldOut)``: the other set of them. */
  constructor({ onPick, onSet }) {
    Object.assign(this, { onPick, onSet, sets: {}, tiles: [] });
    this.kept = this.button("learnt from", "Examples that the model keeps, of the pictures that it learnt from", false);
    this.held = this.button("held out", "Examples that it did not learn from", true);
    this.choice = make("span", { class: "gx-row", role: "group", "aria-label": "Which examples" }, this.kept, this.held);
    this.title = make("h2", {});
    this.list = make("div", { class: "gx-examples", role: "group", "aria-label": "Examples" });
    this.element = make("section", { class: "gx-gallery" }, make("div", { class: "gx-row" }, this.title, this.choice), this.list);
  }

  button(words, title, heldOut) {
    const made = make("button", { type: "button", class: "gx-button gx-small", title }, words);
    made.addEventListener("click", () => this.onSet(heldOut));
    return made;
  }

  /** Another model, of which the server has told what it reads; draws nothing yet. */
  open(root, model, about) {
    Object.assign(this, { root, model, about, sets: {}, shown: null });
    this.choice.hidden = !about.held_out;
  }

  /** One set of examples: { inputs, targets }, fetched once. */
  load(heldOut) {
    const { root, model, about } = this;
    this.sets[heldOut] ??= Promise.all([
      fetched(root, model, "inputs", heldOut), about.prepared || heldOut ? fetched(root, model, "targets", heldOut) : null,
    ]).then(([inputs, targets]) => ({ inputs, targets }));
    return this.sets[heldOut];
  }

  /** Show what there is to choose from: inputs, or, backward, pictures of the other kind. */
  show({ inputs, targets }, { backward, heldOut, example }, words) {
    setText(this.title, words);
    this.kept.setAttribute("aria-pressed", String(!heldOut));
    this.held.setAttribute("aria-pressed", String(heldOut));
    const set = backward ? targets : inputs;
    if (this.shown !== set) {
      this.shown = set;
      this.tiles = Array.from({ length: set?.count ?? 0 }, (_, number) => {
        const canvas = make("canvas", { class: "gx-picture", "aria-hidden": "true" });
        draw(canvas, this.pictureOf(set, number, backward));
        const tile = make("button", { type: "button", class: "gx-tile", "aria-label": `Example ${number + 1}` }, canvas);
        tile.addEventListener("click", () => this.onPick(number));
        return tile;
      });
      this.list.replaceChildren(...this.tiles);
    }
    this.list.hidden = !this.tiles.length;
    this.tiles.forEach((tile, number) => tile.setAttribute("aria-pressed", String(number === example)));
  }

  /** An example as cells. */
  cells(set, number, backward) {
    return cellsOf(set, number, !backward && this.about.labels.length > 0);
  }

  pictureOf(set, number, backward) {
    if (backward || !this.about.labels.length) return pictureOf(set, number);
    return picturesOfCells(this.cells(set, number, false), this.about.labels.map(({ colour }) => colourOf(colour)));
  }
}

/** Ink and ground of drawings: black on white where most of the examples' pixels are light, else white on black. */
export function inkOf({ bytes }) {
  const light = bytes.reduce((sum, value) => sum + value, 0) > 127.5 * bytes.length;
  return light ? { ink: 0x000000, ground: 0xffffff } : { ink: 0xffffff, ground: 0x000000 };
}
