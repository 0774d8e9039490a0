// Drawing a distribution: strokes in the plane, by mouse, finger or keyboard.

import { follow } from "../shared/following.js";
import { make, setText } from "../shared/format.js";
import { smallButton } from "../shared/button.js";
import { drawingOf } from "./state.js";

const APART = 0.035; // of the plane between two points of a stroke
const STEP = 0.05; // of the cursor by an arrow key

export class Sketch {
  most; onDrawn; onEnd; active; strokes; cursor; stroke;

  /** ``onDrawn(drawing)`` hears of every stroke that is done, ``onEnd()`` when drawing is. */
  constructor(most, onDrawn, onEnd) {
    Object.assign(this, { most, onDrawn, onEnd, active: false, strokes: [], cursor: null });
    this.told = make("span", {});
    this.element = make("div", { class: "gx-row gx-sketch", hidden: "" },
      this.told, smallButton("Undo stroke", "Take the last stroke away", () => this.undo()),
      smallButton("Clear", "Take all away", () => this.clear()),
      smallButton("Done", "Let G learn it (Enter or Escape)", () => this.finish(), { class: "gx-button gx-small gx-strong" }));
    this.leave = () => {};
    this.onKey = (event) => this.key(event);
  }

  /** Draw on a plane's canvas. */
  attach(plane) {
    if (this.plane === plane) return;
    this.leave();
    this.plane = plane;
    plane.canvas.addEventListener("keydown", this.onKey);
    const unfollow = follow(plane.canvas, { down: (event) => this.down(event), move: (event) => this.move(event), up: () => this.up() });
    this.leave = () => {
      unfollow();
      plane.canvas.removeEventListener("keydown", this.onKey);
    };
  }

  begin(points) {
    Object.assign(this, { active: true, strokes: points.length ? [points] : [], stroke: null, cursor: null });
    this.element.hidden = false;
    Object.assign(this.plane.canvas, { tabIndex: 0 });
    this.plane.canvas.classList.add("gx-drawing");
    this.plane.canvas.focus({ preventScroll: true });
    this.show();
  }

  end() {
    if (!this.active) return;
    this.active = false;
    this.element.hidden = true;
    this.plane.canvas.tabIndex = -1;
    this.plane.canvas.classList.remove("gx-drawing");
  }

  finish() {
    this.end();
    this.onEnd();
  }

  get points() {
    return this.strokes.flat();
  }

  undo() {
    this.strokes.pop();
    this.tell();
  }

  clear() {
    this.strokes = [];
    this.tell();
  }

  down(event) {
    if (!this.active || event.button) return false;
    this.cursor = null;
    this.strokes.push((this.stroke = []));
    this.put(this.plane.at(event));
    return true;
  }

  move(event) {
    if (!this.active || !this.stroke) return;
    const place = this.plane.at(event);
    const last = this.stroke[this.stroke.length - 1];
    const far = Math.hypot(place[0] - last[0], place[1] - last[1]);
    const between = Math.max(1, Math.floor(far / APART));
    if (far < APART) return;
    for (let part = 1; part <= between; part += 1) {
      this.put([0, 1].map((axis) => last[axis] + ((place[axis] - last[axis]) * part) / between));
    }
  }

  up() {
    if (!this.active || !this.stroke) return;
    this.stroke = null;
    this.tell();
  }

  put(place) {
    if (this.points.length >= this.most) return;
    this.stroke.push(place.map((value) => Math.max(-1, Math.min(1, value))));
    this.show();
  }

  /** Arrow keys move a cross, space puts a point there. */
  key(event) {
    if (!this.active) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (event.key === "Escape" || event.key === "Enter") this.finish();
    else if (by) {
      const [x, y] = this.cursor ?? [0, 0];
      this.cursor = [x + by[0] * STEP, y + by[1] * STEP].map((value) => Math.max(-1, Math.min(1, value)));
      this.plane.draw();
    } else if (event.key === " ") {
      this.strokes.push((this.stroke = []));
      this.put(this.cursor ?? [0, 0]);
      this.up();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Show what is drawn as the real points, while the pen is down and after. */
  show() {
    const { points, plane } = this;
    setText(this.told, points.length < this.most ? "Draw with the mouse or a finger, or with arrow keys and space."
      : `That is all: ${this.most} points.`);
    plane.sketched = Float32Array.from(points.flat());
    plane.draw();
  }

  tell() {
    this.show();
    this.onDrawn(drawingOf(this.points));
  }
}
