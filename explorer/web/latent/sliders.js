// Sliders along directions: one group of them at a time, names that a person gives, and what has been moved.

import { make, setText } from "../shared/format.js";
import { rounded } from "./state.js";
import { Slider } from "../shared/slider.js";

const COORDINATES = 12; // at a time
const EXPECTED = 10; // places kept free until the directions are known
const AT_ONCE = new Set(["held", "label"]); // the others take seconds
const GROUPS = [
  ["held", "Held", "Each adds one attribute (to the right) or removes it (to the left) and holds all others. The directions were learnt for faces with the same attributes. A face that already has the attribute does not change."],
  ["label", "Labelled", "Directions along which something changes that a classifier recognises."],
  ["component", "Components", "Principal components of G's features: the directions of largest variation. They have no names; you can name them."],
  ["closed-form", "Closed form", "The directions of z that G's first layer amplifies most, computed from its weights (SeFa)."],
  ["w-label", "Labelled in W", "Directions of W, the space of styles, along which something changes that a classifier recognises. A move of 1 is one standard deviation of samples."],
  ["w-component", "Components of W", "Principal components of the styles of samples. They have no names; you can name them."],
  ["w-closed-form", "Closed form in W", "The directions of W that the layers which read styles amplify most, computed from their weights (SeFa)."],
  ["coordinate", "Coordinates", "The single numbers of z, as they are."],
  ["saved", "Saved", "Directions that were saved on the Arithmetic page."],
];
const OWN_NAME = new Set(["component", "closed-form", "w-component", "w-closed-form", "coordinate"]);
const LABELLED = new Set(["label", "held", "w-label"]); // their names are what a classifier tells

/** Names that a person gave to a model's directions; kept by this browser. */
export class Names {
  constructor(model) {
    this.key = `gan-explorer:names:${model}`;
    try {
      this.given = JSON.parse(window.localStorage.getItem(this.key) ?? "{}") ?? {};
    } catch {
      this.given = {};
    }
  }

  give(id, name) {
    if (name) this.given[id] = name;
    else delete this.given[id];
    try {
      window.localStorage.setItem(this.key, JSON.stringify(this.given));
    } catch { /* then they last as long as the page */ }
  }

  of({ id, name, kind }) {
    if (kind === "saved") return name; // also where it is one of the others, under the name that it was saved by
    if (this.given[id]) return this.given[id];
    if (LABELLED.has(kind)) return /^\d+( in W)?$/.test(name) ? `like a ${name}` : name[0].toUpperCase() + name.slice(1);
    return name;
  }
}

/** All directions of a model: those that the server finds, the labelled ones first; its coordinates; and the saved. */
export class Directions {
  latent; names; expected; found; complete; saved;

  constructor({ latent, prior, labelled, steered, styles, saved = [] }, names) {
    const expected = { label: labelled, held: steered, component: true, "closed-form": true,
      "w-label": styles && labelled, "w-component": styles, "w-closed-form": styles };
    Object.assign(this, { latent, names, expected, found: null, complete: false, saved });
    this.spread = prior === "uniform" ? Math.sqrt(1 / 3) : 1; // standard deviation of each number of z
  }

  /** What the server has found: the labelled ones, then, ``complete``, all. */
  know(found, complete) {
    Object.assign(this, { found, complete });
  }

  /** Nothing more is found: why is said elsewhere. */
  giveUp() {
    this.know(this.found ?? [], true);
  }

  /** Whether there is something to choose from. */
  get ready() {
    return this.complete || Boolean(this.found?.length);
  }

  /** The groups that have something in them, or are expected to. */
  groups() {
    return GROUPS.filter(([id]) => this.size(id));
  }

  size(group) {
    if (group === "coordinate") return this.latent;
    if (group === "saved") return this.saved.length;
    const isAwaited = AT_ONCE.has(group) ? !this.found : !this.complete;
    return isAwaited && this.expected[group] ? EXPECTED : (this.found ?? []).filter(({ kind }) => kind === group).length;
  }

  in(group, page) {
    if (group === "coordinate") {
      const first = page * COORDINATES;
      return Array.from({ length: Math.min(COORDINATES, this.latent - first) }, (_, at) => this.one(`z${first + at}`));
    }
    return group === "saved" ? this.saved : (this.found ?? []).filter(({ kind }) => kind === group);
  }

  one(id) {
    const coordinate = /^z(\d+)$/.exec(id);
    if (coordinate) return { id, name: `z ${Number(coordinate[1]) + 1}`, kind: "coordinate" };
    const known = [...(this.found ?? []), ...this.saved].find((one) => one.id === id);
    return known ?? { id, name: id.startsWith("m:") ? "own marks" : id, kind: "saved" };
  }

  nameOf(id) {
    return this.names.of(this.one(id));
  }

  /** How far a slider goes to each side. */
  reach({ kind }) {
    const far = LABELLED.has(kind) || kind === "saved" ? 6 : 4;
    return kind.startsWith("w-") ? far : Math.round(far * this.spread * 10) / 10;
  }

  /** The two that a plane starts with. */
  firstTwo() {
    const ids = this.found?.length ? this.found.map(({ id }) => id) : ["z0", "z1"];
    return [ids[0], ids[1] ?? "z0"];
  }
}

export class Sliders {
  onMove; onEnd; onView; onName; rows; page;

  /** ``onMove(id, amount)`` while dragging, ``onEnd(id)`` at its end, ``onView({ group, page })``, ``onName()``. */
  constructor({ onMove, onEnd, onView, onName }) {
    Object.assign(this, { onMove, onEnd, onView, onName, rows: new Map() });
    this.choice = make("div", { class: "gx-segments", role: "group", "aria-label": "Kind of directions" });
    this.number = make("input", { class: "gx-field gx-number", type: "number", min: 1, step: 1, placeholder: "number",
      "aria-label": "Go to the coordinate of this number" });
    this.number.addEventListener("change", () => this.search());
    this.before = this.turner("‹", "The coordinates before these", -1);
    this.after = this.turner("›", "The coordinates after these", 1);
    this.range = make("span", { class: "gx-quiet gx-range" });
    this.turning = make("div", { class: "gx-row gx-turning" }, this.before, this.range, this.after, this.number);
    this.list = make("div", { class: "gx-sliders" });
    this.element = make("div", { class: "gx-slider-part" },
      make("div", { class: "gx-row gx-kinds" }, this.choice, this.turning), this.list);
  }

  turner(sign, label, by) {
    const button = make("button", { type: "button", class: "gx-button gx-small", "aria-label": label }, sign);
    button.addEventListener("click", () => this.onView({ group: "coordinate", page: this.page + by }));
    return button;
  }

  search() {
    const wanted = Math.round(Number(this.number.value));
    if (!(wanted >= 1 && wanted <= this.directions.latent)) return;
    this.onView({ group: "coordinate", page: Math.floor((wanted - 1) / COORDINATES) });
    this.rows.get(`z${wanted - 1}`)?.input.focus();
  }

  /** Show the group that a state names, or the first there is. */
  show(directions, state) {
    this.directions = directions;
    const groups = directions.groups();
    const group = groups.some(([id]) => id === state.group) ? state.group : groups[0][0];
    const pages = Math.ceil(directions.latent / COORDINATES);
    this.page = Math.min(Math.max(0, state.page), pages - 1);
    const rows = directions.in(group, this.page);
    const key = JSON.stringify([groups.map(([id]) => id), group, rows.map((row) => [row.id, directions.names.of(row)])]);
    if (key !== this.key) {
      this.key = key;
      this.build(groups, group, rows);
    }
    for (const [id, slider] of this.rows) {
      const amount = state.moves[id] ?? 0;
      if (slider.value !== amount) slider.set(amount);
    }
  }

  build(groups, group, rows) {
    this.choice.replaceChildren(...groups.map(([id, name, about]) => {
      const button = make("button", { type: "button", class: "gx-button", title: about, "aria-pressed": id === group }, name);
      button.addEventListener("click", () => this.onView({ group: id, page: this.page }));
      return button;
    }));
    this.turning.hidden = group !== "coordinate";
    const first = this.page * COORDINATES;
    setText(this.range, `${first + 1} to ${first + rows.length} of ${this.directions.latent}`);
    this.number.max = this.directions.latent;
    this.before.disabled = this.page === 0;
    this.after.disabled = first + COORDINATES >= this.directions.latent;
    this.rows = new Map(rows.map((row) => [row.id, this.row(row)]));
    this.list.classList.toggle("gx-many", rows.length > EXPECTED);
    if (rows.length) return this.list.replaceChildren(...[...this.rows.values()].map(({ element }) => element));
    this.list.replaceChildren(...Array.from({ length: EXPECTED }, (_, number) => make("div", { class: "gx-awaited" },
      number ? "" : AT_ONCE.has(group) ? "Finding labelled directions …" : "Finding further directions …")));
    return undefined;
  }

  row(direction) {
    const reach = this.directions.reach(direction);
    const name = this.directions.names.of(direction);
    const share = direction.weight ? ` It explains ${Math.round(100 * direction.weight)} % of what varies.` : "";
    const slider = new Slider({ label: name, low: -reach, high: reach, step: 0.1, digits: 1,
      hint: `${name}.${share} Double click: back to 0.`,
      onMove: (value) => this.onMove(direction.id, rounded(value)), onEnd: () => this.onEnd(direction.id) });
    slider.input.dataset.direction = direction.id;
    if (OWN_NAME.has(direction.kind)) {
      const button = make("button", { type: "button", class: "gx-rename", title: `${name}.${share} Click to name it.` }, name);
      button.addEventListener("click", () => this.rename(direction, slider, button));
      slider.name.replaceChildren(button);
      slider.element = make("div", { class: "gx-slider" }, ...slider.element.childNodes); // a label would be the button's
    }
    return slider;
  }

  rename(direction, slider, button) {
    const field = make("input", { class: "gx-name-field", type: "text", maxlength: 40, value: button.textContent,
      "aria-label": `A name for ${button.textContent}` });
    let open = true;
    const close = (take) => {
      if (!open) return;
      open = false;
      if (take) this.directions.names.give(direction.id, field.value.trim() === direction.name ? "" : field.value.trim());
      this.key = "";
      this.onName();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") close(event.key === "Enter");
      event.stopPropagation();
    });
    field.addEventListener("blur", () => close(true));
    slider.name.replaceChildren(field);
    field.focus();
    field.select();
  }
}

/** What has been moved, also along directions that are not in sight; each goes back to rest by a click. */
export class Moved {
  words;

  constructor(onRest) {
    this.onRest = onRest;
    this.element = make("div", { class: "gx-moved-list", "aria-label": "What has been moved" });
  }

  show(directions, moves) {
    const all = Object.entries(moves).filter(([, amount]) => amount);
    const key = JSON.stringify(all.map(([id, amount]) => [directions.nameOf(id), amount]));
    if (key === this.key) return;
    this.key = key;
    this.words = new Map();
    if (!all.length) return this.element.replaceChildren(make("span", { class: "gx-quiet" }, "Nothing moved yet."));
    return this.element.replaceChildren(...all.map(([id, amount]) => {
      const words = make("span", {}, this.say(directions, id, amount));
      this.words.set(id, words);
      const button = make("button", { type: "button", class: "gx-chip", title: "Back to 0",
        "aria-label": `${words.textContent}; back to 0` }, words, make("span", { "aria-hidden": "true" }, "×"));
      button.addEventListener("click", () => this.onRest(id));
      return button;
    }));
  }

  say(directions, id, amount) {
    return `${directions.nameOf(id)}${id.endsWith("~all") ? ", all else held" : ""} ${amount < 0 ? "−" : "+"}${Math.abs(amount).toFixed(1)}`;
  }

  /** While dragging: only the numbers, where they are there already. */
  follow(directions, moves) {
    for (const [id, words] of this.words ?? []) setText(words, this.say(directions, id, moves[id] ?? 0));
    this.key = null;
  }
}
