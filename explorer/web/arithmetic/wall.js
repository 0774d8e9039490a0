// The wall of samples: paged, of any seed, filtered by what the classifier sees; clicks choose.

import { smallButton } from "../shared/button.js";
import { askJson } from "../shared/decoder.js";
import { count, make, setText } from "../shared/format.js";

const WORDS = { any: "any", true: "with", false: "without" };

const named = (text, about, onClick) => smallButton(text, about, onClick, { "aria-label": about });

export class Wall {
  root; thumbs; on; tiles; names; matching; filterKey; per;

  /** ``on``: pick(sample, event), view(values), fill(), trouble(error). */
  constructor(root, thumbs, on) {
    Object.assign(this, { root, thumbs, on, tiles: [], names: [], matching: null, filterKey: null, per: 60 });
    this.title = make("h2", {}, "Samples");
    this.hint = make("span", { class: "gx-quiet gx-hint" });
    this.chips = make("div", { class: "gx-chips", role: "group", "aria-label": "Show samples with or without" });
    this.fillButton = smallButton("Fill for me", "The three samples that show the chosen attributes most clearly", () => on.fill());
    this.none = smallButton("Any", "Show all samples", () => on.view({ wanted: {}, page: 0 }));
    this.sheet = make("div", { class: "gx-sheet gx-wall", role: "group", "aria-label": "Samples" });
    this.sheet.addEventListener("keydown", (event) => this.key(event));
    this.back = named("‹", "Earlier samples", () => on.view({ page: this.state.page - 1 }));
    this.next = named("›", "Further samples", () => on.view({ page: this.state.page + 1 }));
    this.place = make("span", { class: "gx-quiet gx-place", role: "status" });
    this.seed = make("input", { class: "gx-field gx-seed", type: "number", min: 0, max: 4294967295, step: 1, "aria-label": "Seed of the samples" });
    this.seed.addEventListener("change", () => on.view({ seed: Math.max(0, Math.min(4294967295, Math.round(Number(this.seed.value) || 0))), page: 0 }));
    this.seedLabel = make("label", { class: "gx-quiet" }, "Seed ", this.seed);
    this.element = make("section", { class: "gx-wall-part", "aria-label": "Samples to choose from" },
      make("header", { class: "gx-row" }, make("span", { class: "gx-row" }, this.title, this.hint), this.fillButton),
      make("div", { class: "gx-row gx-filter" }, this.chips, this.none), this.sheet,
      make("div", { class: "gx-row gx-pager" }, this.back, this.next, this.place, this.seedLabel));
  }

  /** The names that can be told, or none; ``groups`` are shown together. */
  setNames(names) {
    if (names.join() === this.chips.dataset.names) return;
    this.chips.dataset.names = names.join();
    this.chips.replaceChildren(...names.map((name) => {
      const chip = make("button", { type: "button", class: "gx-chip" }, name);
      chip.dataset.name = name;
      chip.addEventListener("click", () => {
        const wanted = { ...this.state.wanted };
        if (wanted[name] === undefined) wanted[name] = true;
        else if (wanted[name]) wanted[name] = false;
        else delete wanted[name];
        this.on.view({ wanted, page: 0 });
      });
      return chip;
    }));
    this.chips.parentElement.hidden = !names.length;
    this.nothing = !names.length;
  }

  async show(state, marking) {
    this.state = state;
    const letter = state.slot.toUpperCase();
    setText(this.title, marking ? "Mark samples" : "Samples");
    setText(this.hint, marking ? "Click marks yes or no; with Shift the other" : `Click to fill ${letter}; keys 1, 2, 3 choose the slot`);
    for (const chip of this.chips.children) {
      const value = state.wanted[chip.dataset.name];
      chip.dataset.wanted = value === undefined ? "any" : String(value);
      chip.setAttribute("aria-label", `${chip.dataset.name}: ${WORDS[chip.dataset.wanted]}`);
      chip.title = `Now: ${WORDS[chip.dataset.wanted]} ${value === undefined ? "" : chip.dataset.name}. Click for with, again for without, again for any.`;
    }
    const filtered = Object.keys(state.wanted).length > 0;
    this.none.hidden = !filtered;
    this.fillButton.disabled = !filtered;
    this.fillButton.hidden = marking || this.nothing;
    setText(this.fillButton, `Fill ${letter} for me`);
    this.seedLabel.hidden = filtered;
    if (document.activeElement !== this.seed) this.seed.value = state.seed;
    this.back.disabled = state.page === 0;
    const key = JSON.stringify([this.thumbs.model, this.thumbs.key, state.wanted, state.page, state.seed, this.per]);
    if (key === this.filterKey) return this.mark();
    this.filterKey = key;
    if (filtered) await this.find(key, state);
    else {
      const from = state.page * this.per;
      this.names = Array.from({ length: this.per }, (_, index) => `${state.seed}.${from + index}`);
      this.next.disabled = false;
      setText(this.place, `${count(from)} to ${count(from + this.per - 1)} of seed ${state.seed}`);
      this.drawAll();
    }
    return undefined;
  }

  async find(key, state) {
    try {
      const found = await askJson(this.root, this.thumbs.model, "find", { wanted: state.wanted, count: this.per, skip: state.page * this.per });
      if (this.filterKey !== key) return;
      this.names = found.samples;
      const from = state.page * this.per;
      this.next.disabled = from + this.per >= found.matching;
      setText(this.place, found.matching ? `${count(from + 1)} to ${count(from + found.samples.length)}, the surest first; ${count(found.matching)} of ${count(found.of)} match`
        : `None of ${count(found.of)} samples match; ask for less.`);
      this.drawAll();
    } catch (error) {
      if (this.filterKey !== key) return;
      this.filterKey = null;
      this.on.trouble(error);
    }
  }

  drawAll() {
    while (this.tiles.length > this.per) this.tiles.pop().remove();
    while (this.tiles.length < this.per) {
      const index = this.tiles.length;
      const tile = make("button", { type: "button", class: "gx-tile", tabindex: index ? -1 : 0 },
        make("canvas", { class: "gx-picture", width: 28, height: 28 }), make("span", { class: "gx-badge", "aria-hidden": "true" }));
      tile.addEventListener("click", (event) => this.names[index] && this.on.pick(this.names[index], event));
      this.tiles.push(tile);
      this.sheet.append(tile);
    }
    this.tiles.forEach((tile, index) => {
      const name = this.names[index];
      tile.style.visibility = name ? "" : "hidden"; // its place stays: nothing below jumps
      if (name) this.thumbs.draw(tile.firstChild, name);
    });
    this.mark();
  }

  /** Which samples are in a slot, or marked. */
  mark() {
    const { state } = this;
    const marking = state.tool === "marks";
    this.tiles.forEach((tile, index) => {
      const name = this.names[index];
      if (!name) return;
      const slots = ["a", "b", "c"].filter((slot) => state[slot].includes(name)).map((slot) => slot.toUpperCase());
      const verdict = state.yes.includes(name) ? "yes" : state.no.includes(name) ? "no" : "";
      const chosen = marking ? verdict === "yes" : state[state.slot].includes(name);
      setText(tile.lastChild, marking ? { yes: "✓", no: "✕" }[verdict] ?? "" : slots.join(""));
      tile.dataset.verdict = marking ? verdict : "";
      tile.setAttribute("aria-pressed", String(chosen));
      const words = marking ? (verdict ? `, marked ${verdict}` : "") : slots.length ? `, in ${slots.join(" and ")}` : "";
      tile.setAttribute("aria-label", `Sample ${name}${words}`);
    });
  }

  /** Arrow keys move over the wall, which is one stop of the Tab key. */
  key(event) {
    const columns = getComputedStyle(this.sheet).gridTemplateColumns.split(" ").length;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const at = this.tiles.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    const next = this.tiles[Math.max(0, Math.min(this.names.length - 1, at + by))];
    for (const tile of this.tiles) tile.tabIndex = tile === next ? 0 : -1;
    next.focus();
  }
}
