// A picture of one's own: the point whose picture is nearest to it, searched on the server step by step.

import { ask, askPictures, eachLine, Refused } from "../shared/decoder.js";
import { make, percent, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { toldOf } from "./state.js";

const EDGE = 256; // to which a picture is cut before it is sent

export class Own {
  root; onFound; classOf; picture; model; size; channels; shared; shownOf; sent;

  /** ``onFound(z)`` when the search is done, ``classOf()``: the class to search in. */
  constructor(root, { onFound, classOf }) {
    Object.assign(this, { root, onFound, classOf, picture: null });
    this.file = make("input", { type: "file", accept: "image/png,image/jpeg,image/webp,image/gif,image/bmp",
      class: "gx-file", "aria-label": "Choose a picture" });
    this.file.addEventListener("change", () => this.take(this.file.files[0]));
    this.invert = make("input", { type: "checkbox" });
    this.invert.addEventListener("change", () => this.picture && this.cut());
    this.inverting = make("label", { class: "gx-pair" }, this.invert, "invert (dark ink on light paper)");
    this.drop = make("label", { class: "gx-drop" }, this.file, make("b", {}, "Drop a picture here, or click"),
      make("span", { class: "gx-quiet" }, "It is cropped to a square, and only this app uses it."));
    for (const kind of ["dragover", "dragleave", "drop"]) {
      this.drop.addEventListener(kind, (event) => {
        event.preventDefault();
        this.drop.classList.toggle("gx-over", kind === "dragover");
        if (kind === "drop") this.take(event.dataTransfer.files[0]);
      });
    }
    this.given = make("canvas", { class: "gx-picture", role: "img", "aria-label": "Your picture, not given yet" });
    this.found = make("canvas", { class: "gx-picture", role: "img", "aria-label": "The nearest that G draws, not known yet" });
    this.start = make("button", { type: "button", class: "gx-button gx-strong", disabled: "" }, "Find its point");
    this.start.addEventListener("click", () => (this.search ? this.search.abort() : this.run()));
    this.done = make("i", {});
    this.bar = make("div", { class: "gx-bar", role: "progressbar", "aria-label": "Search", "aria-valuemin": 0,
      "aria-valuemax": 100 }, this.done);
    this.words = make("p", { class: "gx-quiet gx-line", role: "status" }, "\u00a0");
    const figure = (canvas, words) => make("figure", {}, canvas, make("figcaption", {}, words));
    this.element = make("div", { class: "gx-own" },
      make("div", { class: "gx-three" }, this.drop, figure(this.given, "Your picture"),
        figure(this.found, "The nearest that G draws")),
      make("div", { class: "gx-row" }, this.start, this.inverting), this.bar, this.words);
  }

  show(model, { size, channels }) {
    if (model === this.model) return;
    this.search?.abort();
    Object.assign(this, { model, size, channels });
    for (const canvas of [this.given, this.found]) Object.assign(canvas, { width: size, height: size });
    this.inverting.hidden = channels !== 1;
    this.progress(0);
    setText(this.words, "\u00a0");
    if (this.picture) this.cut();
  }

  async take(file) {
    if (!file) return;
    try {
      this.picture = await createImageBitmap(file);
      this.cut();
    } catch {
      setText(this.words, "This file is not a picture that the browser can read; choose a PNG or JPEG.");
    }
  }

  /** Cut square from the middle, as it will be sent, and show it as the model sees it. */
  cut() {
    this.search?.abort();
    const edge = Math.min(this.picture.width, this.picture.height);
    const side = Math.min(EDGE, edge);
    this.sent = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const filter = `${this.channels === 1 ? "grayscale(1) " : ""}${this.channels === 1 && this.invert.checked ? "invert(1)" : ""}`.trim() || "none";
    /** @type {[number, number, number, number]} */
    const from = [(this.picture.width - edge) / 2, (this.picture.height - edge) / 2, edge, edge];
    const pen = /** @type {CanvasRenderingContext2D} */ (this.sent.getContext("2d"));
    Object.assign(pen, { filter, imageSmoothingQuality: "high", fillStyle: "#fff" });
    pen.fillRect(0, 0, side, side);
    pen.drawImage(this.picture, ...from, 0, 0, side, side);
    Object.assign(this.given, { width: this.size, height: this.size });
    Object.assign(this.given.getContext("2d"), { imageSmoothingQuality: "high" });
    this.given.getContext("2d").drawImage(this.sent, 0, 0, this.size, this.size);
    this.given.setAttribute("aria-label", "Your picture, as small as the model's");
    this.found.getContext("2d").clearRect(0, 0, this.size, this.size);
    this.start.disabled = false;
    this.progress(0);
    setText(this.words, "Press the button to find its point.");
  }

  async run() {
    const { model } = this;
    const search = (this.search = new AbortController());
    setText(this.start, "Stop");
    setText(this.words, "Searching …");
    const y = this.classOf();
    const wish = { picture: this.sent.toDataURL("image/png").split(",")[1], ...(y === null ? {} : { y: toldOf(y) }) };
    try {
      const answer = await ask(this.root, model, "project", wish, search.signal);
      /** @type {any} */
      let last = null;
      await eachLine(answer, (line) => {
        last = line;
        this.report(model, last, y, search);
      });
      if (!last || last.share < 1) throw new Refused("The search broke off; start it again.");
      setText(this.words, `Found: the pixels still differ by ${last.distance.toFixed(1)} of 255 (root mean square).`);
      this.onFound(last.z, y);
    } catch (error) {
      const stopped = search.signal.aborted;
      if (stopped) this.progress(0);
      if (model === this.model) {
        setText(this.words, stopped ? "Stopped." : error instanceof Refused ? error.message : "The server does not answer; try again.");
      }
    }
    if (this.search === search) {
      this.search = null;
      setText(this.start, "Find its point");
    }
  }

  async report(model, { share, z, distance }, y, search) {
    this.progress(share);
    setText(this.words, `Searching: ${percent(share)}; the pixels differ by ${distance.toFixed(1)} of 255`);
    try {
      const pictures = await askPictures(this.root, model, [{ z: [[z, 1]], ...(y === null ? {} : { y: toldOf(y) }) }]);
      if (search.signal.aborted || model !== this.model || (this.shared > share && search === this.shownOf)) return;
      Object.assign(this, { shared: share, shownOf: search });
      draw(this.found, pictures, 0);
      this.found.setAttribute("aria-label", `The nearest that G draws; the pixels differ by ${distance.toFixed(1)} of 255`);
    } catch { /* the next report brings another */ }
  }

  progress(share) {
    this.done.style.transform = `scaleX(${share})`;
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
  }

  close() {
    this.search?.abort();
  }
}
