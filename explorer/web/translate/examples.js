// The gallery of examples to begin with: those that the model keeps, with their true pictures where these are known.

import { ask } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { cellsOf, colourOf, pictureOf, picturesOfCells, storedOf } from "./coding.js";

export class Examples {
  root; model; onPick; tileName; about; shown; tiles;

  /** ``onPick(number)``: an example was chosen, from 0 on; ``tileName``: what each is called, before its number from 1. */
  constructor({ onPick, tileName = "Example" }) {
    Object.assign(this, { onPick, tileName, shown: null, tiles: [] });
    this.title = make("h2", {});
    this.list = make("div", { class: "gx-examples", role: "group", "aria-label": "Examples" });
    this.element = make("section", { class: "gx-gallery" }, this.title, this.list);
  }

  /**
   * Those of another model, of which the server has told what it reads: { inputs, targets }, as they are stored.
   * ``targets`` are their true pictures, or others of that kind, or null; nothing is drawn yet.
   */
  async open(root, model, about) {
    Object.assign(this, { root, model, about, shown: null });
    const fetched = async (verb) => storedOf(await ask(root, model, verb));
    const [inputs, targets] = await Promise.all([fetched("inputs"), about.targets ? fetched("targets") : null]);
    return { inputs, targets };
  }

  /** Show what there is to choose from: inputs, or, backward, pictures of the other kind. */
  show({ inputs, targets }, { backward, example }, words) {
    setText(this.title, words);
    const set = backward ? targets : inputs;
    if (this.shown !== set) {
      this.shown = set;
      this.tiles = Array.from({ length: set?.count ?? 0 }, (_, number) => {
        const canvas = make("canvas", { class: "gx-picture", "aria-hidden": "true" });
        draw(canvas, this.pictureOf(set, number, backward));
        const tile = make("button", { type: "button", class: "gx-tile", "aria-label": `${this.tileName} ${number + 1}` }, canvas);
        tile.addEventListener("click", () => this.onPick(number));
        return tile;
      });
      this.list.replaceChildren(...this.tiles);
    }
    this.list.hidden = !this.tiles.length;
    this.tiles.forEach((tile, number) => tile.setAttribute("aria-pressed", String(number === example)));
  }

  /**
   * The example that a state names, as the page's input; grey where nothing of that kind is on this machine: its cells,
   * and its source: the true picture where that is known, and whether it fits what the cells show.
   */
  begun({ inputs, targets }, { backward, example }) {
    const [from, to] = backward ? [targets, inputs] : [inputs, targets];
    if (from) return { cells: this.cells(from, example, backward), source: { truth: this.about.truth ? pictureOf(to, example) : null, fits: true } };
    const [channels, height, width] = this.about.output;
    const grey = { channels, height, width, bytes: new Uint8Array(channels * height * width).fill(128) };
    return { cells: cellsOf(grey, 0, false), source: { truth: null, fits: true } };
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
