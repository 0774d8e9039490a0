// One failure played again: both twins in step, under one slider that moves pictures and curves together.

import { count, make, setText } from "../shared/format.js";
import { scalesOf } from "./chart.js";
import { liveLinks } from "./live.js";
import { Twin } from "./twin.js";

const WHOLE_MS = 14_000; // of a run, played
const NOTCHES = 1000; // of the slider
const TWINS = ["sick", "cured"];

export class Replay {
  page; entry; share; frame; recorded;

  /** ``page``: { root, recordings, open(entry), moved(share), ask(wish), neighbours(entry) }. */
  constructor(page, entry) {
    Object.assign(this, { page, entry, share: 1, frame: null });
    this.twins = TWINS.map((which) => new Twin(which, entry));
    this.button = make("button", { type: "button", class: "gx-button gx-strong gx-play" });
    this.button.addEventListener("click", () => (this.frame ? this.stop() : this.play()));
    this.slider = make("input", { type: "range", min: 0, max: NOTCHES, step: 1, "aria-label": "Moment of training" });
    this.slider.addEventListener("input", () => {
      this.stop();
      this.move(Number(this.slider.value) / NOTCHES);
    });
    this.slider.addEventListener("change", () => page.moved(this.share));
    this.moment = make("output", { class: "gx-moment" });
    this.live = make("div", { class: "gx-row" });
    this.trouble = make("p", { class: "gx-trouble", role: "status" });
    this.stage = make("div", { class: "gx-twins" }, ...this.twins.map(({ element }) => element));
    this.element = make("section", { class: "gx-replay", "aria-label": entry.title }, this.head(), this.stage, this.trouble,
      make("div", { class: "gx-scrub" }, this.button, this.slider, this.moment), this.words());
    this.sized = new ResizeObserver(() => this.draw());
    this.sized.observe(this.stage);
    this.say();
    this.load();
  }

  head() {
    const { page, entry } = this;
    const { before, after, number } = page.neighbours(entry.id);
    const step = (label, other, name) => {
      const button = make("button", { type: "button", class: "gx-button", "aria-label": `${name}: ${other?.title ?? "none"}` }, label);
      button.disabled = !other;
      button.addEventListener("click", () => page.open(other.id, false));
      return button;
    };
    const all = make("button", { type: "button", class: "gx-button" }, "All failures");
    all.addEventListener("click", () => page.open(null));
    return make("header", {}, make("div", {}, make("h2", {}, `${number}. ${entry.title}`), make("p", {}, entry.sentence)),
      make("div", { class: "gx-row gx-ways" }, step("‹", before, "Previous"), all, step("›", after, "Next")));
  }

  words() {
    const { entry } = this;
    const value = (one) => (typeof one === "number" ? count(one) === String(one) ? String(one) : String(Number(one.toPrecision(3))) : String(one));
    return make("div", { class: "gx-words" },
      make("div", {}, make("h3", {}, "What to look at"), make("ul", {}, ...entry.look.map((one) => make("li", {}, one)))),
      make("div", {}, make("h3", {}, "The only difference"),
        make("ul", {}, ...entry.changes.map(({ label, sick, cured }) => make("li", {}, `${label}: `, make("s", {}, value(sick)), " → ", make("b", {}, value(cured))))),
        this.live),
      make("div", {}, make("h3", {}, "Where it comes from"), make("p", { class: "gx-quiet" }, entry.source),
        make("p", { class: "gx-quiet" }, entry.seeds)));
  }

  async load() {
    const { recordings } = this.page;
    try {
      if (this.entry.missing) throw new Error(this.entry.missing);
      const { twins } = await recordings.recording(this.entry.id);
      const strips = await Promise.all(TWINS.map((which) => (this.entry.plane ? null : recordings.pictures(this.entry.id, which))));
      if (this.closed) return;
      this.recorded = TWINS.map((which) => twins[which]);
      const scales = this.entry.curves.map((id) => scalesOf(id, this.recorded));
      this.twins.forEach((twin, index) => twin.set(this.recorded[index], strips[index], scales.map((both) => both[index]),
        twin.which === "sick" ? this.entry.cause : this.entry.remedy));
      this.twins.forEach((twin) => twin.setDoctor([]));
      this.element.dataset.ready = "true";
      this.draw();
      const said = await recordings.doctor(this.entry.id);
      this.twins.forEach((twin) => twin.setDoctor(said[twin.which]));
      this.draw();
    } catch (error) {
      if (!this.closed) setText(this.trouble, error.message);
    }
  }

  /** Go to a share of the run, in [0, 1]. */
  move(share) {
    this.share = Math.min(1, Math.max(0, share));
    this.slider.value = String(Math.round(this.share * NOTCHES));
    this.draw();
  }

  draw() {
    this.element.dataset.at = this.share.toFixed(3);
    this.twins.forEach((twin) => twin.show(this.share));
    if (!this.recorded) return;
    const steps = this.recorded.map((twin) => count(Math.round(this.share * twin.steps)));
    setText(this.moment, steps[0] === steps[1] ? `step ${steps[0]}` : `step ${steps[0]} and ${steps[1]}`);
    this.slider.setAttribute("aria-valuetext", this.moment.textContent);
  }

  play() {
    if (this.share >= 1) this.move(0);
    let last = performance.now();
    const tick = (now) => {
      this.frame = requestAnimationFrame(tick);
      if (this.recorded) this.move(this.share + (now - last) / WHOLE_MS);
      last = now;
      if (this.share >= 1) this.stop();
    };
    this.frame = requestAnimationFrame(tick);
    this.say();
  }

  stop() {
    if (!this.frame) return;
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.say();
    this.page.moved(this.share);
  }

  say() {
    setText(this.button, this.frame ? "❚❚ Pause" : "▶ Play");
  }

  setTheme(theme) {
    this.twins.forEach((twin) => twin.setTheme(theme));
    this.draw();
  }

  setLive(runs) {
    this.live.replaceChildren(...liveLinks(this.page, this.entry, runs));
  }

  close() {
    this.closed = true;
    cancelAnimationFrame(this.frame);
    this.sized.disconnect();
  }
}
