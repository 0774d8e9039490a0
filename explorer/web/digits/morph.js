// From one class, or another condition, to another at a fixed z: the weights of y move, and the pictures with them.

import { make, setText } from "../shared/format.js";
import { Decoder } from "../shared/decoder.js";
import { nounOf } from "../shared/told.js";
import { Board } from "./board.js";
import { Choice, Downloads, Seed, atEnd, beside, button, foot, head, mixture, pointAt, sample,
  term } from "./common.js";

export const ZS = [1, 5, 10];
const LOOP_S = 4; // there and back
const FRAMES = 48;
const STAGES = 9; // of the strip
const EMBEDDED = "This generator reads a class as a vector that all its layers share, the class embedding. On the way the vector goes along the "
  + "straight line from one class's to the other's.";

export class Morph {
  frame;

  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {});
    this.zs = new Choice("How many z", ZS, (zs) => stage.set({ zs }));
    this.seed = new Seed((seed) => stage.set({ seed }));
    this.board = new Board(stage.place, "The mixture", { onPick: (index) => this.look(index), largest: 330,
      below: 190 });
    this.slider = make("input", { type: "range", min: 0, max: 1, step: 0.01, class: "gx-morph-slider" });
    this.from = make("b", { class: "gx-morph-end" });
    this.to = make("select", { class: "gx-field gx-morph-to", "aria-label": "To class" });
    this.weights = make("output", { class: "gx-morph-weights" });
    this.playing = null;
    this.play = button("Play", () => this.toggle(), { class: "gx-button gx-strong gx-play" });
    this.swap = button("Swap", () => {
      const { y, to, t } = stage.state;
      stage.set({ y: to, to: y, t: Number((1 - t).toFixed(2)) });
    });
    this.downloads = new Downloads("Download");
    this.element = make("section", {},
      head(this.title, atEnd(beside(term("z"), this.zs.element), this.seed.element)), this.board.element,
      make("div", { class: "gx-morph-line" }, this.play, this.from, this.slider, this.to, this.swap),
      foot(this.weights, atEnd(this.downloads.element)));
    this.slider.addEventListener("input", () => {
      this.stop();
      this.draw(Number(this.slider.value));
    });
    this.slider.addEventListener("change", () => stage.set({ t: Number(this.slider.value) }));
    this.to.addEventListener("change", () => stage.set({ to: Number(this.to.value) }));
    this.decoder = new Decoder(stage.root, { onTrouble: stage.trouble });
  }

  show() {
    const { root, model, classes, condition, embedding, state } = this.stage;
    const { y, to, zs, seed } = state;
    const key = JSON.stringify(classes);
    if (key !== this.key) {
      this.key = key;
      this.to.replaceChildren(...classes.map((name, at) => make("option", { value: at }, name)));
    }
    this.to.value = String(to);
    setText(this.from, classes[y]);
    setText(this.title, `From ${classes[y]} to ${classes[to]}`);
    this.title.append("\u00a0 ", embedding ? make("abbr", { class: "gx-quiet", title: EMBEDDED, tabindex: 0 }, "only the class embedding changes")
      : make("span", { class: "gx-quiet" }, "only y changes"));
    this.slider.setAttribute("aria-label", `From ${nounOf(condition)} ${classes[y]} to ${nounOf(condition)} ${classes[to]}`);
    this.to.setAttribute("aria-label", `To ${nounOf(condition)}`);
    this.zs.set(zs);
    this.seed.set(seed);
    this.board.resize(zs);
    const path = Array.from({ length: zs }, (_, index) => ({ ...pointAt(seed, index, y),
      to: { z: sample(seed, index), y: to }, path: "lerp" }));
    const file = `${model}-${y}-to-${to}-seed-${seed}`.replaceAll("@", "-");
    const film = { points: path, frames: zs > 5 ? FRAMES / 2 : FRAMES, fps: zs > 5 ? 6 : 12, scale: zs > 5 ? 4 : 8 };
    this.downloads.set(root, model, [
      ["GIF", "gif", film, file], ["MP4", "mp4", film, file],
      ["PNG strip", "png", { points: path, frames: STAGES }, file],
      ["enlarged 4×", "png", { points: path, frames: STAGES, scale: 4 }, `${file}-large`],
    ]);
    if (this.playing === null) this.draw(state.t);
    this.board.fit();
  }

  /** The pictures at a mixture. */
  draw(t) {
    const { model, classes, condition, embedding, state } = this.stage;
    const { y, to, zs, seed } = state;
    this.slider.value = t;
    this.slider.style.setProperty("--gx-at", `${100 * t}%`);
    this.t = t;
    const percent = Math.round(100 * t);
    setText(this.weights, y === to ? `100 % ${classes[y]}: choose another ${nounOf(condition)} to go to`
      : `${embedding ? "embedding" : "y"} = ${100 - percent} % ${classes[y]} + ${percent} % ${classes[to]}`);
    this.slider.setAttribute("aria-valuetext", this.weights.textContent);
    const weights = mixture(classes.length, y, to, t);
    const points = Array.from({ length: zs }, (_, index) => pointAt(seed, index, weights));
    this.decoder.model = model;
    this.decoder.want(points, (pictures) => {
      this.shown = { pictures, seed, t, model };
      this.board.show(pictures, (index) => `z ${index + 1} at ${percent} % of the way`);
      this.element.dataset.shown = JSON.stringify({ model, seed, y, to, t, zs });
      if (this.playing !== null) this.frame = requestAnimationFrame((now) => this.step(now));
    });
  }

  toggle() {
    if (this.playing !== null) {
      this.stop();
      this.stage.set({ t: this.t });
      return;
    }
    const start = this.t >= 1 ? 0 : this.t;
    this.playing = performance.now() - (start * LOOP_S * 1000) / 2;
    setText(this.play, "Pause");
    this.step(performance.now());
  }

  /** The next picture follows when this one is there, so that a slow machine plays fewer and not later ones. */
  step(now) {
    if (this.playing === null) return;
    const at = (((now - this.playing) / 1000 / LOOP_S) % 1) * 2;
    this.draw(Number((at <= 1 ? at : 2 - at).toFixed(2)));
  }

  stop() {
    this.playing = null;
    cancelAnimationFrame(this.frame);
    setText(this.play, "Play");
  }

  look(index) {
    if (!this.shown) return;
    const { classes, condition, state, root } = this.stage;
    const { pictures, seed, t, model } = this.shown;
    this.stop();
    const what = { root, model, pictures, at: index, seed, index, condition };
    const pure = t === 0 || state.y === state.to ? state.y : t === 1 ? state.to : null;
    if (pure !== null) this.stage.look.open({ ...what, y: pure, name: classes[pure] });
    else this.stage.look.open({ ...what, weights: mixture(classes.length, state.y, state.to, t),
      name: `${Math.round(100 * (1 - t))} % ${classes[state.y]}, ${Math.round(100 * t)} % ${classes[state.to]}` });
  }

  leave(keep) {
    if (this.playing === null) return;
    this.stop();
    if (keep) this.stage.set({ t: this.t }, "keep");
  }

  close() {
    this.stop();
    this.decoder.close();
    this.board.close();
  }
}
