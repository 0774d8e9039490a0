// A picture of raw pixels on a canvas: sharp at any size, with an alternative text.

import { make } from "./format.js";

/**
 * Draw picture ``index`` of decoded pictures on a canvas at native size; the style enlarges it with sharp pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Pictures} pictures
 */
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
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
}

/** Make a canvas empty. */
export function erase(/** @type {HTMLCanvasElement} */ canvas) {
  canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
}

/**
 * A canvas for one picture.
 * @param {string} label
 * @param {Record<string, any>} attributes further ones
 * @returns {HTMLCanvasElement}
 */
export function picture(label, attributes = {}) {
  return make("canvas", { class: "gx-picture", role: "img", "aria-label": label, width: 28, height: 28, ...attributes });
}

/** One sheet of decoded pictures in rows, as many canvases in a grid; clicks tell the index. */
export class Sheet {
  /** @type {string} */ label;
  /** @type {((index: number, event: MouseEvent) => void) | null} */ onPick;
  /** @type {HTMLElement[]} */ tiles;

  /**
   * @param {string} label
   * @param {{ columns?: number, onPick?: ((index: number, event: MouseEvent) => void) | null }} options
   */
  constructor(label, { columns = 8, onPick = null } = {}) {
    Object.assign(this, { label, onPick, tiles: [] });
    this.element = make("div", { class: "gx-sheet", role: onPick ? "group" : "img", "aria-label": label });
    this.setColumns(columns);
  }

  /** @param {number} columns */
  setColumns(columns) {
    this.element.style.setProperty("--gx-columns", columns);
  }

  /**
   * Show pictures; ``names(index)`` gives each its alternative text.
   * @param {Pictures} pictures
   * @param {(index: number) => string} names
   */
  show(pictures, names = (index) => `${this.label} ${index + 1}`) {
    while (this.tiles.length > pictures.count) this.tiles.pop()?.remove();
    while (this.tiles.length < pictures.count) {
      const index = this.tiles.length;
      const canvas = make("canvas", { class: "gx-picture" });
      const tile = this.onPick ? make("button", { type: "button", class: "gx-tile" }, canvas) : canvas;
      if (this.onPick) tile.addEventListener("click", (/** @type {MouseEvent} */ event) => this.onPick?.(index, event));
      this.tiles.push(tile);
      this.element.append(tile);
    }
    this.tiles.forEach((tile, index) => {
      const canvas = /** @type {HTMLCanvasElement} */ (this.onPick ? tile.firstChild : tile);
      draw(canvas, pictures, index);
      tile.setAttribute("aria-label", names(index));
      if (!this.onPick) tile.setAttribute("role", "img");
    });
  }
}
