// A picture of raw pixels on a canvas: sharp at any size, with an alternative text.

import { make } from "./format.js";

/** Draw picture ``index`` of decoded pictures on a canvas at native size; the style enlarges it with sharp pixels. */
export function draw(canvas, pictures, index = 0) {
  const { height, width, channels, bytes } = pictures;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  const pixels = image.data;
  let at = index * height * width * channels;
  for (let to = 0; to < pixels.length; to += 4) {
    pixels[to] = bytes[at];
    pixels[to + 1] = bytes[channels === 3 ? at + 1 : at];
    pixels[to + 2] = bytes[channels === 3 ? at + 2 : at];
    pixels[to + 3] = 255;
    at += channels;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A canvas for one picture. */
export function picture(label, attributes = {}) {
  return make("canvas", { class: "gx-picture", role: "img", "aria-label": label, width: 28, height: 28, ...attributes });
}

/** One sheet of decoded pictures in rows, as many canvases in a grid; clicks tell the index. */
export class Sheet {
  label; onPick; tiles;

  constructor(label, { columns = 8, onPick = /** @type {((index: number, event: MouseEvent) => void) | null} */ (null) } = {}) {
    Object.assign(this, { label, onPick, tiles: [] });
    this.element = make("div", { class: "gx-sheet", role: onPick ? "group" : "img", "aria-label": label });
    this.setColumns(columns);
  }

  setColumns(columns) {
    this.element.style.setProperty("--gx-columns", columns);
  }

  /** Show pictures; ``names(index)`` gives each its alternative text. */
  show(pictures, names = (index) => `${this.label} ${index + 1}`) {
    while (this.tiles.length > pictures.count) this.tiles.pop().remove();
    while (this.tiles.length < pictures.count) {
      const index = this.tiles.length;
      const canvas = make("canvas", { class: "gx-picture" });
      const tile = this.onPick ? make("button", { type: "button", class: "gx-tile" }, canvas) : canvas;
      if (this.onPick) tile.addEventListener("click", (event) => this.onPick(index, event));
      this.tiles.push(tile);
      this.element.append(tile);
    }
    this.tiles.forEach((tile, index) => {
      const canvas = this.onPick ? tile.firstChild : tile;
      draw(canvas, pictures, index);
      tile.setAttribute("aria-label", names(index));
      if (!this.onPick) tile.setAttribute("role", "img");
    });
  }
}
