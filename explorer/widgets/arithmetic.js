// The Arithmetic page: A - B + C on means of samples, and what moves the result.

import { Address } from "./address.js";
import { Labels } from "./arithmetic_labels.js";
import {
  isComplete, meanOf, MOST_EXEMPLARS, MOST_STRENGTH, NAMES, nineOf, resultOf, sampleOf, SLOTS, stateOf, textsOf,
} from "./arithmetic_state.js";
import { askJson, Decoder, Refused } from "./decoder.js";
import { save, scaleTo } from "./download.js";
import { equationPicture, saveCanvas } from "./equation_picture.js";
import { make, setText } from "./format.js";
import { Marks } from "./marks.js";
import { Slider } from "./slider.js";
import { Equation } from "./slots.js";
import { Thumbs } from "./thumbs.js";
import { Wall } from "./wall.js";

const ENLARGED = 1024; // pixels, about
const THREE = 3; // exemplars, as in the paper
const READ_MS = 200; // after the last change
const BROKEN = "The server does not answer; trying again when something changes.";
const views = new WeakMap();

/** Called by Streamlit at the first mount and again when the data or the theme changes. */
export function mount(component, root) {
  const { parentElement } = component;
  const place = parentElement.querySelector(".gx-arithmetic");
  let view = views.get(parentElement);
  if (!view || view.place !== place) {
    view?.close();
    view = new Arithmetic(place, root);
    views.set(parentElement, view);
  }
  view.update(component);
  const call = (view.lastCall = {});
  return () => {
    if (view.lastCall !== call) return; // a newer call has taken the view over
    view.close();
    views.delete(parentElement);
  };
}

class Arithmetic {
  constructor(place, root) {
    Object.assign(this, { place, root, path: window.location.pathname, model: null, about: null, directions: [], equations: [], variants: {} });
    this.decoder = new Decoder(root, { onTrouble: (text) => this.say(text) });
    this.address = new Address("arithmetic", NAMES, (texts) => this.wentBack(texts));
    this.build();
    this.onKey = (event) => this.key(event);
    this.sized = new ResizeObserver(() => place.classList.toggle("gx-narrow", place.clientWidth < 800));
    this.sized.observe(place);
    document.addEventListener("keydown", this.onKey);
  }

  build() {
    const trouble = (error) => this.trouble(error);
    this.thumbs = new Thumbs(this.root, (name) => sampleOf(this.state, name), trouble);
    this.equation = new Equation(this.thumbs, { activate: (slot) => this.view({ slot, tool: "labels" }),
      drop: (slot, sample) => this.change({ [slot]: this.state[slot].filter((one) => one !== sample) }),
      clear: (slot) => this.change({ [slot]: [], slot }) });
    this.strength = new Slider({ label: "Strength", low: 0, high: MOST_STRENGTH, step: 0.02, rest: 1, hint: "C + s · (A − B); double click: 1",
      onMove: (strength) => this.move({ strength }), onEnd: () => this.commit("strength") });
    this.classes = make("select", { class: "gx-field", "aria-label": "Class of all pictures" });
    this.classes.addEventListener("change", () => this.change({ y: Number(this.classes.value) }));
    this.classLabel = make("label", { class: "gx-quiet", title: "y is the same for all pictures: the arithmetic is in z alone" }, "Class ", this.classes);
    this.swap = this.button("Swap A and B", "A − B becomes B − A", () => this.change({ a: this.state.b, b: this.state.a }));
    this.reset = this.button("Clear", "Empty the equation and take back every move", () => this.change({ a: [], b: [], c: [], strength: 1, moves: {}, hold: [], edits: [], slot: "a" }));
    this.files = make("span", { class: "gx-row gx-files" }, "Download",
      this.button("Result", "At its own size, as PNG", () => this.download([resultOf(this.state)], 1)),
      this.button("Enlarged", "Each pixel enlarged to a sharp square, as PNG", () => this.download([resultOf(this.state)], scaleTo(this.data.size, ENLARGED))),
      this.button("Equation", "The whole equation as one picture, as PNG", () => this.downloadEquation()));
    this.problem = make("p", { class: "gx-trouble", role: "alert" });
    this.classics = make("div", { class: "gx-row gx-classics", role: "group", "aria-label": "Equations to start with" });
    this.wall = new Wall(this.root, this.thumbs, { pick: (sample, event) => this.pick(sample, event), view: (values) => this.view(values), fill: () => this.fill(), trouble });
    const moved = { move: (name, amount) => this.move({ moves: { ...this.state.moves, [name]: amount } }), end: (key) => this.commit(key), trouble };
    this.labels = new Labels(this.root, { ...moved, hold: (hold) => this.change({ hold }), edit: (name, wanted) => this.edit(name, wanted),
      amount: (index, amount) => this.move({ edits: this.state.edits.map((one, at) => (at === index ? { ...one, amount } : one)) }),
      drop: (index) => this.change({ edits: this.state.edits.filter((_, at) => at !== index) }) });
    this.marks = new Marks(this.root, { ...moved, clear: () => this.change({ yes: [], no: [] }), wish: (wish) => this.wish(wish) });
    this.tabs = make("div", { class: "gx-tabs", role: "tablist", "aria-label": "Change the result" });
    for (const [id, name] of [["labels", "Attributes"], ["marks", "Your own marks"]]) this.tabs.append(this.tab(id, name));
    this.panels = { labels: this.labels.element, marks: this.marks.element };
    for (const [id, panel] of Object.entries(this.panels)) {
      for (const [name, value] of Object.entries({ role: "tabpanel", id: `gx-arithmetic-${id}` })) panel.setAttribute(name, value);
    }
    this.unlabelled = make("p", { class: "gx-quiet" });
    this.panels.labels.prepend(this.unlabelled);
    this.place.replaceChildren(this.classics, this.equation.element,
      make("div", { class: "gx-row gx-tools" }, this.strength.element, this.classLabel, this.swap, this.reset, this.files), this.problem,
      make("div", { class: "gx-halves" }, this.wall.element, make("section", { class: "gx-change", "aria-label": "Change the result" }, this.tabs, this.panels.labels, this.panels.marks)));
  }

  button(text, about, onClick) {
    const made = make("button", { type: "button", class: "gx-button gx-small", title: about }, text);
    made.addEventListener("click", onClick);
    return made;
  }

  tab(id, name) {
    const button = make("button", { type: "button", role: "tab", "aria-controls": `gx-arithmetic-${id}` }, name);
    button.dataset.tab = id;
    button.addEventListener("click", () => this.view({ tool: id }));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = id === "labels" ? "marks" : "labels";
      this.view({ tool: other });
      this.tabs.querySelector(`[data-tab="${other}"]`).focus();
    });
    return button;
  }

  // From Streamlit

  update({ data, setTriggerValue }) {
    this.wish = (wish) => setTriggerValue("wish", { ...wish, model: this.model, at: Date.now() });
    this.data = data;
    if (data.model !== this.model) this.open(data.model);
    else this.show();
    if (data.problem) this.say(data.problem);
  }

  open(model) {
    Object.assign(this, { model, about: null, directions: [], equations: [], variants: {}, readFor: null, seen: null });
    this.decoder.model = model;
    this.state = this.fitted(stateOf(this.address.start(model)));
    this.classes.replaceChildren(...this.data.classes.map((name, index) => make("option", { value: index }, name)));
    this.classics.replaceChildren(make("span", { class: "gx-quiet" }, "Loading the model …"));
    this.wall.setNames([]);
    this.labels.setDirections(model, [], false);
    this.equation.read({});
    this.draw();
    this.show();
    this.learn(model);
  }

  /** A conditional model has one class for all pictures, any other none. */
  fitted(state) {
    const { classes } = this.data;
    return { ...state, y: classes.length ? Math.min(classes.length - 1, state.y ?? 0) : null };
  }

  /** What the model can be asked for; the slowest last. */
  async learn(model) {
    try {
      this.about = await askJson(this.root, model, "");
      const { equations } = await askJson(this.root, model, "equations");
      if (model !== this.model) return;
      this.equations = equations;
      const filters = this.about.attributes.length && !this.data.classes.length ? this.about.attributes : [];
      this.wall.setNames(filters);
      this.showClassics();
      this.show();
      const untouched = !SLOTS.some((slot) => this.state[slot].length) && !this.state.yes.length && !this.state.no.length;
      if (untouched && equations.length && this.state.tool === "labels") await this.classic(0, "replace");
      const { directions } = await askJson(this.root, model, "directions");
      if (model !== this.model) return;
      this.directions = directions.filter(({ kind }) => kind === "label");
      this.labels.setDirections(model, this.directions, this.directions.length > 0 && !this.about.exclusive);
      this.show();
    } catch (error) {
      if (model === this.model) this.trouble(error);
    }
  }

  // Changes

  /** While something is dragged. */
  move(values) {
    this.state = { ...this.state, ...values };
    this.draw();
  }

  /** A drag is done; Back undoes it. */
  commit(key, how = "push") {
    this.state.moves = Object.fromEntries(Object.entries(this.state.moves).filter(([, amount]) => amount));
    this.address[how](textsOf(this.state));
    this.show();
  }

  change(values, how = "push") {
    this.move(values);
    this.commit("", how);
  }

  /** What is open: no step that Back undoes. */
  view(values) {
    this.state = { ...this.state, ...values };
    this.address.replace(textsOf(this.state));
    this.show();
  }

  wentBack(texts) {
    if (!this.model || window.location.pathname !== this.path) return; // on the way to another page
    const { modelInUrl } = this.address;
    if (modelInUrl && modelInUrl !== this.model) return; // Streamlit runs the page with it
    this.state = this.fitted(stateOf(texts));
    this.address.replace(textsOf(this.state)); // what the tab remembers is this, too
    this.draw();
    this.show();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.model) return;
    if (event.target.closest?.("input:not([type=range]):not([type=checkbox]), textarea, select")) return;
    const slot = SLOTS[Number(event.key) - 1];
    if (slot) this.view({ slot, tool: "labels" });
  }

  pick(sample, event) {
    const { state } = this;
    if (state.tool === "marks") {
      const kind = this.marks.marksNo !== event.shiftKey ? "no" : "yes";
      const marked = state[kind].includes(sample);
      const without = { yes: state.yes.filter((one) => one !== sample), no: state.no.filter((one) => one !== sample) };
      const old = this.marks.name;
      const values = marked ? without : { ...without, [kind]: [...without[kind], sample] };
      const moves = { ...state.moves };
      if (old) delete moves[old]; // the direction of fewer marks is another one
      this.change({ ...values, moves });
      return;
    }
    const { slot } = state;
    const samples = state[slot].includes(sample) ? state[slot].filter((one) => one !== sample) : [...state[slot], sample];
    if (samples.length > MOST_EXEMPLARS) {
      this.say(`A slot takes ${MOST_EXEMPLARS} samples at most; click one in it to remove it.`);
      return;
    }
    const next = SLOTS[SLOTS.indexOf(slot) + 1];
    const goOn = samples.length === THREE && samples.length > state[slot].length && next && !state[next].length;
    this.say("");
    this.change({ [slot]: samples, ...(goOn ? { slot: next } : {}) });
  }

  /** The exemplars that show best what the wall's filter asks for, alike those of the slot that is subtracted. */
  async fill() {
    const { slot, wanted } = this.state;
    const like = { a: this.state.b, b: this.state.a, c: [] }[slot];
    await this.asking(async () => {
      const { samples } = await askJson(this.root, this.model, "find", { wanted, count: THREE, like });
      if (samples.length) return { [slot]: samples };
      this.say("No sample shows all of that; ask for less.");
      return null;
    });
  }

  /** One of the classic equations; again: with other exemplars. */
  async classic(index, how = "push") {
    const { a, b, c } = this.equations[index];
    const variant = this.variants[index] ?? 0;
    this.variants[index] = variant + 1;
    await this.asking(async () => {
      const found = await askJson(this.root, this.model, "equation", { a, b, c, variant });
      return { a: found.a, b: found.b, c: found.c, strength: 1, moves: {}, edits: [] };
    }, how);
  }

  async edit(name, wanted) {
    this.labels.setBusy(true);
    await this.asking(async () => {
      const found = await askJson(this.root, this.model, "edit", { point: resultOf(this.state), name, wanted });
      if (!found.shows) {
        this.say(`No move was found that ${wanted ? "gives this picture" : "takes from this picture"} ${name}; try other exemplars, or the slider.`);
        return null;
      }
      if (!found.kept) this.say(`That ${wanted ? "gave" : "took"} ${name}, and something else changed as well.`);
      return { edits: [...this.state.edits, { name, wanted, amount: 1, z: found.z }] };
    });
    this.labels.setBusy(false);
  }

  /** Ask, and take over the values that come; not where the page has moved on meanwhile. */
  async asking(work, how = "push") {
    const { model } = this;
    this.say("");
    try {
      const values = await work();
      if (values && model === this.model) this.change(values, how);
    } catch (error) {
      if (model === this.model) this.trouble(error);
    }
  }

  // Showing

  /** Ask for the means and for the result with its neighbours; the newest wish wins. */
  draw() {
    const { state } = this;
    this.thumbs.open(this.model, state.y === null ? "" : `y${state.y}`);
    const points = [];
    const at = {};
    const nine = nineOf(state);
    if (nine.length) {
      at.nine = 0;
      points.push(...nine);
    }
    for (const slot of SLOTS) {
      const mean = meanOf(state, slot);
      if (!mean) continue;
      at[slot] = points.length;
      points.push(mean);
    }
    if (!points.length) return;
    this.decoder.want(points, (pictures) => {
      if (SLOTS.every((slot) => (at[slot] === undefined) === !this.state[slot].length)) this.equation.draw(state, pictures, at);
      this.place.dataset.drawn = JSON.stringify(points[at.nine === undefined ? 0 : 4]);
    });
  }

  show() {
    const { state } = this;
    const marking = state.tool === "marks";
    this.equation.show(state, marking);
    this.strength.set(state.strength);
    this.strength.input.disabled = !isComplete(state);
    this.classLabel.hidden = !this.data.classes.length;
    if (state.y !== null) this.classes.value = String(state.y);
    this.swap.disabled = !state.a.length && !state.b.length;
    for (const button of this.files.querySelectorAll("button")) button.disabled = !state.c.length;
    this.wall.show(state, marking);
    for (const button of this.tabs.children) {
      const open = button.dataset.tab === state.tool;
      button.setAttribute("aria-selected", String(open));
      button.tabIndex = open ? 0 : -1;
      this.panels[button.dataset.tab].hidden = !open;
    }
    setText(this.unlabelled, !this.about || this.directions.length ? "" : this.data.classes.length
      ? "This model is asked for its class, so no labels are searched in z. Mark samples to find a direction of your own."
      : this.about.attributes.length ? "Finding directions …" : "No classifier ships for these pictures. Mark samples to find a direction of your own.");
    this.labels.show(state, this.seen);
    this.marks.show(state, this.data.saved, this.model);
    this.read();
  }

  showClassics() {
    const none = this.data.classes.length ? "Arithmetic is in z; the class stays the same for all pictures."
      : this.about.attributes.length ? "Too few samples show what the classic equations need." : "No classifier ships for these pictures, so exemplars are chosen by you.";
    if (!this.equations.length) {
      this.classics.replaceChildren(make("span", { class: "gx-quiet" }, `${none} Click three samples each for A, B and C.`));
      return;
    }
    this.classics.replaceChildren(make("span", { class: "gx-quiet" }, "Try"),
      ...this.equations.map(({ title, words }, index) => this.button(title, `${words}. Fills all three slots; a second click takes other exemplars.`, () => this.classic(index))));
  }

  /** What the classifier sees on the means and the result, once nothing moves any more. */
  read() {
    if (!this.about?.attributes.length) return;
    const points = { a: meanOf(this.state, "a"), b: meanOf(this.state, "b"), c: meanOf(this.state, "c"), result: resultOf(this.state) };
    const places = Object.keys(points).filter((place) => points[place]);
    const key = JSON.stringify([this.model, points]);
    if (key === this.readFor) return;
    this.readFor = key;
    clearTimeout(this.readLater);
    if (!places.length) {
      this.equation.read({});
      return;
    }
    this.readLater = setTimeout(async () => {
      try {
        const { names, says } = await askJson(this.root, this.model, "read", { points: places.map((place) => points[place]) });
        if (this.readFor !== key) return;
        const rows = places.map((place, index) => [place, Object.fromEntries(names.map((name, column) => [name, says[index][column]]))]);
        this.equation.read(Object.fromEntries(rows.map(([place, row]) => [place, names.filter((name) => row[name]).join(", ") || "nothing it knows"])));
        this.seen = Object.fromEntries(rows).result ?? null;
        this.labels.show(this.state, this.seen);
      } catch (error) {
        if (this.readFor !== key) return;
        this.readFor = null;
        this.trouble(error);
      }
    }, READ_MS);
  }

  say(text) {
    setText(this.problem, text);
  }

  trouble(error) {
    this.say(error instanceof Refused ? error.message : BROKEN);
  }

  // Files

  async download(points, scale) {
    try {
      await save(this.root, this.model, "png", { points, scale }, `${this.model}-arithmetic`.replace("@", "-"));
    } catch (error) {
      this.trouble(error);
    }
  }

  async downloadEquation() {
    await saveCanvas(equationPicture(this.equation, this.model), `${this.model}-equation`.replace("@", "-"));
  }

  close() {
    clearTimeout(this.readLater);
    this.decoder.close();
    this.address.close();
    this.sized.disconnect();
    document.removeEventListener("keydown", this.onKey);
    this.place.replaceChildren();
  }
}
