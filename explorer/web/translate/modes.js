// The four things that can be done, each with the first model that does it.

import { visit } from "../shared/address.js";
import { make } from "../shared/format.js";

/** @type {Record<string, { name: string, about: string }>} */
export const MODES = {
  paint: { name: "Paint", about: "Paint a map of parts: the picture follows every stroke." },
  draw: { name: "Draw", about: "Draw outlines or edges: the picture follows every stroke." },
  sharpen: { name: "Sharpen", about: "A small picture becomes a large one, beside what interpolation makes of it." },
  style: { name: "Change style", about: "A picture becomes one of another style, and is translated back." },
};

export class Modes {
  /** @param {string} root */
  constructor(root) {
    this.root = root;
    this.list = make("div", { class: "gx-row gx-modes", role: "group", "aria-label": "What to do" });
    this.words = make("p", { class: "gx-quiet" });
    this.element = make("div", { class: "gx-mode-bar" }, this.list, this.words);
  }

  /**
   * @param {string} mode
   * @param {{ id: string, mode: string }[]} models
   */
  show(mode, models) {
    this.words.textContent = MODES[mode].about;
    this.list.replaceChildren(...Object.entries(MODES).map(([id, { name, about }]) => {
      const first = models.find((one) => one.mode === id);
      const made = make("button", { type: "button", class: "gx-button", "aria-pressed": String(id === mode),
        title: first ? about : "No model does this yet; the page Train has presets for it" }, name);
      made.disabled = !first;
      if (first && id !== mode) {
        made.addEventListener("click", () => visit(`${this.root}translate?${new URLSearchParams({ model: first.id })}`));
      }
      return made;
    }));
  }
}
