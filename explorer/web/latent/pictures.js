// The large picture, the seven others under the same change, and their files.

import { smallButton } from "../shared/button.js";
import { Decoder, Refused } from "../shared/decoder.js";
import { save, scaleTo } from "../shared/download.js";
import { make, setText } from "../shared/format.js";
import { batchOf } from "./state.js";
import { draw, erase, picture, Sheet } from "../shared/picture.js";
import { LOADING } from "../shared/under_way.js";

const ENLARGED = 1024, TILE = 256; // pixels of a downloaded picture's edge, about
const BELOW = 150; // pixels of the others and the downloads

export class Pictures {
  root; on; tiles; state; model; size;

  /** ``on``: pick(at); isWalking(), while the large picture is the walk's; words(), what the large picture shows. */
  constructor(root, on) {
    Object.assign(this, { root, on, tiles: [], state: null });
    this.decoder = new Decoder(root, { onTrouble: (text) => this.trouble(text) });
    this.canvas = picture("The picture, not drawn yet", { class: "gx-picture gx-large" });
    this.waiting = make("div", { class: "gx-waiting", role: "status" }, LOADING);
    this.sheet = new Sheet("The same change on others", { columns: 8, onPick: (at) => on.pick(at) });
    this.problem = make("p", { class: "gx-trouble", role: "alert" });
    this.large = make("div", { class: "gx-large-place" }, this.canvas, this.waiting);
    const files = make("div", { class: "gx-row gx-files" }, "Download",
      smallButton("Picture", "At its own size, as PNG", () => this.download(1, false)),
      smallButton("Enlarged", "Each pixel enlarged to a sharp square, as PNG", () => this.download(scaleTo(this.size, ENLARGED), false)),
      smallButton("All eight", "The picture and the seven others, as PNG", () => this.download(scaleTo(this.size, TILE), true)));
    this.element = make("div", { class: "gx-left" }, this.large, this.sheet.element, files, this.problem);
  }

  /** Another model; its first picture takes the place of the last one's. */
  open(model, size) {
    if (this.model) erase(this.canvas);
    Object.assign(this, { model, size });
    this.decoder.model = model;
    this.waiting.hidden = false;
    this.waiting.textContent = LOADING;
  }

  /**
   * Ask for a state's picture and the others; the newest wish wins. Nothing else is touched here: it happens at each
   * move. The promise is kept as soon as they are drawn, or refused.
   */
  draw(state) {
    this.state = state;
    const { points, at } = batchOf(state);
    return /** @type {Promise<void>} */ (new Promise((resolve) => {
      this.decoder.want(points, (pictures) => {
        if (!this.waiting.hidden) this.waiting.hidden = true;
        if (!this.on.isWalking()) draw(this.canvas, pictures, at);
        if (this.tiles.length !== pictures.count) this.lay(pictures);
        else this.tiles.forEach((tile, number) => draw(tile, pictures, number));
        resolve();
      }, resolve);
    }));
  }

  /** The first pictures: a tile for each, and what they are called. */
  lay(pictures) {
    this.sheet.show(pictures, (number) => `Picture ${number + 1} of these eight, under the same change`);
    this.tiles = this.sheet.tiles.map((tile) => tile.firstChild);
    this.describe();
  }

  /** What is to be seen, in words; once a change is done. */
  describe() {
    const { at } = batchOf(this.state);
    this.sheet.tiles.forEach((tile, number) => tile.setAttribute("aria-pressed", String(number === at)));
    if (!this.on.isWalking()) this.canvas.setAttribute("aria-label", this.on.words());
  }

  /** A picture of the walk in the place of the large one. */
  frame(pictures, at) {
    draw(this.canvas, pictures, at);
    this.canvas.setAttribute("aria-label", "A picture of the walk");
  }

  trouble(text) {
    setText(this.problem, text);
    if (text) this.waiting.textContent = "";
  }

  /** Whole pixels of the screen for each of the picture's own, as large as the page allows; returns its edge. */
  fit(place, narrow) {
    const width = place.clientWidth;
    const top = place.getBoundingClientRect().top + window.scrollY;
    const room = narrow ? Math.min(width, Math.max(220, window.innerHeight * 0.36))
      : Math.min(width * 0.5, Math.max(260, window.innerHeight - Math.min(top, 240) - BELOW));
    const ratio = window.devicePixelRatio || 1;
    const times = Math.max(1, Math.floor((room * ratio) / this.size));
    const edge = (times * this.size) / ratio;
    this.element.style.width = `${edge}px`;
    this.large.style.height = `${edge}px`;
    return edge;
  }

  async download(scale, all) {
    const { points, at } = batchOf(this.state);
    const { own, seed, index } = this.state;
    const name = `${this.model}-${own ? "found" : `${seed}-${index}`}`.replace("@", "-");
    try {
      const wish = all ? { points, scale, columns: 4 } : { points: [points[at]], scale };
      await save(this.root, this.model, "png", wish, all ? `${name}-and-others` : name);
    } catch (error) {
      this.trouble(error instanceof Refused ? error.message : "The server does not answer; try again.");
    }
  }

  close() {
    this.decoder.close();
  }
}
