// A board of pictures, as large as the screen allows for all rows to be seen.

import { make } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { emptyPicture, roomBelow } from "./common.js";

const GAP = 8;
const LARGEST = 300;
const COUNTABLE = 12; // up to so many pictures, full rows are worth more than size

export class Board {
  place; onPick; largest; smallest; below; rows; tiles;

  /** ``onPick(index)`` makes the pictures buttons; ``below``: pixels to leave free under the board. */
  constructor(place, label, { onPick = /** @type {((index: number) => void) | null} */ (null), largest = LARGEST, smallest = 44, below = 0, rows = null } = {}) {
    Object.assign(this, { place, onPick, largest, smallest, below, rows, tiles: [] });
    this.element = make("div", { class: "gx-board", role: "group", "aria-label": label });
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(place);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
  }

  /** Places for so many pictures, grey until they are drawn. */
  resize(count) {
    if (count === this.tiles.length) return;
    while (this.tiles.length > count) this.tiles.pop().tile.remove();
    while (this.tiles.length < count) {
      const index = this.tiles.length;
      const canvas = emptyPicture();
      const tile = this.onPick ? make("button", { type: "button", class: "gx-tile" }, canvas) : canvas;
      if (this.onPick) tile.addEventListener("click", () => this.onPick(index));
      else tile.setAttribute("role", "img");
      tile.setAttribute("aria-label", "Not drawn yet");
      this.tiles.push({ tile, canvas });
      this.element.append(tile);
    }
    this.fit();
  }

  /** Draw decoded pictures; ``names(index)`` gives each its alternative text. */
  show(pictures, names) {
    this.resize(pictures.count);
    this.tiles.forEach(({ tile, canvas }, index) => {
      draw(canvas, pictures, index);
      tile.setAttribute("aria-label", names(index));
    });
  }

  /** Choose the number of columns that makes the pictures largest. */
  fit() {
    const width = this.element.clientWidth;
    const count = this.tiles.length;
    if (!width || !count) return;
    const height = roomBelow(this.place, this.element) - this.below;
    let best = { size: 0, columns: 1, worth: 0 };
    for (let columns = 1; columns <= count; columns += 1) {
      const rows = Math.ceil(count / columns);
      const size = Math.min((width + GAP) / columns, (height + GAP) / rows) - GAP;
      const even = rows * columns === count; // full rows are easier to count
      const worth = size * (even ? (count <= COUNTABLE ? 1.35 : 1.1) : 1);
      if (worth > best.worth) best = { size, columns, worth };
    }
    const across = Math.min(best.columns, Math.max(1, Math.floor((width + GAP) / (this.smallest + GAP))));
    const size = Math.floor(Math.min(this.largest, Math.max(best.size, Math.min(this.smallest, width))));
    this.element.style.gridTemplateColumns = `repeat(${across}, ${size}px)`;
  }

  close() {
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
  }
}
