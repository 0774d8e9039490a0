// The Digits page: a generator that can be asked for a class, looked at from six sides. The classes stay on top as
// large buttons; below lies one view at a time. All that is set lies in the URL.

import { Address } from "../shared/address.js";
import { Decoder } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";
import { draw } from "../shared/picture.js";
import { COUNTS, Images } from "./images.js";
import { GOALS, Search } from "./search.js";
import { Grid, ROWS } from "./grid.js";
import { HANDS, LONGEST, Row } from "./row.js";
import { Morph, ZS } from "./morph.js";
import { Agreement } from "./agreement.js";
import { Look } from "./look.js";
import { emptyPicture, isTypeable, link, pointAt, term } from "./common.js";
import { Tabs } from "../shared/tabs.js";
import { LOADING, UnderWay } from "../shared/under_way.js";
import { drawConditions } from "../shared/told.js";

const VIEWS = { images: Images, grid: Grid, morph: Morph, write: Row, search: Search, agreement: Agreement };
const NAMES = ["view", "y", "n", "seed", "rows", "to", "t", "zs", "row", "hand", "goal", "rival", "search", "draws"];
const PICTURED = 100; // classes with a picture on their button

class Digits {
  place; root; model; classes; condition; embedding; mixable; names; rivals; views; conditionals; classified; attributes; accuracy; state;
  reader;

  constructor(place, root) {
    Object.assign(this, { place, root, model: null, classes: [], condition: "", names: [], rivals: [], views: {} });
    this.place.replaceChildren();
    this.why = make("p", { class: "gx-why" });
    this.others = make("p", { class: "gx-row gx-others" });
    this.keys = make("div", { class: "gx-keys", role: "group", "aria-label": "Class" });
    this.tabs = new Tabs("digits", "View", (view) => this.open(view));
    this.loading = new UnderWay(LOADING, "span", "gx-loading");
    this.body = make("div", { class: "gx-view" });
    this.notice = make("p", { class: "gx-trouble", role: "alert" });
    this.look = new Look();
    const bar = make("div", { class: "gx-bar-of-tabs" }, this.tabs.element, this.loading.element);
    place.append(this.why, this.others, this.keys, bar, this.notice, this.body, this.look.element);
    this.trouble = (text) => setText(this.notice, text);
    this.address = new Address("digits", NAMES, (values) => this.back(values));
    this.decoder = new Decoder(root, { onTrouble: (text) => {
      this.loading.end();
      this.trouble(text);
    } });
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey);
  }

  update({ data }) {
    const known = JSON.stringify([data.model, data.classes, data.rivals, data.conditionals, data.names,
      data.reader]);
    if (known === this.known) return;
    this.known = known;
    const { classes, condition, embedding, mixable, rivals, conditionals, names, classified, attributes, accuracy } = data;
    if (data.model !== this.model || data.reader !== this.reader) this.leaveView(false);
    if (data.reader !== this.reader) this.forgetViews(); // another reader tells other names
    this.reader = data.reader;
    const isNew = data.model !== this.model;
    Object.assign(this, { model: data.model, classes, condition, embedding, mixable, rivals, conditionals, names, classified, attributes,
      accuracy });
    if (isNew) {
      this.state = this.read(this.address.start(this.model));
      this.address.replace(this.texts());
    }
    this.explain();
    this.makeKeys();
    this.makeTabs();
    this.show();
  }

  forgetViews() {
    for (const view of Object.values(this.views)) view.close();
    this.views = {};
  }

  // What is set

  /** The state of texts from a URL, whatever somebody wrote there. */
  read(texts) {
    const views = this.possibleViews();
    const last = Math.max(0, (this.classes.length || this.names.length) - 1);
    const whole = (name, low, high, other) => {
      const value = /^\d{1,7}$/.test(texts[name] ?? "") ? Number(texts[name]) : NaN;
      return value >= low && value <= high ? value : other;
    };
    const choice = (name, options, other) => (options.includes(Number(texts[name])) ? Number(texts[name]) : other);
    const y = whole("y", 0, last, Math.min(last, isTypeable(this.classes.length ? this.classes : this.names) ? 7 : 0));
    const t = Number(texts.t ?? NaN);
    const isClass = (part) => /^\d{1,4}$/.test(part) && Number(part) <= last;
    const row = texts.row?.split(".").filter(isClass).slice(0, LONGEST).map(Number) ?? this.firstRow();
    return {
      view: views.includes(texts.view) ? texts.view : views[0], y, n: choice("n", COUNTS, 10),
      seed: whole("seed", 0, 9_999_999, 0), rows: choice("rows", ROWS, 5),
      to: whole("to", 0, last, isTypeable(this.classes) ? Math.min(last, 1) : last),
      t: t >= 0 && t <= 1 ? Math.round(100 * t) / 100 : 0.5, zs: choice("zs", ZS, 5), row,
      hand: whole("hand", 1, HANDS, 1) - 1, goal: choice("goal", GOALS, 10),
      rival: texts.rival ?? "", search: whole("search", 0, 9_999_999, null), draws: whole("draws", 0, 4000, null),
    };
  }

  texts() {
    const { view, y, n, seed, rows, to, t, zs, row, hand, goal, rival, search, draws } = this.state;
    const own = { // what a view has to itself
      images: { n }, grid: { rows }, morph: { to, t, zs },
      write: { row: row.length ? row.join(".") : "-", hand: hand + 1 },
      search: { goal, rival, search, draws: search === null ? null : draws }, agreement: {},
    };
    const rest = this.read({ view, y: String(y) });
    const kept = Object.entries(own).filter(([id]) => id !== view).flatMap(([, values]) => Object.entries(values))
      .filter(([name, value]) => value !== null && String(value) !== String(this.textOf(name, rest)));
    const shown = this.classes.length || this.names.length ? { view, y, seed } : { view, seed };
    const all = { ...Object.fromEntries(kept), ...shown, ...own[view] };
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, value === null ? "" : String(value)]));
  }

  textOf(name, state) {
    if (name === "row") return state.row.length ? state.row.join(".") : "-";
    return name === "hand" ? state.hand + 1 : state[name] ?? "";
  }

  firstRow() {
    if (!this.classes.length) return [];
    const year = [..."2026"].map((digit) => this.classes.indexOf(digit));
    return year.every((y) => y >= 0) ? year : [...this.classes.keys()].filter((y) => y % 2 === 0).slice(0, 4);
  }

  /** Change what is set; ``how``: a step that Back undoes, or "keep" for none of its own. */
  set(changes, how = "step") {
    Object.assign(this.state, changes);
    if (how === "keep") this.address.replace(this.texts());
    else this.address.push(this.texts());
    this.show();
  }

  back(values) {
    if (this.address.modelInUrl !== this.model) return; // the page's script hears of it and mounts the other model
    this.look.close();
    const before = this.state.view;
    const state = this.read(values);
    if (state.view !== before) this.leaveView(false);
    this.state = state;
    this.show();
  }

  // What is shown

  possibleViews() {
    if (!this.classes.length) return this.classified && this.names.length ? ["search", "images"] : ["images"];
    if (!this.condition) return Object.keys(VIEWS);
    // What is asked for is no class that a classifier tells, and lists of numbers cannot be mixed.
    return Object.keys(VIEWS).filter((id) => id !== "search" && id !== "agreement" && (id !== "morph" || this.mixable));
  }

  explain() {
    const plain = !this.classes.length;
    this.why.hidden = this.others.hidden = !plain;
    if (!plain) return;
    this.why.replaceChildren(make("b", {}, this.model), " is ", term("unconditional"),
      ": no class can be chosen.", this.names.length ? " To get a certain class, one draws samples until it appears." : "");
    this.others.replaceChildren(...(this.conditionals.length
      ? [make("span", {}, "Models that can be asked:"), ...this.conditionals.map(({ id, title }) =>
        link(`${title} · ${id}`, `${this.root}digits?${new URLSearchParams({ model: id })}`))]
      : [make("span", {}, "There is no model with classes here yet. Train one:"), link("Train", `${this.root}train`)]));
  }

  makeKeys() {
    const names = this.classes.length ? this.classes : this.names;
    this.keys.replaceChildren();
    this.keys.style.setProperty("--gx-keys", Math.min(10, names.length || 1));
    this.keys.hidden = !names.length;
    this.keys.setAttribute("aria-label", this.condition ? "Condition" : "Class");
    this.keys.classList.toggle("gx-many", names.length > 10);
    this.keys.classList.toggle("gx-bare", !this.classes.length);
    this.keys.classList.toggle("gx-typeable", isTypeable(names));
    this.keyButtons = names.map((name, y) => {
      const pictured = this.classes.length > 0 && y < PICTURED;
      const canvas = pictured ? emptyPicture({ "aria-hidden": "true" }) : null;
      const title = isTypeable(names) ? `Key ${name}` : name;
      const button = make("button", { type: "button", class: "gx-key", title }, canvas, make("span", {}, name));
      button.addEventListener("click", () => this.choose(y));
      return button;
    });
    this.keys.append(...this.keyButtons);
    if (!this.classes.length) return;
    const { model } = this;
    const ready = () => this.loading.end();
    this.decoder.model = model;
    const points = this.classes.slice(0, PICTURED).map((_, y) => pointAt(0, 0, y));
    this.loading.begin();
    if (this.condition) {
      drawConditions(this.root, model, this.condition, this.keyButtons.map((key) => key.firstChild)).then(ready);
      return;
    }
    this.decoder.want(points, (pictures) => {
      ready();
      if (this.model !== model) return;
      this.keyButtons.slice(0, pictures.count).forEach((key, y) => draw(key.firstChild, pictures, y));
    });
  }

  makeTabs() {
    const names = { images: "Images", grid: "Same z", morph: "Morph",
      write: isTypeable(this.classes) ? "Write" : "Compose", search: "Search or ask", agreement: "As asked?" };
    this.tabs.set(Object.fromEntries(this.possibleViews().map((id) => [id, { name: names[id] }])));
  }

  open(view) {
    if (view === this.state.view) return;
    this.leaveView(true);
    this.set({ view });
  }

  /** What moves stands still; ``keep``: where it stopped is written to the URL, which is still this view's. */
  leaveView(keep) {
    if (this.state) this.views[this.state.view]?.leave?.(keep);
  }

  choose(y) {
    if (this.state.view === "write") this.views.write.add(y);
    else if (y !== this.state.y || this.state.view === "search") this.set({ y, search: null, draws: null });
  }

  show() {
    const { view, y } = this.state;
    this.tabs.show(view);
    this.keyButtons.forEach((button, at) => {
      if (view === "write") button.removeAttribute("aria-pressed");
      else button.setAttribute("aria-pressed", String(at === y));
    });
    this.views[view] ??= new VIEWS[view](this);
    const shown = this.views[view];
    if (this.body.firstChild !== shown.element) {
      this.trouble("");
      this.body.replaceChildren(shown.element);
    }
    shown.show();
  }

  // A digit's key chooses its class

  key(event) {
    const into = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || this.look.element.open) return;
    if (into.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(into.tagName) && into.type !== "range") return;
    const names = this.classes.length ? this.classes : this.names;
    const y = isTypeable(names) ? names.indexOf(event.key) : -1;
    if (y >= 0) this.choose(y);
  }

  close() {
    this.loading.end();
    window.removeEventListener("keydown", this.onKey);
    this.leaveView(false);
    for (const view of Object.values(this.views)) view.close();
    this.decoder.close();
    this.address.close();
    this.look.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("digits", Digits);
