// Says that something is under way, once it takes longer than a moment.

import { make, setText } from "./format.js";

const SLOW_MS = 700;
export const LOADING = "Loading the model…";

export class UnderWay {
  /** @type {number | undefined} */ timer;

  /**
   * ``text``: what is said then; ``tag`` and ``name``: of its element, and its class.
   * @param {string} text
   * @param {string} tag
   */
  constructor(text, tag, name = "") {
    this.text = text;
    this.element = make(tag, { class: `gx-quiet ${name}`, role: "status" });
  }

  begin() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => setText(this.element, this.text), SLOW_MS);
  }

  end() {
    clearTimeout(this.timer);
    setText(this.element, "");
  }
}
