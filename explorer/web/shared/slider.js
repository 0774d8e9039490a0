// A labelled slider that tells every move while it is dragged, and the end of the drag once.

import { make } from "./format.js";

export class Slider {
  /** @type {number} */ rest;
  /** @type {number} */ digits;
  /** @type {((value: number) => void) | undefined} */ onMove;
  /** @type {((value: number) => void) | undefined} */ onEnd;

  /**
   * ``onMove(value)`` while dragging, ``onEnd(value)`` when a drag or a key is done. A double click sets the resting
   * value. Arrow keys, Home, End and Page keys work, as in any range input.
   * @param {{ label: string, low?: number, high?: number, step?: number | string, rest?: number, value?: number, hint?: string,
   *   onMove?: (value: number) => void, onEnd?: (value: number) => void, digits?: number }} options
   */
  constructor({ label, low = -4, high = 4, step = 0.05, rest = 0, value = rest, hint = "", onMove, onEnd, digits = 2 }) {
    Object.assign(this, { rest, digits, onMove, onEnd });
    this.input = make("input", { type: "range", min: low, max: high, step, value, "aria-label": label, title: hint });
    this.output = make("output", { class: "gx-slider-value" });
    this.name = make("span", { class: "gx-slider-name", title: hint }, label);
    this.element = make("label", { class: "gx-slider" }, this.name, this.input, this.output);
    this.input.addEventListener("input", () => {
      this.say();
      this.onMove?.(this.value);
    });
    this.input.addEventListener("change", () => this.onEnd?.(this.value));
    this.input.addEventListener("dblclick", () => {
      this.set(this.rest);
      this.onMove?.(this.value);
      this.onEnd?.(this.value);
    });
    this.set(value);
  }

  get value() {
    return Number(this.input.value);
  }

  /** @param {number} value */
  set(value) {
    this.input.value = value;
    this.say();
  }

  say() {
    const text = this.value.toFixed(this.digits);
    this.output.textContent = this.value > 0 && Number(this.input.min) < 0 ? `+${text}` : text;
    this.element.classList.toggle("gx-moved", this.value !== this.rest);
    const { min, max } = this.input;
    this.input.style.setProperty("--gx-at", `${(100 * (this.value - min)) / (max - min)}%`);
    this.input.style.setProperty("--gx-rest", `${(100 * (this.rest - min)) / (max - min)}%`);
  }
}
