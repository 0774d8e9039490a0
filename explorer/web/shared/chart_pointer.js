// The pointer over charts: while it is pressed nothing is drawn, and a press that does not move is a click.

import { MARGIN } from "./plotting.js";

const STILL = 4; // pixels that a pointer may move in a click

export class ChartPointer {
  /** @type {HTMLElement} */ element;
  /** @type {(share: number) => void} */ onClick;
  /** @type {() => void} */ onEnd;
  /** @type {boolean} */ dragging;
  /** @type {{ x: number, y: number, plot: Element } | null} */ press;

  /**
   * ``onClick(share)`` hears of clicks in a chart, how far along its axis in [0, 1]; ``onEnd()`` of every release.
   * @param {HTMLElement} element
   * @param {(share: number) => void} onClick
   * @param {() => void} onEnd
   */
  constructor(element, onClick, onEnd) {
    Object.assign(this, { element, onClick, onEnd, dragging: false, press: null });
    this.onReleased = (/** @type {PointerEvent} */ event) => this.released(event);
    element.addEventListener("pointerdown", (event) => this.pressed(event));
    window.addEventListener("pointerup", this.onReleased);
    window.addEventListener("pointercancel", this.onReleased);
  }

  /** @param {PointerEvent} event */
  pressed(event) {
    const plot = /** @type {Element} */ (event.target).closest(".gx-plot");
    this.dragging = Boolean(plot);
    this.press = plot && !event.button ? { x: event.clientX, y: event.clientY, plot } : null;
  }

  /** @param {PointerEvent} event */
  released(event) {
    const { press } = this;
    Object.assign(this, { dragging: false, press: null });
    this.onEnd();
    if (!press || event.type !== "pointerup") return;
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL) return;
    const box = press.plot.getBoundingClientRect();
    const share = (press.x - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
    const inside = press.y > box.top && press.y < box.bottom - MARGIN.b;
    if (inside && share >= 0 && share <= 1) this.onClick(share);
  }

  close() {
    window.removeEventListener("pointerup", this.onReleased);
    window.removeEventListener("pointercancel", this.onReleased);
  }
}
