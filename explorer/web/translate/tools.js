// What one paints with: a label or a colour, the brush, fill, eraser, mirror, undo, redo and clear.

import { make, setText } from "../shared/format.js";
import { colourOf, textOf } from "./coding.js";

const BRUSHES = [1, 2, 3, 5, 9];

export class Tools {
  onWish; ground; across; tool; mirrored; labels; ink; buttons;

  /** ``onWish(what)``: "undo", "redo", "clear", "mirror", or "changed", of the tool or brush. */
  constructor({ onWish }) {
    Object.assign(this, { onWish, ink: 0, ground: 0, across: 3, tool: "brush", mirrored: false, labels: [] });
    this.palette = make("div", { class: "gx-palette", role: "group", "aria-label": "Label to paint" });
    this.colour = make("input", { type: "color", class: "gx-colour", "aria-label": "Colour of the pen" });
    this.colour.addEventListener("input", () => this.choose(colourOf(this.colour.value)));
    this.coloured = make("label", { class: "gx-pair" }, "colour", this.colour);
    this.buttons = {
      brush: this.button("Brush", "Paint", () => this.take("brush")),
      fill: this.button("Fill", "Fill all cells that hang together and have the same label or colour (F)", () => this.take("fill")),
      erase: this.button("Eraser", "Paint the background (E)", () => this.wish("erase")),
      mirror: this.button("Mirror", "Paint the other side of the middle too", () => onWish("mirror")),
      undo: this.button("Undo", "Ctrl+Z", () => onWish("undo")),
      redo: this.button("Redo", "Ctrl+Shift+Z or Ctrl+Y", () => onWish("redo")),
      clear: this.button("Clear", "Background everywhere; can be undone", () => onWish("clear")),
    };
    this.sizes = BRUSHES.map((across) => {
      const dot = make("span", { class: "gx-dot", style: `--gx-across: ${across}` });
      const made = this.button("", `Brush of ${across} ${across === 1 ? "cell" : "cells"}`, () => this.size(across), dot);
      made.setAttribute("aria-label", made.title);
      return made;
    });
    const { brush, fill, erase, mirror, undo, redo, clear } = this.buttons;
    const group = (label, ...parts) => make("div", { class: "gx-row gx-tool-row", role: "group", "aria-label": label }, ...parts);
    this.element = make("div", { class: "gx-tools" }, this.palette,
      group("Tool", brush, fill, erase, mirror), group("Brush", ...this.sizes, this.coloured), group("Changes", undo, redo, clear));
  }

  button(words, title, onClick, inside = null) {
    const made = make("button", { type: "button", class: "gx-button gx-small", title }, words || null, inside);
    made.addEventListener("click", onClick);
    return made;
  }

  /** For a map of labels: [{ name, colour }]; for a drawing []: ``ink`` on ``ground``, in colour or not. */
  setKind(labels, ink, ground, coloured) {
    Object.assign(this, { labels, ink: labels.length > 1 ? 1 : ink, ground, tool: "brush" });
    this.palette.hidden = !labels.length;
    setText(this.buttons.brush, labels.length ? "Brush" : "Pen");
    this.coloured.hidden = !coloured;
    this.swatches = labels.map(({ name, colour }, label) => {
      const made = make("button", { type: "button", class: "gx-swatch" },
        make("span", { class: "gx-patch", style: `background: ${colour}` }), name);
      made.addEventListener("click", () => this.choose(label));
      return made;
    });
    this.palette.replaceChildren(...this.swatches);
    this.show();
  }

  choose(value) {
    this.ink = value;
    if (this.tool === "erase") this.tool = "brush";
    this.changed();
  }

  take(tool) {
    this.tool = tool;
    this.changed();
  }

  size(across) {
    this.across = across;
    this.changed();
  }

  /** By a key: "erase" takes the eraser or puts it away; "fill"; "thinner" and "thicker". */
  wish(what) {
    if (what === "erase") this.take(this.tool === "erase" ? "brush" : "erase");
    else this.size(BRUSHES[Math.min(BRUSHES.length - 1, Math.max(0, BRUSHES.indexOf(this.across) + (what === "thicker" ? 1 : -1)))]);
  }

  get filling() {
    return this.tool === "fill";
  }

  get value() {
    return this.tool === "erase" ? this.ground : this.ink;
  }

  changed() {
    this.show();
    this.onWish("changed");
  }

  show() {
    const pressed = (button, is) => button.setAttribute("aria-pressed", String(is));
    this.swatches?.forEach((button, label) => pressed(button, label === this.value));
    this.sizes.forEach((button, at) => pressed(button, BRUSHES[at] === this.across));
    for (const tool of ["brush", "fill", "erase"]) pressed(this.buttons[tool], this.tool === tool);
    pressed(this.buttons.mirror, this.mirrored);
    if (!this.labels.length) this.colour.value = textOf(this.ink);
  }

  /** What can be undone and done again. */
  showSteps({ before, after }) {
    this.buttons.undo.disabled = !before.length;
    this.buttons.redo.disabled = !after.length;
  }
}
