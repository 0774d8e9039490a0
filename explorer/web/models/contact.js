// A few pictures as one, five across and two down if nothing else is said, cut from a grid of samples or drawn from decoded pictures.

import { make } from "../shared/format.js";
import { draw } from "../shared/picture.js";

const ACROSS = 5, DOWN = 2, GAP = 2; // GAP: pixels between the pictures of a grid of samples
export const TEN = ACROSS * DOWN;

export class Contact {
  across; down; count;

  constructor(label, across = ACROSS, down = DOWN) {
    Object.assign(this, { across, down, count: across * down });
    this.element = make("div", { class: "gx-contact", role: "img", "aria-label": label });
  }

  /** Some of a grid: one of each class where its rows are classes, else the first ones. Conditions stand before their rows. */
  async fromGrid(address, tile, { conditional, condition }) {
    const grid = await load(address);
    const shape = shapeOf(grid, tile), before = condition ? 1 : 0;
    const { rows } = shape, columns = shape.columns - before;
    this.show(tile, (context, place) => {
      for (let number = 0; number < Math.min(this.count, columns * rows); number += 1) {
        const row = conditional ? number % rows : Math.floor(number / columns);
        const column = conditional ? Math.floor(number / rows) : number % columns;
        context.drawImage(grid, (before + column) * (tile + GAP), row * (tile + GAP), tile, tile, ...place(number), tile, tile);
      }
    });
  }

  /** The first conditions of a grid, and below each a picture that is drawn of it. */
  async fromConditions(address, tile) {
    const grid = await load(address), { rows } = shapeOf(grid, tile);
    this.show(tile, (context, place) => {
      for (let number = 0; number < this.count; number += 1) {
        const row = number % this.across, column = Math.floor(number / this.across);
        if (row >= rows) continue;
        context.drawImage(grid, column * (tile + GAP), row * (tile + GAP), tile, tile, ...place(number), tile, tile);
      }
    });
  }

  /** The same two pictures of five grids, side by side. */
  async fromMoments(addresses, tile, { conditional, condition }) {
    const grids = await Promise.all(addresses.map(load));
    this.show(tile, (context, place) => {
      grids.forEach((grid, across) => {
        const { columns, rows } = shapeOf(grid, tile);
        const before = condition ? 1 : 0;
        const first = conditional ? [Math.min(2, rows - 1), before] : [0, 0];
        const second = conditional ? [Math.min(8, rows - 1), before] : [0, Math.min(1, columns - 1)];
        [first, second].forEach(([row, column], down) => context.drawImage(grid, column * (tile + GAP),
          row * (tile + GAP), tile, tile, ...place(down * this.across + across), tile, tile));
      });
    });
  }

  /** Decoded pictures. */
  fromPictures(pictures) {
    const single = document.createElement("canvas");
    this.show(pictures.width, (context, place) => {
      for (let number = 0; number < Math.min(this.count, pictures.count); number += 1) {
        draw(single, pictures, number);
        context.drawImage(single, ...place(number));
      }
    });
  }

  /** Draw on a fresh canvas, which fades in over what was there. */
  show(tile, paint) {
    const gap = Math.max(1, Math.round(tile / 14));
    const { across, down } = this;
    const canvas = make("canvas", { width: across * tile + (across - 1) * gap, height: down * tile + (down - 1) * gap });
    const place = (number) => [(number % across) * (tile + gap), Math.floor(number / across) * (tile + gap)];
    paint(canvas.getContext("2d"), place);
    const before = [...this.element.children];
    this.element.append(canvas);
    if (before.length) canvas.addEventListener("animationend", () => before.forEach((old) => old.remove()));
  }

  set label(text) {
    this.element.setAttribute("aria-label", text);
  }
}

/** A grid, enlarged with sharp pixels, as a file. */
export async function enlarged(address, times) {
  const grid = await load(address);
  const canvas = make("canvas", { width: grid.naturalWidth * times, height: grid.naturalHeight * times });
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(grid, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

async function load(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

function shapeOf(grid, tile) {
  const fit = (length) => Math.max(1, Math.floor((length + GAP) / (tile + GAP)));
  return { columns: fit(grid.naturalWidth), rows: fit(grid.naturalHeight) };
}
