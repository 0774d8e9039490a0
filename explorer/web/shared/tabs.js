// A row of tabs, by mouse and by arrow keys; what they open belongs to the page.

import { make } from "./format.js";

export class Tabs {
  /** @type {string} */ page;
  /** @type {(id: string) => void} */ onOpen;
  /** @type {Map<string, { button: HTMLButtonElement, panel?: HTMLElement }>} */ buttons;

  /**
   * ``onOpen(id)`` hears of the wish; ``show(id)`` is how a page says what is open.
   * @param {string} page
   * @param {string} label
   * @param {(id: string) => void} onOpen
   */
  constructor(page, label, onOpen) {
    Object.assign(this, { page, onOpen, buttons: new Map() });
    this.element = make("div", { class: "gx-tabs", role: "tablist", "aria-label": label });
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.turn(event));
  }

  /**
   * The tabs there are, by id: a name, and where it stays in the page the element that it opens.
   * @param {Record<string, { name: string, panel?: HTMLElement }>} tabs
   */
  set(tabs) {
    this.buttons.clear();
    for (const [id, { name, panel }] of Object.entries(tabs)) {
      const button = make("button", { type: "button", class: "gx-tab", role: "tab", "data-tab": id }, name);
      button.addEventListener("click", () => this.onOpen(id));
      this.buttons.set(id, { button, panel });
      if (!panel) continue;
      panel.id = `gx-${this.page}-${id}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-label", name);
      button.setAttribute("aria-controls", panel.id);
    }
    this.element.replaceChildren(...[...this.buttons.values()].map(({ button }) => button));
    this.element.hidden = this.buttons.size < 2;
  }

  /** @param {string} open */
  show(open) {
    for (const [id, { button, panel }] of this.buttons) {
      button.setAttribute("aria-selected", String(id === open));
      button.tabIndex = id === open ? 0 : -1;
      if (panel) panel.hidden = id !== open;
    }
  }

  /** @param {KeyboardEvent} event */
  turn(event) {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const ids = [...this.buttons.keys()];
    const at = ids.findIndex((id) => this.buttons.get(id)?.button === event.target);
    if (!by || at < 0) return;
    event.preventDefault();
    const next = ids[(at + by + ids.length) % ids.length];
    this.onOpen(next);
    this.buttons.get(next)?.button.focus();
  }
}
