// The plane: D's output as colour behind, real points as dots, fakes as diamonds, and G's gradient as arrows.

import { make, setText } from "../shared/format.js";
import { drawSurface } from "./surface.js";

const PUSH = 0.12; // of the plane a push of 1 is drawn long
const LONGEST = 0.3; // an arrow, in units of the plane
const GLIDE_MS = 450;
const DIM = 0.2; // of what the story does not speak of

export class Plane {
  name; hide; point; frame; glide; pixels; drawn; known; real; colors; motion; sketch; only; unit; sketched;

  /** ``name`` is told in the alternative text; ``colors`` are those of the theme, by role. */
  constructor(name) {
    Object.assign(this, { name, hide: [], point: null, frame: null, glide: 1, pixels: 0, drawn: 0 });
    this.canvas = make("canvas", { class: "gx-plane", role: "img", tabindex: -1, "aria-label": "The plane: nothing is drawn yet" });
    this.said = make("p", { class: "gx-quiet gx-here" });
    this.cell = document.createElement("canvas");
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.canvas.addEventListener("pointermove", (event) => this.tell(this.at(event)));
    this.canvas.addEventListener("pointerleave", () => this.tell(null));
  }

  /** Show a frame; with ``glide`` the fakes move to their new places instead of jumping. */
  show(frame, known, real, { glide = false } = {}) {
    const from = this.frame?.fake;
    Object.assign(this, { frame, known, real });
    cancelAnimationFrame(this.motion);
    const moves = glide && from && !this.still.matches && from.some((value, at) => value !== frame.fake[at]);
    if (!moves) {
      this.glide = 1;
      this.draw();
    } else {
      this.from = from;
      const began = performance.now();
      const move = (now) => {
        this.glide = Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
        this.draw();
        if (this.glide < 1) this.motion = requestAnimationFrame(move);
      };
      move(began);
    }
    this.tell(this.place);
  }

  /** The largest square that there is room for. */
  size(edge) {
    const pixels = Math.round(edge * Math.min(2, window.devicePixelRatio || 1));
    this.canvas.style.width = this.canvas.style.height = `${edge}px`;
    if (pixels === this.pixels) return;
    this.pixels = this.canvas.width = this.canvas.height = pixels;
    this.edge = edge;
    this.draw();
  }

  /** A pointer's place in the plane. */
  at({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const reach = this.known?.reach ?? 1.5;
    return [((clientX - left) / width - 0.5) * 2 * reach, (0.5 - (clientY - top) / height) * 2 * reach];
  }

  /** Say what D says at a place. */
  tell(place) {
    this.place = place;
    const { frame, known } = this;
    if (!frame || !place || this.sketch) return setText(this.said, "");
    const side = frame.shapes.surface[0];
    const cell = place.map((value, axis) => Math.floor((((axis ? -value : value) + known.reach) / (2 * known.reach)) * side));
    if (cell.some((value) => value < 0 || value >= side)) return setText(this.said, "");
    const value = frame.low + frame.surface[cell[1] * side + cell[0]] * (frame.high - frame.low);
    const words = known.kind === "probability" ? `D says: real with probability ${value.toFixed(2)}` : `D's ${known.kind}: ${value.toFixed(2)}`;
    return setText(this.said, `Here ${words.replace("-", "−")}`);
  }

  // Drawing

  draw() {
    const { frame, colors, pixels } = this;
    if (!frame || !colors || !pixels) return;
    const began = performance.now();
    const context = this.canvas.getContext("2d");
    this.unit = pixels / (2 * this.known.reach);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colors.background;
    context.fillRect(0, 0, pixels, pixels);
    const layer = (name, paint) => {
      if (this.hide.includes(name)) return;
      context.save();
      context.globalAlpha = this.only && !this.only.includes(name) ? DIM : 1;
      paint.call(this, context, context.globalAlpha);
      context.restore();
    };
    if (this.sketch) {
      this.drawReal(context);
      this.drawCursor(context);
    } else {
      layer("surface", this.drawSurface);
      layer("net", this.drawNet);
      layer("real", this.drawModes);
      layer("real", this.drawReal);
      layer("push", this.drawPushes);
      layer("fake", this.drawFakes);
    }
    this.canvas.setAttribute("aria-label", this.words());
    this.cost = performance.now() - began;
    this.drawn += 1;
  }

  toX(x) {
    return this.pixels / 2 + x * this.unit;
  }

  toY(y) {
    return this.pixels / 2 - y * this.unit;
  }

  drawSurface(context) {
    drawSurface(context, this);
  }

  px(size) {
    return (size * this.pixels) / this.edge;
  }

  drawNet(context, alpha) {
    const { frame, colors } = this;
    const places = frame.net;
    const line = frame.shapes.net[0];
    const side = Math.round(Math.sqrt(line));
    context.strokeStyle = colors.g;
    context.lineWidth = this.px(1.1);
    context.globalAlpha = alpha * 0.55;
    context.beginPath();
    const strand = (first, step, count) => {
      for (let index = 0; index < count; index += 1) {
        const at = 2 * (first + index * step);
        context[index ? "lineTo" : "moveTo"](this.toX(places[at]), this.toY(places[at + 1]));
      }
    };
    if (side * side !== line) strand(0, 1, line);
    else {
      for (let index = 0; index < side; index += 1) {
        strand(index * side, 1, side);
        strand(index, side, side);
      }
    }
    context.stroke();
  }

  drawModes(context) {
    const { frame, known, colors } = this;
    if (!known.modes || !frame.covered) return;
    const radius = 3 * known.sigma * this.unit + this.px(4);
    known.modes.forEach(([x, y], mode) => {
      context.beginPath();
      context.arc(this.toX(x), this.toY(y), radius, 0, 2 * Math.PI);
      context.setLineDash(frame.covered[mode] ? [] : [this.px(3), this.px(5)]);
      context.lineWidth = this.px(frame.covered[mode] ? 2.4 : 1.2);
      context.strokeStyle = colors.text;
      context.stroke();
    });
  }

  drawReal(context) {
    const real = this.sketch ? this.sketched : this.real;
    const radius = this.px(this.edge > 420 ? 3 : 2.3);
    context.beginPath();
    for (let at = 0; at < real.length; at += 2) {
      const [x, y] = [this.toX(real[at]), this.toY(real[at + 1])];
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    this.outlined(context, this.colors.real, 1);
  }

  /** Fill what was put on the path, with a thin edge that keeps it apart from what lies below. */
  outlined(context, color, edge) {
    context.fillStyle = color;
    context.strokeStyle = this.colors.background;
    context.lineWidth = this.px(edge);
    context.stroke();
    context.fill();
  }

  fakeAt(at) {
    const { frame, from, glide } = this;
    return glide < 1 ? from[at] + (frame.fake[at] - from[at]) * glide * (2 - glide) : frame.fake[at];
  }

  drawFakes(context) {
    const { frame } = this;
    const radius = this.px(this.edge > 420 ? 4.4 : 3.4);
    context.beginPath();
    for (let at = 0; at < frame.fake.length; at += 2) {
      const [x, y] = [this.toX(this.fakeAt(at)), this.toY(this.fakeAt(at + 1))];
      context.moveTo(x, y - radius);
      context.lineTo(x + radius, y);
      context.lineTo(x, y + radius);
      context.lineTo(x - radius, y);
      context.closePath();
    }
    this.outlined(context, this.colors.fake, 1.4);
  }

  /** Arrows, as long as the pushes are strong: where G's gradient vanishes, so do they. */
  drawPushes(context) {
    const { frame, colors } = this;
    const head = this.px(4.5);
    context.beginPath();
    for (let at = 0; at < frame.push.length; at += 2) {
      const strength = Math.hypot(frame.push[at], frame.push[at + 1]);
      const length = Math.min(LONGEST, PUSH * strength) * this.unit;
      if (length < this.px(1.5)) continue;
      const [dx, dy] = [frame.push[at] / strength, -frame.push[at + 1] / strength];
      const [x, y] = [this.toX(this.fakeAt(at)), this.toY(this.fakeAt(at + 1))];
      const [tx, ty] = [x + dx * length, y + dy * length];
      const size = Math.min(head, length);
      context.moveTo(x, y);
      context.lineTo(tx, ty);
      context.moveTo(tx - (dx - 0.6 * dy) * size, ty - (dy + 0.6 * dx) * size);
      context.lineTo(tx, ty);
      context.lineTo(tx - (dx + 0.6 * dy) * size, ty - (dy - 0.6 * dx) * size);
    }
    context.lineJoin = context.lineCap = "round";
    context.strokeStyle = colors.background;
    context.lineWidth = this.px(4);
    context.stroke();
    context.strokeStyle = colors.g;
    context.lineWidth = this.px(1.8);
    context.stroke();
  }

  /** Where a point would be put by the keyboard. */
  drawCursor(context) {
    const { cursor } = this.sketch;
    const { colors } = this;
    if (!cursor) return;
    const [x, y, arm] = [this.toX(cursor[0]), this.toY(cursor[1]), this.px(9)];
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    context.strokeStyle = colors.text;
    context.lineWidth = this.px(2);
    context.stroke();
  }

  words() {
    const { frame, known } = this;
    const [step, dStep] = frame.row;
    const modes = frame.covered ? `${frame.row[7]} of ${frame.covered.length} modes covered` :
      `${Math.round(100 * frame.row[6])} % of the real points covered`;
    return `${this.name}: real points, fakes and what D says of the plane, after ${step} steps of G and ${dStep} of D; `
      + `${modes}; D's mean on real ${frame.d_real.toFixed(2)}, on fakes ${frame.d_fake.toFixed(2)}`
      + `${known.kind === "probability" ? " (1 is real)" : ""}.`;
  }

  close() {
    cancelAnimationFrame(this.motion);
  }
}
