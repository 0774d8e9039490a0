// A - B + C: three slots with their means, and the result with its noisy neighbours, large enough for the last row.

import { make, setText } from "../shared/format.js";
import { draw, erase, picture } from "../shared/picture.js";
import { isComplete, NOISE, SLOTS } from "./state.js";

const TERMS = {
  mean: "The latent vectors z of the exemplars are averaged, and the mean is drawn. One sample gives an unstable direction, three a stable one (Radford et al., 2016).",
  around: `The result in the middle, and around it eight neighbours: uniform noise of ±${NOISE} is added to each number of z, as in the DCGAN paper. Where all nine look alike, the result is stable.`,
};
const WAYS = ["above left", "above", "above right", "left", "", "right", "below left", "below", "below right"];

export class Equation {
  thumbs; on; slots;

  /** ``on``: activate(slot), drop(slot, sample), clear(slot). */
  constructor(thumbs, on) {
    Object.assign(this, { thumbs, on, slots: {} });
    const operator = (sign, words) => make("span", { class: "gx-operator", role: "img", "aria-label": words }, sign);
    for (const slot of SLOTS) this.slots[slot] = this.slot(slot);
    this.nine = WAYS.map((way) => picture(way ? `Neighbour ${way}` : "The result", { class: `gx-picture gx-${way ? "near" : "result"}` }));
    this.seen = make("p", { class: "gx-seen" });
    this.title = make("h2", {}, "A − B + C");
    this.empty = make("p", { class: "gx-empty" });
    this.around = make("abbr", { title: TERMS.around, tabindex: 0 }, "with its neighbours");
    const result = make("section", { class: "gx-slot gx-answer", "aria-label": "Result" },
      make("header", {}, this.title, this.around),
      make("div", { class: "gx-nine" }, ...this.nine, this.empty), this.seen);
    this.element = make("div", { class: "gx-equation" }, this.slots.a.element, operator("−", "minus"), this.slots.b.element,
      operator("+", "plus"), this.slots.c.element, operator("=", "equals"), result);
  }

  slot(slot) {
    const letter = slot.toUpperCase();
    const mean = picture(`Mean of ${letter}: empty`);
    const big = make("button", { type: "button", class: "gx-mean", "aria-pressed": "false",
      title: `Fill ${letter} by clicking samples below (key ${SLOTS.indexOf(slot) + 1})` }, mean);
    big.addEventListener("click", () => this.on.activate(slot));
    const clear = make("button", { type: "button", class: "gx-plain", "aria-label": `Clear ${letter}` }, "clear");
    clear.addEventListener("click", () => this.on.clear(slot));
    const note = make("span", { class: "gx-fills" });
    const seen = make("p", { class: "gx-seen" });
    const exemplars = make("div", { class: "gx-exemplars", role: "group", "aria-label": `Exemplars of ${letter}` });
    const label = make("abbr", { title: TERMS.mean, tabindex: 0 }, "mean");
    const element = make("section", { class: "gx-slot", "aria-label": letter },
      make("header", {}, make("h2", {}, letter), note, clear), big, exemplars, seen);
    return { element, mean, big, clear, note, seen, exemplars, label };
  }

  show(state, marking) {
    for (const slot of SLOTS) {
      const { element, big, clear, note, exemplars, mean, label } = this.slots[slot];
      const active = state.slot === slot && !marking;
      element.classList.toggle("gx-active", active);
      big.setAttribute("aria-pressed", String(active));
      const samples = state[slot];
      clear.hidden = !samples.length;
      note.replaceChildren(...(active && !samples.length ? ["click samples below"] : samples.length > 1 ? [label, ` of ${samples.length}`] : samples.length ? ["one sample"] : []));
      if (!samples.length) {
        erase(mean);
        mean.setAttribute("aria-label", `Mean of ${slot.toUpperCase()}: empty`);
      }
      this.showExemplars(slot, exemplars, samples);
    }
    setText(this.title, isComplete(state) ? this.formula(state.strength) : state.c.length ? "C alone" : "A − B + C");
    const missing = SLOTS.filter((slot) => !state[slot].length).map((slot) => slot.toUpperCase());
    this.empty.hidden = Boolean(state.c.length);
    setText(this.empty, missing.length ? `Fill ${missing.join(", ")}` : "");
    this.element.classList.toggle("gx-none", !state.c.length);
    if (!state.c.length) for (const canvas of this.nine) erase(canvas);
  }

  formula(strength) {
    return strength === 1 ? "A − B + C" : `C + ${strength.toFixed(2)} · (A − B)`;
  }

  showExemplars(slot, place, samples) {
    const names = samples.join();
    if (place.dataset.names === `${this.thumbs.model}${this.thumbs.key}${names}`) return;
    place.dataset.names = `${this.thumbs.model}${this.thumbs.key}${names}`;
    place.replaceChildren(...samples.map((sample) => {
      const canvas = make("canvas", { class: "gx-picture", width: 28, height: 28 });
      const tile = make("button", { type: "button", class: "gx-tile", title: "Remove",
        "aria-label": `Sample ${sample}, an exemplar of ${slot.toUpperCase()}: remove` }, canvas);
      tile.addEventListener("click", () => this.on.drop(slot, sample));
      this.thumbs.draw(canvas, sample);
      return tile;
    }));
  }

  /** Draw the means that are there, by slot, and the nine pictures of the result. */
  draw(state, pictures, at) {
    for (const slot of SLOTS) {
      if (at[slot] === undefined) continue;
      draw(this.slots[slot].mean, pictures, at[slot]);
      this.slots[slot].mean.setAttribute("aria-label", `Mean of ${slot.toUpperCase()}, of ${state[slot].length} samples`);
    }
    if (at.nine !== undefined) this.nine.forEach((canvas, index) => draw(canvas, pictures, at.nine + index));
  }

  /** What the classifier sees, by place (a, b, c, result): texts. */
  read(texts) {
    for (const slot of SLOTS) setText(this.slots[slot].seen, texts[slot] ?? "");
    setText(this.seen, texts.result ?? "");
    this.nine[4].setAttribute("aria-label", `The result${texts.result ? `: ${texts.result}` : ""}`);
  }
}
