// What holds for all charts of a page: the horizontal axis, how much curves are smoothed, and the way back from a zoom.

import { X_AXES } from "./charts.js";
import { make } from "./format.js";

export class ChartControls {
  /**
   * ``axes``: of X_AXES; ``decay``: of the smoothing; ``on``: axis(id), decay(amount) and whole() hear of wishes.
   * @param {string[]} axes
   * @param {number} decay
   * @param {{ axis: (id: string) => void, decay: (amount: number) => void, whole: () => void }} on
   */
  constructor(axes, decay, on) {
    this.axes = axes.map((id) => {
      const button = make("button", { type: "button", class: "gx-button", "data-x": id }, X_AXES[id].label);
      button.addEventListener("click", () => on.axis(id));
      return button;
    });
    const smoothing = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: decay });
    const amount = make("output", {}, decay.toFixed(2));
    smoothing.addEventListener("input", () => {
      amount.textContent = Number(smoothing.value).toFixed(2);
      on.decay(Number(smoothing.value));
    });
    this.whole = make("button", { type: "button", class: "gx-button gx-whole", title: "or double-click a chart", hidden: "" }, "Whole run");
    this.whole.addEventListener("click", () => on.whole());
    this.element = make("div", { class: "gx-controls" },
      make("span", { class: "gx-segments", role: "group", "aria-label": "Horizontal axis" }, ...this.axes),
      make("label", {}, "smoothing", smoothing, amount), this.whole);
  }

  /**
   * Show which axis is chosen.
   * @param {string} id
   */
  mark(id) {
    this.axes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.x === id)));
  }
}
