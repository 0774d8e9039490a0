// A pad over two directions: pictures of the whole plane lie behind, and the point is dragged over them.

import { askPictures, Refused } from "../shared/decoder.js";
import { follow } from "../shared/following.js";
import { make } from "../shared/format.js";
import { pointOf, rounded, spotOf } from "./state.js";
import { draw } from "../shared/picture.js";

const SIDE = 7; // pictures a side: odd, so that one lies in the middle
const PX = 5; // less than this is a click and not a drag
const SETTLE_MS = 150;

export class Pad {
  root; onMove; onEnd; onView; onTrouble; directions; bare;

  /** ``onMove(moves)`` while dragging, ``onEnd()`` at its end, ``onView({ axes, reach, bare })``, ``onTrouble(text)``. */
  constructor(root, { onMove, onEnd, onView, onTrouble }) {
    Object.assign(this, { root, onMove, onEnd, onView, onTrouble });
    this.selects = ["Left to right", "Bottom to top"].map((label, axis) => {
      const select = make("select", { class: "gx-field", "aria-label": label });
      select.addEventListener("change", () => {
        const axes = [...this.axes];
        axes[axis] = select.value;
        if (axes[0] === axes[1]) axes[1 - axis] = this.axes[axis];
        this.onView({ axes });
      });
      return select;
    });
    this.reach = make("select", { class: "gx-field", "aria-label": "How far it reaches" });
    this.reach.addEventListener("change", () => this.onView({ reach: Number(this.reach.value) }));
    this.behind = make("input", { type: "checkbox" });
    this.behind.addEventListener("change", () => this.onView({ bare: !this.behind.checked }));
    this.sheet = make("canvas", { class: "gx-picture gx-plane", "aria-hidden": "true" });
    this.handle = make("span", { class: "gx-handle" });
    this.surface = make("div", { class: "gx-pad", tabindex: 0, role: "application",
      "aria-roledescription": "pad of two sliders" }, this.sheet, this.handle);
    this.ends = ["west", "east", "south", "north"].map((side) => make("span", { class: `gx-end gx-${side}` }));
    const pair = (words, field) => make("label", { class: "gx-choice" }, make("span", {}, words), field);
    this.element = make("div", { class: "gx-pad-part" },
      make("div", { class: "gx-pad-frame" }, this.surface, ...this.ends),
      make("div", { class: "gx-pad-choices" }, pair("Left to right", this.selects[0]), pair("Bottom to top", this.selects[1]),
        pair("How far, each way", this.reach), make("label", { class: "gx-pair" }, this.behind, "pictures behind"),
        make("p", { class: "gx-quiet" }, "Drag the ring, click a picture, or use the arrow keys.")));
    this.listen();
  }

  listen() {
    let start = [0, 0];
    let moved = false;
    follow(this.surface, {
      down: (event) => {
        if (event.button) return false;
        start = [event.clientX, event.clientY];
        moved = false;
        this.surface.focus({ preventScroll: true });
        return true;
      },
      move: (event) => {
        moved ||= Math.hypot(event.clientX - start[0], event.clientY - start[1]) >= PX;
        if (moved) this.to(this.at(event));
      },
      up: (event) => {
        if (event.type === "pointercancel" && !moved) return;
        if (!moved) this.to(this.at(event).map((value) => this.snapped(value)));
        this.onEnd();
      },
    });
    this.surface.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!by && event.key !== "Home") return;
      event.preventDefault();
      const step = this.far / (event.shiftKey ? 3 : 15);
      const to = by ? this.amounts.map((amount, axis) => amount + by[axis] * step) : [0, 0];
      this.to(to);
      this.onEnd();
    });
  }

  /** Amounts along both axes at a pointer's place. */
  at({ clientX, clientY }) {
    const { left, top, width, height } = this.surface.getBoundingClientRect();
    const whole = (this.far * 2 * SIDE) / (SIDE - 1); // the outer pictures' middles lie at the ends of the reach
    return [((clientX - left) / width - 0.5) * whole, (0.5 - (clientY - top) / height) * whole];
  }

  /** The middle of the picture that an amount lies on; without pictures, the amount itself. */
  snapped(value) {
    const step = (2 * this.far) / (SIDE - 1);
    return this.bare ? value : Math.round(value / step) * step;
  }

  to(amounts) {
    this.amounts = amounts.map((amount) => rounded(Math.min(this.far, Math.max(-this.far, amount))));
    this.place();
    this.onMove(Object.fromEntries(this.axes.map((id, axis) => [id, this.amounts[axis]])));
  }

  place() {
    const whole = (this.far * 2 * SIDE) / (SIDE - 1);
    const inside = (amount) => 50 + (100 * Math.min(this.far, Math.max(-this.far, amount))) / whole;
    this.handle.style.left = `${inside(this.amounts[0])}%`;
    this.handle.style.top = `${100 - inside(this.amounts[1])}%`;
    const [across, up] = this.axes.map((id) => this.directions.nameOf(id));
    this.surface.setAttribute("aria-label", `${across} ${this.amounts[0]}, ${up} ${this.amounts[1]}. Arrow keys move it.`);
  }

  show(model, directions, state, edge) {
    Object.assign(this, { directions, bare: state.bare });
    const wanted = state.axes.length === 2 ? state.axes : directions.firstTwo();
    this.axes = wanted;
    this.far = state.reach || Math.round((directions.reach(directions.one(wanted[0])) * 2) / 3); // both together go farther
    this.options();
    this.behind.checked = !state.bare;
    this.sheet.hidden = state.bare;
    this.surface.style.width = `${edge}px`;
    this.amounts = wanted.map((id) => state.moves[id] ?? 0);
    const [across, up] = wanted.map((id) => directions.nameOf(id));
    ["−", "+", "−", "+"].forEach((sign, at) => {
      this.ends[at].textContent = `${sign} ${at < 2 ? across : up}`;
    });
    this.place();
    if (!state.bare) this.behindOf(model, state);
  }

  options() {
    const all = this.directions.groups().flatMap(([id]) => (id === "coordinate" ? [] : this.directions.in(id, 0)));
    const ids = [...new Set([...all.map(({ id }) => id), ...this.axes, ...Array.from({ length: 8 }, (_, at) => `z${at}`)])];
    const key = JSON.stringify(ids.map((id) => [id, this.directions.nameOf(id)]));
    if (key !== this.optionsKey) {
      this.optionsKey = key;
      for (const select of this.selects) {
        select.replaceChildren(...ids.map((id) => make("option", { value: id }, this.directions.nameOf(id))));
      }
    }
    this.selects.forEach((select, axis) => (select.value = this.axes[axis]));
    const far = [...new Set([1, 2, 3, 4, 6, 8, this.far])].sort((a, b) => a - b);
    if (this.reach.dataset.key !== String(far)) {
      this.reach.replaceChildren(...far.map((value) => make("option", { value }, String(value))));
      this.reach.dataset.key = String(far);
    }
    this.reach.value = String(this.far);
  }

  /** The pictures of the plane: all else as it is, so that moves along the two axes do not change them. */
  behindOf(model, state) {
    const spot = spotOf(state);
    const others = Object.entries(spot.moves).filter(([id]) => !this.axes.includes(id));
    const key = JSON.stringify([model, { ...spot, moves: others }, this.axes, this.far]);
    if (key === this.planeKey) return;
    this.planeKey = key;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.fetchPlane(model, spot, key), SETTLE_MS);
  }

  async fetchPlane(model, spot, key) {
    const step = (2 * this.far) / (SIDE - 1);
    const points = [];
    for (let row = 0; row < SIDE; row += 1) {
      for (let column = 0; column < SIDE; column += 1) {
        const moves = { ...spot.moves, [this.axes[0]]: rounded(column * step - this.far), [this.axes[1]]: rounded(this.far - row * step) };
        points.push(pointOf({ ...spot, moves }));
      }
    }
    try {
      const pictures = await askPictures(this.root, model, points);
      if (key !== this.planeKey) return;
      const { width, height } = pictures;
      Object.assign(this.sheet, { width: width * SIDE, height: height * SIDE });
      const one = document.createElement("canvas");
      const context = this.sheet.getContext("2d");
      for (let at = 0; at < pictures.count; at += 1) {
        draw(one, pictures, at);
        context.drawImage(one, (at % SIDE) * width, Math.floor(at / SIDE) * height);
      }
    } catch (error) {
      if (key === this.planeKey) this.planeKey = "";
      this.onTrouble(error instanceof Refused ? error.message : "The server does not answer; the map stays as it was.");
    }
  }

  close() {
    clearTimeout(this.settling);
    this.planeKey = null;
  }
}
