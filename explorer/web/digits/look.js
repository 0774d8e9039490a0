// One picture large, with what made it, its files, and the way to the latent space.

import { make, setText } from "../shared/format.js";
import { draw, picture } from "../shared/picture.js";
import { labelOf } from "../shared/told.js";
import { Downloads, beside, button, latentAddress, link, pointAt } from "./common.js";

const ENLARGED = 16;

export class Look {
  constructor() {
    this.canvas = picture("A sample");
    this.title = make("h2", {});
    this.made = make("p", { class: "gx-quiet" });
    this.latent = link("Open in the latent space", null);
    this.downloads = new Downloads("Download PNG");
    const close = button("Close", () => this.element.close());
    this.element = make("dialog", { class: "gx-look", "aria-label": "One picture" },
      make("div", { class: "gx-look-inside" }, this.canvas,
        make("div", { class: "gx-look-words" }, this.title, this.made, this.downloads.element,
          beside(this.latent, close))));
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element) this.element.close(); // beside it
    });
    this.latent.addEventListener("click", () => this.element.close());
  }

  /**
   * Picture ``at`` of decoded ones, sample ``index`` of a seed: of class ``y``, null for a model without classes; or
   * of a mixture, ``weights`` of all classes. ``name``: the class or mixture in words; ``condition``: what it is, where that is no class.
   */
  open({ root, model, pictures, at, seed, index, y = null, weights = null, name = "", condition = "" }) {
    draw(this.canvas, pictures, at);
    const words = name ? labelOf(condition, name) : "A sample";
    this.canvas.setAttribute("aria-label", `${words}, seed ${seed}, sample ${index}`);
    setText(this.title, words);
    setText(this.made, `${model}: seed ${seed}, sample ${index}`);
    const points = [pointAt(seed, index, weights ?? y)];
    const file = `${model}-${seed}-${index}${y === null ? "" : `-y${y}`}`.replaceAll("@", "-");
    this.downloads.set(root, model, [
      [`${pictures.width} × ${pictures.height}`, "png", { points }, file],
      [`enlarged ${ENLARGED}×`, "png", { points, scale: ENLARGED }, `${file}-x${ENLARGED}`],
    ]);
    this.latent.hidden = weights !== null; // that page has one class at a time
    this.latent.setAttribute("href", latentAddress(root, model, seed, index, y));
    this.element.showModal();
  }

  close() {
    if (this.element.open) this.element.close();
  }
}
