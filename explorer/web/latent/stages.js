// The picture at every resolution that a growing generator has had, side by side.

import { askPictures, Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { Sheet } from "../shared/picture.js";

const SETTLE_MS = 150;
const ABOUT = "Layers of earlier stages are trained on, but what turns their maps into a picture is not, once the next stage has faded in.";

export class Stages {
  root; key; settling;

  constructor(root) {
    Object.assign(this, { root, key: null });
    this.sheet = new Sheet("Stage", { columns: 3 });
    this.words = make("p", { class: "gx-line", role: "status" }, "\u00a0");
    this.element = make("div", { class: "gx-stages" }, make("p", { class: "gx-quiet" }, "The same z by each ",
      make("abbr", { title: ABOUT, tabindex: 0 }, "stage"), " of the generator, from the coarsest on."), this.sheet.element, this.words);
  }

  /** Show a point's stages, asked for once nothing changes any more. */
  show(model, point) {
    const key = JSON.stringify([model, point]);
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.settling);
    this.settling = setTimeout(async () => {
      try {
        const pictures = await askPictures(this.root, model, null, "stages", { point });
        if (key !== this.key) return;
        this.sheet.show(pictures);
        setText(this.words, pictures.count > 1 ? `${pictures.count} stages so far.` : "It has not grown yet: there is one stage.");
      } catch (error) {
        if (key !== this.key) return;
        this.key = null;
        setText(this.words, error instanceof Refused ? error.message : "The server does not answer; load the page again.");
      }
    }, SETTLE_MS);
  }

  close() {
    clearTimeout(this.settling);
    this.key = null;
  }
}
