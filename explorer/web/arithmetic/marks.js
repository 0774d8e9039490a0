// Own directions: samples marked yes and no give a direction, which can be tried, named, saved and used again.

import { askPictures } from "../shared/decoder.js";
import { make } from "../shared/format.js";
import { marksOf, resultOf, sampleOf } from "./state.js";
import { draw, erase, picture } from "../shared/picture.js";
import { Slider } from "../shared/slider.js";

const STRIP = [-3, -2, -1, 0, 1, 2, 3];
const ENOUGH = 5; // of each kind, from which on a direction is worth trusting
const REACH = 5;
const ABOUT = "A small classifier learns from your marks and judges 2,000 samples. Along the direction its output grows most.";

export class Marks {
  root; on; marksNo; saved; rows; name;

  /** ``on``: move(id, amount), end(id), clear(), wish(values), kind(no), trouble(error). */
  constructor(root, on) {
    Object.assign(this, { root, on, marksNo: false, saved: [], rows: new Map() });
    this.counts = make("p", { class: "gx-counts", role: "status" });
    this.yes = this.toggle("✓ yes", false);
    this.no = this.toggle("✕ no", true);
    this.clear = make("button", { type: "button", class: "gx-button gx-small" }, "Clear marks");
    this.clear.addEventListener("click", () => on.clear());
    this.slider = new Slider({ label: "your direction", low: -REACH, high: REACH, onMove: (value) => this.name && on.move(this.name, value), onEnd: () => this.name && on.end(this.name) });
    this.strip = make("div", { class: "gx-strip", role: "group", "aria-label": "Along your direction" });
    this.frames = STRIP.map((amount) => {
      const canvas = picture(`At ${amount}`);
      this.strip.append(make("figure", {}, canvas, make("figcaption", {}, amount > 0 ? `+${amount}` : String(amount).replace("-", "−"))));
      return canvas;
    });
    this.field = make("input", { class: "gx-field", type: "text", maxlength: 40, placeholder: "Name, such as bold", "aria-label": "Name of the direction" });
    this.keep = make("button", { type: "submit", class: "gx-button" }, "Save");
    this.form = make("form", { class: "gx-row gx-keep" }, this.field, this.keep);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = this.field.value.trim();
      if (name && this.name) on.wish({ save: { name, definition: this.name } });
      else this.field.focus();
    });
    this.savedTitle = make("h3", {}, "Saved directions");
    this.list = make("div", { class: "gx-saved" });
    this.element = make("div", { class: "gx-marks-part" },
      make("div", { class: "gx-row" }, make("span", { class: "gx-segments", role: "group", "aria-label": "A click marks" }, this.yes, this.no), this.counts, this.clear),
      this.slider.element, this.strip, this.form, this.savedTitle, this.list);
  }

  toggle(text, no) {
    const button = make("button", { type: "button", class: "gx-button gx-small", "aria-pressed": String(!no), title: no ? "A click marks no" : "A click marks yes" }, text);
    button.addEventListener("click", () => {
      this.marksNo = no;
      this.yes.setAttribute("aria-pressed", String(!no));
      this.no.setAttribute("aria-pressed", String(no));
    });
    return button;
  }

  show(state, saved, model) {
    if (model !== this.model) {
      this.model = model;
      this.stripKey = null;
      this.field.value = "";
    }
    this.state = state;
    this.name = marksOf(state);
    const few = state.yes.length < ENOUGH || state.no.length < ENOUGH;
    const advice = !state.yes.length && !state.no.length ? "mark 10 to 40 samples on the left" : !this.name ? "two of each at least" : few ? "a few more make it steadier" : "";
    this.counts.replaceChildren(make("b", {}, `${state.yes.length} yes, ${state.no.length} no`), advice ? ` – ${advice}` : " ",
      this.name && !few ? make("abbr", { title: ABOUT, tabindex: 0 }, "a direction is found") : "");
    this.clear.disabled = !state.yes.length && !state.no.length;
    this.slider.input.disabled = !this.name || !state.c.length;
    this.slider.element.title = state.c.length ? "" : "Fill C to move a picture of your own; the strip shows the first sample marked no";
    const amount = this.name ? state.moves[this.name] ?? 0 : 0;
    if (this.slider.value !== amount) this.slider.set(amount);
    this.field.disabled = this.keep.disabled = !this.name;
    this.strip.classList.toggle("gx-none", !this.name);
    this.showStrip();
    this.showSaved(saved);
  }

  /** The result, or a sample while there is none, from -3 to +3 along the direction. */
  showStrip() {
    if (!this.name) {
      this.stripKey = null;
      for (const canvas of this.frames) erase(canvas);
      return;
    }
    const rest = { ...this.state, moves: { ...this.state.moves, [this.name]: 0 } };
    const points = STRIP.map((amount) => resultOf(rest, { [this.name]: amount })
      ?? { ...sampleOf(this.state, this.state.no[0]), moves: amount ? { [this.name]: amount } : {} });
    const key = JSON.stringify([this.model, points]);
    if (key === this.stripKey) return;
    this.stripKey = key;
    clearTimeout(this.later);
    this.later = setTimeout(async () => {
      try {
        const pictures = await askPictures(this.root, this.model, points);
        if (this.stripKey === key) this.frames.forEach((canvas, index) => draw(canvas, pictures, index));
      } catch (error) {
        if (this.stripKey !== key) return;
        this.stripKey = null;
        this.on.trouble(error);
      }
    }, 120);
  }

  showSaved(saved) {
    const key = JSON.stringify([this.model, saved]);
    if (key !== this.savedKey) {
      this.savedKey = key;
      this.rows.clear();
      this.list.replaceChildren(...saved.map((one) => this.savedRow(one)));
      if (!saved.length) this.list.replaceChildren(make("p", { class: "gx-quiet" }, "None yet. A direction that you save can be used here again, and on the Latent page."));
    }
    for (const [definition, slider] of this.rows) {
      slider.set(this.state.moves[definition] ?? 0);
      slider.input.disabled = !this.state.c.length;
    }
  }

  savedRow({ name, definition }) {
    const slider = new Slider({ label: name, low: -REACH, high: REACH, onMove: (value) => this.on.move(definition, value), onEnd: () => this.on.end(definition) });
    this.rows.set(definition, slider);
    const rename = make("button", { type: "button", class: "gx-plain", "aria-label": `Rename ${name}` }, "rename");
    const forget = make("button", { type: "button", class: "gx-plain", "aria-label": `Delete ${name}` }, "delete");
    const row = make("div", { class: "gx-saved-row" }, slider.element, rename, forget);
    rename.addEventListener("click", () => this.rename(row, name));
    forget.addEventListener("click", () => this.on.wish({ delete: name }));
    return row;
  }

  rename(row, name) {
    const field = make("input", { class: "gx-field", type: "text", maxlength: 40, value: name, "aria-label": `New name of ${name}` });
    const form = make("form", { class: "gx-row" }, field, make("button", { type: "submit", class: "gx-button gx-small" }, "Rename"));
    const stop = () => form.replaceWith(row);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const next = field.value.trim();
      stop();
      if (next && next !== name) this.on.wish({ rename: { name, to: next } });
    });
    field.addEventListener("keydown", (event) => event.key === "Escape" && stop());
    row.replaceWith(form);
    field.select();
  }
}
