// The canvas that one paints on: by mouse, pen and finger, and by keyboard with a cursor of its own.

import { follow } from "../shared/following.js";
import { make, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { Cells, Steps } from "./cells.js";
import { picturesOfCells, textOf } from "./coding.js";

const PEN_ERASES = 32; // of a pointer event's buttons: the other end of a pen
const FAR = 8; // cells that the cursor goes with the shift key
const QUIET_MS = 350; // after the cursor's last move it is said where it is
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class PaintCanvas {
  tools; onPaint; onStroke; cells; steps; colours; names; cursor; last; before; isDown; erasing; saying; inUse;

  /** ``tools``: what is painted with; ``onPaint()`` at every change, ``onStroke()`` when a stroke is done. */
  constructor(tools, { onPaint, onStroke }) {
    Object.assign(this, { tools, onPaint, onStroke, cells: new Cells(1, 1), steps: new Steps(), colours: null, names: [],
      cursor: [0, 0], last: null, before: null, isDown: false });
    this.canvas = make("canvas", { class: "gx-picture", "aria-hidden": "true" });
    this.mark = make("span", { class: "gx-brush", hidden: "", "aria-hidden": "true" });
    this.help = make("p", { class: "gx-quiet gx-keys-help", id: "gx-translate-keys" },
      "By keyboard: arrow keys move the cursor (with Shift by 8), Space paints, Enter puts the brush down or lifts it, F fills, ",
      "E takes the eraser or puts it away, + and − change the brush, Ctrl+Z undoes.");
    this.element = make("div", { class: "gx-paint-canvas", role: "application", tabindex: 0, "aria-roledescription": "canvas to paint on",
      "aria-describedby": "gx-translate-keys" }, this.canvas, this.mark);
    this.says = make("p", { class: "gx-quiet gx-cell", role: "status" }, "\u00a0");
    this.listen();
    this.onUndo = (event) => this.undoKey(event);
    window.addEventListener("keydown", this.onUndo);
  }

  listen() {
    const place = this.element;
    follow(place, {
      down: (event) => {
        if (event.button > 0 && !(event.buttons & PEN_ERASES)) return false;
        place.focus({ preventScroll: true });
        this.lift();
        this.erasing = Boolean(event.buttons & PEN_ERASES);
        this.begin(this.cellAt(event));
        return true;
      },
      move: (event) => {
        const moves = event.getCoalescedEvents?.() ?? [];
        if (!this.isDown) this.moveTo(this.cellAt(event), false);
        else for (const move of moves.length ? moves : [event]) this.go(this.cellAt(move));
      },
      up: () => this.lift(),
      hover: (event) => this.moveTo(this.cellAt(event), false),
    });
    place.addEventListener("pointerleave", () => document.activeElement !== place && (this.mark.hidden = true));
    place.addEventListener("focus", () => this.showMark());
    place.addEventListener("blur", () => {
      this.lift();
      this.mark.hidden = true;
    });
    place.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is a stroke
    place.addEventListener("keydown", (event) => this.key(event));
    place.addEventListener("keyup", (event) => event.key === " " && this.held && this.lift());
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = MOVES[event.key], wishes = { e: "erase", f: "fill", "-": "thinner", "+": "thicker" };
    if (by) {
      const steps = event.shiftKey ? FAR : 1;
      const { width, height } = this.cells;
      const to = [Math.min(width - 1, Math.max(0, this.cursor[0] + steps * by[0])),
        Math.min(height - 1, Math.max(0, this.cursor[1] + steps * by[1]))];
      if (this.isDown) this.go(to);
      else this.moveTo(to, true);
    } else if (event.key === " ") {
      if (event.repeat || this.isDown) { /* the stroke goes on */ } else {
        this.held = true;
        this.begin(this.cursor);
      }
    } else if (event.key === "Enter") {
      if (this.isDown) this.lift();
      else this.begin(this.cursor);
      this.say();
    } else if (wishes[event.key.toLowerCase()]) {
      if (event.key.toLowerCase() === "f") this.fill(this.cursor);
      else this.tools.wish(wishes[event.key.toLowerCase()]);
      this.say();
      this.showMark();
    } else return;
    event.preventDefault();
  }

  /** Undo and redo, wherever on the page the focus is, but in a field. */
  undoKey(event) {
    const key = event.key.toLowerCase(), { target } = event;
    if (!this.inUse || !(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "range") return;
    event.preventDefault();
    this.undo(key === "y" || event.shiftKey ? 1 : -1);
  }

  // Painting

  begin(cell) {
    this.moveTo(cell, true);
    if (this.tools.filling && !this.erasing) {
      this.fill(cell);
      return;
    }
    this.isDown = true;
    this.before = this.cells.copy();
    this.last = cell;
    this.go(cell);
  }

  go(cell) {
    const { across, mirrored } = this.tools;
    const value = this.erasing ? this.tools.ground : this.tools.value;
    if (this.cells.line(this.last, cell, across, value, mirrored)) this.painted();
    this.last = cell;
    this.moveTo(cell, true);
  }

  lift() {
    if (!this.isDown) return;
    Object.assign(this, { isDown: false, held: false, erasing: false });
    if (this.before.same(this.cells)) return;
    this.steps.keep(this.before);
    this.onStroke();
  }

  fill(/** @type {number[]} */ [x, y]) {
    this.change((cells) => cells.fill(x, y, this.tools.value, this.tools.mirrored));
  }

  /** Do something to the cells that can be undone; ``what(cells)`` tells whether anything changed. */
  change(what) {
    this.lift();
    const before = this.cells.copy();
    if (!what(this.cells)) return;
    this.steps.keep(before);
    this.painted();
    this.onStroke();
  }

  undo(by) {
    this.lift();
    const found = this.steps.go(by, this.cells);
    if (!found) return;
    this.cells = found;
    this.painted();
    this.onStroke();
  }

  painted() {
    this.render();
    this.onPaint();
  }

  // Showing

  /** Other cells on the canvas; ``anew``: what was painted before is forgotten. */
  show(cells, anew) {
    this.lift();
    if (anew) this.steps = new Steps();
    else if (!this.cells.same(cells)) this.steps.keep(this.cells);
    this.cells = cells;
    if (this.cursor[0] >= cells.width || this.cursor[1] >= cells.height || anew) {
      this.cursor = [cells.width >> 1, cells.height >> 1];
    }
    this.render();
  }

  setKind(what, colours, names) {
    Object.assign(this, { colours, names });
    this.element.setAttribute("aria-label", what);
  }

  render() {
    draw(this.canvas, picturesOfCells(this.cells, this.colours));
  }

  cellAt({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [Math.floor((this.cells.width * (clientX - left)) / width), Math.floor((this.cells.height * (clientY - top)) / height)];
  }

  moveTo(/** @type {number[]} */ [x, y], stay) {
    const { width, height } = this.cells;
    const inside = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    if (stay && (inside[0] !== this.cursor[0] || inside[1] !== this.cursor[1])) {
      this.cursor = inside;
      clearTimeout(this.saying);
      this.saying = setTimeout(() => this.say(), QUIET_MS);
    }
    this.showMark(stay ? this.cursor : inside);
  }

  /** A square around the cells that the brush would paint. */
  showMark([x, y] = this.cursor) {
    const { width, height } = this.cells, { across, filling } = this.tools;
    const wide = filling ? 1 : across, from = Math.floor(wide / 2);
    this.mark.hidden = false;
    Object.assign(this.mark.style, { left: `${(100 * (x - from)) / width}%`, top: `${(100 * (y - from)) / height}%`,
      width: `${(100 * wide) / width}%`, height: `${(100 * wide) / height}%` });
  }

  say() {
    const [x, y] = this.cursor, value = this.cells.at(x, y);
    const what = this.names.length ? this.names[value] : textOf(value);
    setText(this.says, `Column ${x + 1}, row ${y + 1}: ${what}${this.isDown ? "; the brush is down" : ""}`);
  }

  close() {
    window.removeEventListener("keydown", this.onUndo);
    clearTimeout(this.saying);
  }
}
