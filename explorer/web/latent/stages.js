// The picture at every resolution that a growing generator has had, side by side.

import { askPictures, Decoder } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { Sheet } from "../shared/picture.js";

const ABOUT = "Layers of earlier stages are trained on, but what turns their maps into a picture is not, once the next stage has faded in.";

export class Stages {
  root; key; decoder;

  constructor(root) {
    Object.assign(this, { root, key: null });
    this.decoder = new Decoder(root, { onTrouble: (text) => text && setText(this.words, text) });
    this.sheet = new Sheet("Stage", { columns: 3 });
    this.words = make("p", { class: "gx-line", role: "status" }, "\u00a0");
    this.element = make("div", { class: "gx-stages" }, make("p", { class: "gx-quiet" }, "The same z by each ",
      make("abbr", { title: ABOUT, tabindex: 0 }, "stage"), " of the generator, from the coarsest on."), this.sheet.element, this.words);
  }

  /** Show a point's stages. */
  show(model, point) {
    const key = JSON.stringify([model, point]);
    if (key === this.key) return;
    this.key = key;
    this.decoder.model = model;
    this.decoder.wantOf((asked) => askPictures(this.root, asked, null, "stages", { point }), (pictures) => {
      this.sheet.show(pictures);
      setText(this.words, pictures.count > 1 ? `${pictures.count} stages so far.` : "It has not grown yet: there is one stage.");
    }, () => (this.key = null));
  }

  close() {
    this.decoder.close();
  }
}
