// Many samples of one class: choose another class, and every place keeps its z.

import { count, make, setText } from "../shared/format.js";
import { Decoder } from "../shared/decoder.js";
import { labelOf, nounOf } from "../shared/told.js";
import { Board } from "./board.js";
import { Choice, Downloads, Seed, atEnd, beside, foot, head, one, pointAt, term } from "./common.js";

export const COUNTS = [10, 25, 50, 100];

export class Images {
  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {});
    this.counts = new Choice("Number of images", COUNTS, (n) => stage.set({ n }));
    this.seed = new Seed((seed) => stage.set({ seed }));
    this.board = new Board(stage.place, "Samples", { onPick: (index) => this.look(index), below: 84 });
    this.note = make("p", { class: "gx-quiet" });
    this.downloads = new Downloads("Download the sheet");
    this.element = make("section", {},
      head(this.title, atEnd(beside("images", this.counts.element), this.seed.element)),
      this.board.element, foot(this.note, atEnd(this.downloads.element)));
    this.decoder = new Decoder(stage.root, { onTrouble: stage.trouble });
  }

  show() {
    const { root, model, classes, condition, state } = this.stage;
    const { n, seed } = state;
    const y = classes.length ? state.y : null;
    const name = classes[y];
    const title = y === null ? `${count(n)} images of whatever comes` : `${count(n)} images ${condition ? "for" : "of"} ${one(name)}`;
    setText(this.title, title);
    this.counts.set(n);
    this.seed.set(seed);
    const noted = y === null ? "" : nounOf(condition);
    if (this.noted !== noted) {
      this.noted = noted;
      this.note.replaceChildren(...(y === null
        ? ["Each is drawn from another ", term("z"), ". Nothing else can be chosen."]
        : [`Choose another ${noted}: each place keeps its `, term("z"), ", only ", term("y"), " changes."]));
    }
    this.board.resize(n);
    const points = Array.from({ length: n }, (_, index) => pointAt(seed, index, y));
    const file = `${model}-${y === null ? "samples" : `${nounOf(condition)}-${y}`}-seed-${seed}-x${n}`.replaceAll("@", "-");
    const columns = n === 10 ? 5 : n === 25 ? 5 : 10;
    this.downloads.set(root, model, [
      ["PNG", "png", { points, columns }, file], ["enlarged 8×", "png", { points, columns, scale: 8 }, `${file}-large`],
    ]);
    this.decoder.model = model;
    this.decoder.want(points, (pictures) => {
      this.shown = { pictures, seed, y, name, model };
      this.board.show(pictures, (index) => `${y === null ? "Sample" : `${labelOf(condition, name)}, sample`} ${index + 1}`);
      this.element.dataset.shown = JSON.stringify({ model, seed, y, n });
      this.board.fit();
    });
    this.board.fit();
  }

  look(index) {
    if (!this.shown || index >= this.shown.pictures.count) return;
    const { pictures, seed, y, name, model } = this.shown;
    const { look, root, condition } = this.stage;
    look.open({ root, model, pictures, at: index, seed, index, y, name, condition });
  }

  close() {
    this.decoder.close();
    this.board.close();
  }
}
