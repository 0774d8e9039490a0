// A walk: kept points, and a loop through them, played from pictures that were fetched ahead.

import { askPictures, Refused } from "../shared/decoder.js";
import { save, scaleTo } from "../shared/download.js";
import { make, setText } from "../shared/format.js";
import { pointOf } from "./state.js";
import { draw } from "../shared/picture.js";

const FRAMES_PER_S = 20;
const MOST_FRAMES = 400; // that the server draws at once
const MOST_LETTERS = 380_000; // of what is asked for at once
const MOST_KEPT = 12;
const AT_ONCE = 40; // frames in one request
const STRIP = 12; // pictures of the strip, at most so many for each part of the way

export const ABOUT = {
  slerp: "Along the sphere near which samples lie: pictures in between look like samples.",
  lerp: "In a straight line through the inside of the sphere, where samples hardly ever lie: pictures in between may lose contrast.",
};

export class Walk {
  root; at; playing; shown; frames; kept; model; size; key; path; onKeep; onView; each; points; onGo; onKept; fps;
  onFrame; request; onLeave;

  /**
   * ``onKeep()``, ``onKept(kept)`` when the list changed, ``onGo(spot)``, ``onView({ path, pace })``,
   * ``onFrame(pictures, index)`` while playing, ``onLeave()`` when the point itself is to be seen again.
   */
  constructor(root, wishes) {
    Object.assign(this, wishes, { root, at: 0, playing: false, shown: false, frames: null, kept: [] });
    this.keep = this.button("Keep this point", () => this.onKeep(), "gx-strong");
    this.list = make("div", { class: "gx-kept", role: "list" });
    this.paths = make("div", { class: "gx-segments", role: "group", "aria-label": "Path" });
    this.pathButtons = [["slerp", "Sphere"], ["lerp", "Straight"]].map(([id, name]) => {
      const button = this.button(name, () => this.onView({ path: id }));
      button.title = ABOUT[id];
      button.dataset.path = id;
      return button;
    });
    this.paths.append(...this.pathButtons);
    this.pace = make("input", { type: "range", min: 0.5, max: 5, step: 0.5, "aria-label": "Seconds from point to point" });
    this.paceWords = make("output", {});
    this.pace.addEventListener("input", () => this.sayPace());
    this.pace.addEventListener("change", () => this.onView({ pace: Number(this.pace.value) }));
    this.play = this.button("▶ Play", () => this.toggle(), "gx-play");
    this.scrub = make("input", { type: "range", min: 0, max: 1, step: 1, value: 0, "aria-label": "Place on the way" });
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.back = this.button("Back to the point", () => this.leave());
    this.files = [["gif", "GIF"], ["mp4", "MP4"], ["png", "PNG strip"]].map(([kind, name]) => {
      const button = this.button(name, () => this.download(kind, button));
      button.title = `Download the walk as ${name}`;
      return button;
    });
    this.words = make("p", { class: "gx-quiet gx-line", role: "status" });
    this.element = make("div", { class: "gx-walk" },
      make("div", { class: "gx-row" }, this.keep, make("span", { class: "gx-quiet" }, "The walk goes through them and back.")),
      this.list,
      make("div", { class: "gx-row" }, this.paths, make("label", { class: "gx-pair" }, this.pace, this.paceWords)),
      make("div", { class: "gx-row gx-playing" }, this.play, this.scrub, this.back),
      make("div", { class: "gx-row" }, "Download", ...this.files), this.words);
  }

  button(words, onClick, kind = "") {
    const button = make("button", { type: "button", class: `gx-button ${kind}` }, words);
    button.addEventListener("click", onClick);
    return button;
  }

  show(model, state, size) {
    const key = JSON.stringify([model, state.kept, state.path, state.pace]);
    Object.assign(this, { model, size });
    this.sayPace(state.pace);
    for (const button of this.pathButtons) button.setAttribute("aria-pressed", button.dataset.path === state.path);
    if (key === this.key) return;
    Object.assign(this, { key, kept: state.kept, path: state.path });
    this.leave();
    this.frames = null;
    this.at = 0;
    this.plan(state.pace);
    this.showKept();
    this.allow();
  }

  sayPace(value = Number(this.pace.value)) {
    this.pace.value = value;
    setText(this.paceWords, `${Number(value).toFixed(1)} s from point to point`);
  }

  /** The points of all frames, and how many a second: as many as the server takes. */
  plan(pace) {
    const ends = this.kept.length;
    this.points = [];
    if (ends < 2) return;
    const letters = Math.max(...this.kept.map((spot) => JSON.stringify(pointOf(spot)).length)) * 2 + 40;
    const most = Math.min(MOST_FRAMES, Math.floor(MOST_LETTERS / letters));
    this.fps = Math.max(1, Math.min(FRAMES_PER_S, Math.floor(most / (ends * pace))));
    const each = Math.max(2, Math.round(this.fps * pace));
    this.each = Math.min(each, Math.floor(most / ends));
    this.kept.forEach((spot, at) => {
      const to = pointOf(this.kept[(at + 1) % ends]);
      for (let frame = 0; frame < this.each; frame += 1) {
        this.points.push({ ...pointOf(spot), to, t: Math.round((1e4 * frame) / this.each) / 1e4, path: this.path });
      }
    });
    this.scrub.max = this.points.length - 1;
    this.scrub.value = 0;
  }

  allow() {
    const can = this.kept.length >= 2;
    for (const one of [this.play, this.scrub, ...this.files]) one.disabled = !can;
    this.back.disabled = !this.shown;
    this.keep.disabled = this.kept.length >= MOST_KEPT;
    if (!can) setText(this.words, this.kept.length ? "Keep a second point, then play." : "Keep at least two points.");
    else if (!this.playing) setText(this.words, `${this.points.length} pictures, ${this.fps} a second.`);
  }

  async showKept() {
    const key = this.key;
    const tiles = this.kept.map((spot, at) => this.tile(spot, at));
    while (tiles.length < 4) tiles.push(make("div", { class: "gx-kept-one gx-vacant", "aria-hidden": "true" }));
    this.list.replaceChildren(...tiles);
    if (!this.kept.length) return;
    try {
      const pictures = await askPictures(this.root, this.model, this.kept.map((spot) => pointOf(spot)));
      if (key === this.key) this.kept.forEach((_, at) => draw(tiles[at].querySelector("canvas"), pictures, at));
    } catch (error) {
      if (key === this.key) setText(this.words, this.sentence(error));
    }
  }

  tile(spot, at) {
    const canvas = make("canvas", { class: "gx-picture", width: this.size, height: this.size });
    const go = make("button", { type: "button", class: "gx-tile", "aria-label": `Go to point ${at + 1}`, title: "Go there" }, canvas);
    go.addEventListener("click", () => this.onGo(spot));
    const change = (sign, label, to) => {
      const button = make("button", { type: "button", class: "gx-mini", "aria-label": `${label} point ${at + 1}`,
        title: label }, sign);
      button.addEventListener("click", () => {
        const kept = this.kept.filter((_, other) => other !== at);
        if (to !== null) kept.splice(to, 0, spot);
        this.onKept(kept);
      });
      button.disabled = to !== null && (to < 0 || to >= this.kept.length);
      return button;
    };
    return make("div", { class: "gx-kept-one", role: "listitem" }, go, make("div", { class: "gx-mini-row" },
      change("‹", "Move to the left", at - 1), change("×", "Remove", null), change("›", "Move to the right", at + 1)));
  }

  toggle() {
    if (this.playing) return this.pause();
    this.playing = true;
    this.shown = true;
    this.allow();
    setText(this.play, "❚❚ Pause");
    return this.run(this.key);
  }

  async run(key) {
    await this.fetchAll(key);
    if (!this.playing || key !== this.key) return;
    this.allow();
    setText(this.words, `${this.points.length} pictures, ${this.fps} a second.`);
    const start = performance.now() - (1000 * this.at) / this.fps;
    const tick = (now) => {
      if (!this.playing || key !== this.key) return;
      const at = Math.floor(((now - start) / 1000) * this.fps) % this.points.length;
      if (at !== this.at || !this.drawn) this.frame(Math.max(0, at));
      this.request = requestAnimationFrame(tick);
    };
    this.request = requestAnimationFrame(tick);
  }

  async fetchAll(key) {
    this.frames ??= [];
    const { frames, points } = this;
    this.fetching ??= (async () => {
      try {
        while (frames.length * AT_ONCE < points.length && frames === this.frames) {
          const start = frames.length * AT_ONCE;
          setText(this.words, `Drawing ${points.length} pictures: ${Math.round((100 * start) / points.length)} %`);
          frames.push(await askPictures(this.root, this.model, points.slice(start, start + AT_ONCE)));
        }
      } catch (error) {
        if (key === this.key) {
          this.pause();
          setText(this.words, this.sentence(error));
        }
      }
    })();
    await this.fetching;
    this.fetching = null;
    if (frames !== this.frames && key === this.key && this.playing) await this.fetchAll(key);
  }

  frame(at) {
    this.at = at;
    this.scrub.value = at;
    const part = this.frames?.[Math.floor(at / AT_ONCE)];
    if (!part) return;
    this.drawn = true;
    this.onFrame(part, at % AT_ONCE);
  }

  async seek(at) {
    this.pause();
    this.shown = true;
    this.at = at;
    this.allow();
    const { key } = this;
    await this.fetchAll(key);
    if (key === this.key && this.shown) this.frame(this.at);
    if (key === this.key) this.allow();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.request);
    setText(this.play, "▶ Play");
  }

  /** Stop, and show the point itself again. */
  leave() {
    this.pause();
    this.drawn = false;
    if (!this.shown) return;
    this.shown = false;
    this.allow();
    this.onLeave();
  }

  async download(kind, button) {
    const { key, model } = this;
    const each = Math.max(1, Math.min(Math.floor(this.points.length / this.kept.length), STRIP));
    const every = this.points.length / this.kept.length / each;
    const points = kind === "png"
      ? Array.from({ length: each * this.kept.length }, (_, at) => this.points[Math.floor(at * every)]) : this.points;
    button.disabled = true;
    setText(this.words, `Making the ${button.textContent} …`);
    try {
      const scale = scaleTo(this.size, kind === "png" ? 96 : 448);
      const options = kind === "png" ? { columns: each } : { fps: this.fps };
      await save(this.root, model, kind, { points, scale, ...options }, `${model}-walk`.replace("@", "-"));
      if (key === this.key) setText(this.words, `The ${button.textContent} is saved.`);
    } catch (error) {
      if (key === this.key) setText(this.words, this.sentence(error));
    }
    button.disabled = this.kept.length < 2;
  }

  sentence(error) {
    return error instanceof Refused ? error.message : "The server does not answer; try again.";
  }

  close() {
    this.pause();
    this.key = null;
    this.frames = null;
  }
}
