// Pictures side by side with their names; over them D's verdict, and one magnifier that moves over all.

import { make, setText } from "../shared/format.js";
import { draw, picture } from "../shared/picture.js";
import { drawVerdict } from "./verdict.js";

const STEP = 1 / 32; // of the picture, that the magnifier moves by a key
const ZOOM = 4; // times that it enlarges
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** A picture with its name, what is said of it, and what lies over it. */
export class Figure {
  name; pictures; verdict;

  constructor(name, own = /** @type {HTMLElement | null} */ (null)) {
    Object.assign(this, { name, pictures: null });
    this.canvas = own ? null : picture(name);
    this.over = make("canvas", { class: "gx-over", hidden: "", "aria-hidden": "true" });
    this.lens = make("canvas", { class: "gx-lens", hidden: "", "aria-hidden": "true" });
    this.title = make("span", { class: "gx-figure-name" }, name);
    this.words = make("span", { class: "gx-quiet gx-figure-words" }, "\u00a0");
    this.frame = make("div", { class: "gx-frame" }, own ?? this.canvas, this.over, this.lens);
    this.element = make("figure", { class: "gx-figure" }, make("figcaption", {}, this.title, this.words), this.frame);
  }

  /** @param {Pictures} pictures of which the first is shown */
  show(pictures, words = "\u00a0") {
    this.pictures = pictures;
    if (this.canvas) draw(this.canvas, pictures);
    setText(this.words, words);
  }

  rename(name) {
    this.name = name;
    setText(this.title, name);
    this.canvas?.setAttribute("aria-label", name);
  }

  showVerdict(verdict, range, colours) {
    this.over.hidden = !verdict;
    if (verdict) drawVerdict(this.over, verdict, range, colours);
  }

  magnify([across, down]) {
    this.lens.hidden = !this.pictures || !this.canvas;
    if (this.lens.hidden || !this.canvas) return;
    const { width, height } = this.canvas;
    Object.assign(this.lens.style, { left: `${100 * across}%`, top: `${100 * down}%` });
    const side = Math.round(this.lens.clientWidth * window.devicePixelRatio) || 160;
    if (this.lens.width !== side) Object.assign(this.lens, { width: side, height: side });
    const share = this.lens.clientWidth / (this.frame.clientWidth || 1) / ZOOM; // of the picture, that is seen in it
    const pen = this.lens.getContext("2d");
    Object.assign(pen, { imageSmoothingEnabled: false, fillStyle: "#808080" });
    pen.fillRect(0, 0, side, side);
    pen.drawImage(this.canvas, (across - share / 2) * width, (down - share / 2) * height, share * width, share * height, 0, 0, side, side);
  }
}

/** Figures in a row, with a magnifier where one is wanted. */
export class Figures {
  onLens; figures; lens; magnifies;

  /** ``onLens(place)``: the magnifier rests at another place, as shares of the way; null: it was put away. */
  constructor({ onLens }) {
    Object.assign(this, { onLens, figures: [], lens: null, magnifies: false });
    this.element = make("div", { class: "gx-figures", role: "group", "aria-label": "Pictures" });
    this.handle = make("button", { type: "button", class: "gx-button gx-small gx-lens-handle",
      title: "Point at a picture, or use the arrow keys here; Escape puts it away" }, "Magnifier");
    this.handle.addEventListener("click", () => this.to(this.lens ? null : [0.5, 0.5], true));
    this.handle.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("pointermove", (event) => this.point(event));
    this.element.addEventListener("pointerdown", (event) => this.point(event));
    this.element.addEventListener("pointerleave", () => this.lens && this.onLens(this.lens));
  }

  set(figures, magnifies) {
    this.figures = figures;
    this.magnifies = magnifies;
    this.handle.hidden = !magnifies;
    this.element.style.setProperty("--gx-columns", String(figures.length));
    this.element.classList.toggle("gx-three", figures.length === 3);
    const elements = figures.map(({ element }) => element);
    if (elements.length !== this.element.children.length || elements.some((one, at) => one !== this.element.children[at])) {
      this.element.replaceChildren(...elements);
    }
    this.render();
  }

  point({ clientX, clientY, target }) {
    const figure = this.magnifies && this.figures.find(({ frame }) => frame.contains(target));
    if (!figure) return;
    const { left, top, width, height } = figure.frame.getBoundingClientRect();
    this.to([(clientX - left) / width, (clientY - top) / height], false);
  }

  key(event) {
    const by = MOVES[event.key];
    if (event.key === "Escape" && this.lens) this.to(null, true);
    else if (by) {
      const [across, down] = this.lens ?? [0.5, 0.5];
      this.to([across + by[0] * STEP, down + by[1] * STEP], true);
    } else return;
    event.preventDefault();
  }

  to(place, rests) {
    this.lens = place?.map((share) => Math.min(1, Math.max(0, share))) ?? null;
    this.render();
    if (rests) this.onLens(this.lens);
  }

  /** Draw the magnifier anew, as after a picture has changed. */
  render() {
    const shown = this.magnifies && this.lens;
    this.handle.setAttribute("aria-pressed", String(Boolean(shown)));
    for (const figure of this.figures) {
      if (shown) figure.magnify(this.lens);
      else figure.lens.hidden = true;
    }
  }
}
