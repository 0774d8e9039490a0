// Sliders of the labelled directions on the result, what else each changes, and which attributes are held.

import { askJson } from "../shared/decoder.js";
import { make, percent, setText } from "../shared/format.js";
import { ALL, heldApart } from "./state.js";
import { Slider } from "../shared/slider.js";

const COUNT = 64; // other samples that side effects are measured on
const REACH = 5;
const TERMS = {
  orthogonal: "Held attributes: every other direction is made orthogonal to theirs, so that moving along it no longer moves them (to first order).",
  learnt: "Held attributes stay as they are while others change. The directions were learnt for faces with the same attributes. A face that already has an attribute does not change.",
  give: "Finds the shortest move that gives this one picture the attribute while the classifier sees no other change.",
  effects: `The same move is made on ${COUNT} other samples without the attribute (with it, for a move to the left). The classifier counts how many of them change.`,
};

export class Labels {
  root; on; rows; measured; chosen; model; ids;

  /** ``on``: move(id, amount), end(id), hold(list), edit(name, wanted), amount(index, value), drop(index), trouble(error). */
  constructor(root, on) {
    Object.assign(this, { root, on, rows: new Map(), measured: new Map(), chosen: null, ids: new Map() });
    this.list = make("div", { class: "gx-labels" });
    this.edits = make("div", { class: "gx-edits" });
    this.effects = make("div", { class: "gx-effects", "aria-live": "polite" });
    this.words = make("p", { class: "gx-quiet", role: "status" });
    this.element = make("div", { class: "gx-labels-part" }, this.effects, this.list, this.edits, this.words);
  }

  /** The directions { id, name, kind }, of which the labelled ones count, or none; those that hold all else are learnt. */
  setDirections(model, all, editable) {
    const directions = all.filter(({ kind }) => kind === "label");
    Object.assign(this, { model, chosen: null, ids: new Map(directions.map(({ id, name }) => [name, id])) });
    this.measured.clear();
    this.rows.clear();
    this.list.replaceChildren(make("div", { class: "gx-label-row gx-label-head" }, make("span", {}, "Attribute"), make("span"),
      this.head(TERMS[all.length > directions.length ? "learnt" : "orthogonal"]),
      editable ? make("abbr", { title: TERMS.give, tabindex: 0 }, "exactly") : make("span")));
    for (const { id, name } of directions) this.list.append(this.row(id, name, editable));
    this.list.hidden = !directions.length;
    this.showEffects();
  }

  /** Above the boxes of what is held: one for all of them. */
  head(about) {
    this.all = make("input", { type: "checkbox", "aria-label": "Hold all else" });
    this.all.addEventListener("change", () => this.on.hold(this.all.checked ? [ALL] : []));
    return make("label", { class: "gx-hold", title: about }, make("abbr", { tabindex: 0 }, "hold all"), this.all);
  }

  /** Hold an attribute too, or no longer; all of them are ``ALL``. */
  hold(id, on) {
    const every = [...this.rows.keys()];
    const held = (this.state.hold.includes(ALL) ? every : this.state.hold).filter((one) => one !== id);
    this.on.hold(on && held.length + 1 === every.length ? [ALL] : on ? [...held, id] : held);
  }

  row(id, name, editable) {
    const slider = new Slider({ label: name, low: -REACH, high: REACH, hint: "Double click: back to 0",
      onMove: (value) => this.on.move(id, value), onEnd: () => {
        this.choose(id);
        this.on.end(id);
      } });
    slider.input.addEventListener("focus", () => this.choose(id));
    const hold = make("input", { type: "checkbox", "aria-label": `Hold ${name}` });
    hold.addEventListener("change", () => this.hold(id, hold.checked));
    const give = make("button", { type: "button", class: "gx-button gx-small" }, "Give");
    give.addEventListener("click", () => this.on.edit(name, give.dataset.wanted !== "false"));
    this.rows.set(id, { slider, hold, give, name });
    return make("div", { class: "gx-label-row" }, slider.element, make("span"), make("label", { class: "gx-hold" }, hold), editable ? give : make("span"));
  }

  show(state, seen) {
    this.state = state;
    const all = state.hold.includes(ALL);
    if (this.all) Object.assign(this.all, { checked: all, indeterminate: !all && state.hold.length > 0 });
    for (const [id, { slider, hold, give, name }] of this.rows) {
      if (document.activeElement !== slider.input || slider.value !== (state.moves[id] ?? 0)) slider.set(state.moves[id] ?? 0);
      hold.checked = all || state.hold.includes(id);
      const has = seen?.[name] === 1;
      setText(give, has ? "Take" : "Give");
      give.dataset.wanted = String(!has);
      give.setAttribute("aria-label", has ? `Take ${name} away from this picture, and hold all else` : `Give this picture ${name}, and hold all else`);
      give.title = give.getAttribute("aria-label");
      give.disabled = !state.c.length || this.busy === true;
      slider.input.disabled = !state.c.length;
    }
    const key = JSON.stringify(state.edits.map(({ name, wanted, z }) => [name, wanted, z]));
    if (key !== this.editsKey) {
      this.editsKey = key;
      this.say("");
      this.edits.replaceChildren(...state.edits.map((one, index) => this.editRow(one, index)));
    }
    if (this.chosen) this.measure();
  }

  /** A move that was found for this picture: a slider from 0 over 1, where it was checked, to 2. */
  editRow({ name, wanted, amount }, index) {
    const slider = new Slider({ label: `${wanted ? "" : "no "}${name}, exactly`, low: 0, high: 2, rest: 1, value: amount,
      hint: "Found for this picture; the classifier has checked it at 1", onMove: (value) => this.on.amount(index, value), onEnd: () => this.on.end(`edit ${index}`) });
    const drop = make("button", { type: "button", class: "gx-plain", "aria-label": `Remove: ${wanted ? "" : "no "}${name}` }, "remove");
    drop.addEventListener("click", () => this.on.drop(index));
    return make("div", { class: "gx-edit-row" }, slider.element, drop);
  }

  /** What is to be said of the move that was found last, until the moves change. */
  say(words) {
    setText(this.words, words);
  }

  setBusy(busy) {
    this.busy = busy;
    for (const { give } of this.rows.values()) give.disabled = busy || !this.state?.c.length;
  }

  choose(id) {
    if (this.chosen === id) return;
    this.chosen = id;
    this.measure();
  }

  /** What else changes along the chosen direction: now, and without holding. */
  async measure() {
    const id = this.chosen;
    const amount = this.state.moves[id] ?? 0;
    const bare = `${id} ${amount}`;
    const held = `${heldApart(id, this.state.hold)} ${amount}`;
    const wish = (this.wish = `${bare} ${held}`);
    if (this.shownWish === wish) return;
    clearTimeout(this.later);
    this.later = setTimeout(async () => {
      try {
        const results = [];
        for (const [key, name] of [[held, heldApart(id, this.state.hold)], ...(held === bare ? [] : [[bare, id]])]) {
          if (!this.measured.has(key)) {
            const found = await askJson(this.root, this.model, "effects", { direction: name, amount: amount || null, count: COUNT });
            this.measured.set(key, found);
          }
          results.push(this.measured.get(key));
        }
        if (this.wish !== wish) return;
        this.shownWish = wish;
        this.showEffects(id, results[0], results[1]);
      } catch (error) {
        if (this.wish === wish) this.on.trouble(error);
      }
    }, 150);
  }

  showEffects(id, now, bare) {
    if (!now) {
      const invitation = [make("h3", {}, "What else changes"), make("p", { class: "gx-quiet" }, "Move a slider: its side effects are measured.")];
      this.effects.replaceChildren(...(this.rows.size ? invitation : []));
      return;
    }
    const { name } = this.rows.get(id);
    const own = now.parts.find((part) => part.names.includes(name));
    const others = now.parts.filter((part) => part !== own);
    const sign = now.amount > 0 ? "+" : "−";
    const size = `${sign}${Math.abs(now.amount).toFixed(2)}`;
    const reached = now.amount > 0 ? `${percent(now.reached)} of ${now.without} samples without it get it` : `${percent(now.reached)} of ${now.without} samples with it lose it`;
    const bars = others.map((part) => {
      const before = bare?.parts.find((one) => one.name === part.name);
      return bar(part.name, part.changed, before?.changed, this.state.hold.some((one) => one === ALL || part.names.some((each) => this.ids.get(each) === one)));
    });
    this.effects.replaceChildren(
      make("h3", {}, make("abbr", { title: TERMS.effects, tabindex: 0 }, "What else changes"), ` at ${name} ${size}${now.recommended ? " (recommended)" : ""}`),
      make("p", { class: "gx-quiet" }, now.without ? `${reached}.${bare ? " Hollow: without holding." : ""}` : ""),
      make("div", { class: "gx-bars" }, ...bars));
  }
}

function bar(name, share, before, held) {
  const track = make("span", { class: "gx-track" }, make("i", { style: `width:${(100 * share).toFixed(1)}%` }));
  if (before !== undefined) track.append(make("b", { style: `width:${(100 * before).toFixed(1)}%` }));
  const words = `${name}: changes on ${percent(share)}${before === undefined ? "" : `, ${percent(before)} without holding`}${held ? "; held" : ""}`;
  return make("div", { class: `gx-effect${held ? " gx-held" : ""}`, role: "img", "aria-label": words, title: words },
    make("span", {}, held ? `${name} (held)` : name), track, make("span", { class: "gx-number" }, percent(share)));
}
