// One twin's picture at a moment: a grid of samples cut from its strip, or the points of a game in the plane.

import { count, make } from "../shared/format.js";
import { lastAt } from "./data.js";

const GAP = 2; // pixels between two tiles, at native size
const EDGE = 420; // of the picture of a plane, in its own pixels
const SHOWN = 1.2; // of the plane, each way; what lies beyond is drawn on the rim
const MARGIN = 8;

export class Picture {
  twin; strip; shown;

  constructor(which) {
    this.which = which;
    this.element = make("canvas", { class: "gx-twin-picture", role: "img", "aria-label": `Pictures of the ${which} twin, not drawn yet` });
    this.shown = "";
  }

  /** Take a twin; ``strip`` is the image of its pictures, null of a game. */
  set(twin, strip) {
    Object.assign(this, { twin, strip, shown: "" });
    if (!strip) {
      this.real = points(twin.real);
      this.fakes = twin.fakes.map(points);
    }
    const { tile, columns, rows } = twin.display ?? {};
    this.element.width = strip ? columns * (tile + GAP) - GAP : EDGE;
    this.element.height = strip ? rows * (tile + GAP) - GAP : EDGE;
  }

  /** Show the picture of a step; nothing is drawn twice. */
  show(step, colors) {
    if (!this.twin) return;
    const index = lastAt(this.twin.frames, step);
    const key = `${index} ${colors.real} ${colors.fake}`;
    if (key === this.shown) return;
    this.shown = key;
    if (this.strip) this.grid(index);
    else this.plane(index, colors);
    this.element.setAttribute("aria-label", this.words(index));
  }

  grid(index) {
    const { tile, columns, rows } = this.twin.display;
    const context = this.element.getContext("2d");
    context.clearRect(0, 0, this.element.width, this.element.height);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        context.drawImage(this.strip, column * tile, (index * rows + row) * tile, tile, tile,
          column * (tile + GAP), row * (tile + GAP), tile, tile);
      }
    }
  }

  plane(index, colors) {
    const context = this.element.getContext("2d");
    context.clearRect(0, 0, EDGE, EDGE);
    const place = (byte) => EDGE / 2 + Math.min(1, Math.max(-1, ((byte / 127) * this.twin.reach) / SHOWN)) * (EDGE / 2 - MARGIN);
    const dots = (places, radius, draw) => places.forEach(([x, y]) => {
      context.beginPath();
      context.arc(place(x), place(-y), radius, 0, 2 * Math.PI);
      draw();
    });
    context.strokeStyle = colors.real;
    context.globalAlpha = 0.55;
    dots(this.real, 3.2, () => context.stroke());
    context.fillStyle = colors.fake;
    context.globalAlpha = 0.9;
    dots(this.fakes[index], 3, () => context.fill());
    context.globalAlpha = 1;
  }

  words(index) {
    const at = `at step ${count(this.twin.frames[index])}`;
    const seen = kindsAt(this.twin, this.twin.frames[index]);
    const drawn = seen === null ? "" : `: ${seen} of ${this.twin.kinds.names.length} kinds`;
    return this.strip ? `Samples of the ${this.which} twin ${at}${drawn}.`
      : `Real points as rings and fakes as dots of the ${this.which} twin ${at}${drawn}.`;
  }
}

/** How many kinds are to be seen at a step, each with a tenth of its fair share at least; null where it is not known. */
export function kindsAt({ kinds }, step) {
  if (!kinds?.names?.length) return null;
  const shares = kinds.shares[lastAt(kinds.steps, step)];
  const fair = 100 / kinds.names.length;
  return shares.filter((share) => share >= Math.max(1, fair / 10)).length;
}

function points(text) {
  const bytes = Int8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Array.from({ length: bytes.length / 2 }, (_, index) => [bytes[2 * index], bytes[2 * index + 1]]);
}
