// A button that plays pictures one after the other, and holds.

import { make } from "./format.js";

const FRAME_MS = 140; // between two grids

export class Player {
  /** @type {() => void} */ start;
  /** @type {() => boolean} */ next;
  /** @type {number | null} */ timer;

  /**
   * ``start()`` is called as playing begins, ``next()`` for each further picture until it returns false.
   * @param {{ start: () => void, next: () => boolean }} wishes
   */
  constructor({ start, next }) {
    Object.assign(this, { start, next, timer: null });
    this.button = make("button", { type: "button", class: "gx-button", "aria-label": "Play all pictures" }, "▶");
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
  }

  play() {
    this.start();
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", "Hold");
    this.timer = setInterval(() => this.next() || this.stop(), FRAME_MS);
  }

  stop() {
    clearInterval(this.timer ?? undefined);
    this.timer = null;
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", "Play all pictures");
  }
}
