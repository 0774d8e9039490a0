// The Arithmetic page: A - B + C on means of samples, and tools that change the result.

import { Address } from "../shared/address.js";
import { Classics } from "./classics.js";
import { Labels } from "./labels.js";
import { Reading } from "./reading.js";
import { marked, meanOf, MOST_EXEMPLARS, NAMES, nineOf, picked, resultOf, sampleOf, SLOTS, stateOf, textsOf, THREE } from "./state.js";
import { Tools } from "./tools.js";
import { askJson, Decoder, Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { Marks } from "./marks.js";
import { mounting } from "../shared/mounting.js";
import { Equation } from "./slots.js";
import { Tabs } from "../shared/tabs.js";
import { nounOf } from "../shared/told.js";
import { Thumbs } from "./thumbs.js";
import { Wall } from "./wall.js";
import { editWords, whyUnlabelled } from "./words.js";

const BROKEN = "The server does not answer; trying again when something changes.";

class Arithmetic {
  place; root; path; model; about; directions; seen; equation; labels; wish; tools; classics; reading; wall; marks;
  thumbs; tabs;

  constructor(place, root) {
    Object.assign(this, { place, root, path: window.location.pathname, model: null, about: null, directions: null });
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
    this.tools = new Tools(this.root, this.equation, { move: (values) => this.move(values), end: () => this.commit(),
      change: (values) => this.change(values), trouble });
    this.problem = make("p", { class: "gx-trouble", role: "alert" });
    this.classics = new Classics((equation, variant, how) => this.classic(equation, variant, how));
    this.reading = new Reading(this.root, { onTrouble: trouble, onRead: (texts, seen) => {
      this.seen = seen;
      this.equation.read(texts);
      this.labels.show(this.state, seen);
    } });
    this.wall = new Wall(this.root, this.thumbs, { pick: (sample, event) => this.pick(sample, event), view: (values) => this.view(values), fill: () => this.fill(), trouble });
    const moved = { move: (name, amount) => this.move({ moves: { ...this.state.moves, [name]: amount } }), end: () => this.commit(), trouble };
    this.labels = new Labels(this.root, { ...moved, hold: (hold) => this.change({ hold }), edit: (name, wanted) => this.edit(name, wanted),
      amount: (index, amount) => this.move({ edits: this.state.edits.map((one, at) => (at === index ? { ...one, amount } : one)) }),
      drop: (index) => this.change({ edits: this.state.edits.filter((_, at) => at !== index) }) });
    this.marks = new Marks(this.root, { ...moved, clear: () => this.change({ yes: [], no: [] }), wish: (wish) => this.wish(wish) });
    this.tabs = new Tabs("arithmetic", "Change the result", (tool) => this.view({ tool }));
    this.tabs.set({ labels: { name: "Attributes", panel: this.labels.element },
      marks: { name: "Your own marks", panel: this.marks.element } });
    this.unlabelled = make("p", { class: "gx-quiet" });
    this.labels.element.prepend(this.unlabelled);
    const change = make("section", { class: "gx-change", "aria-label": "Change the result" }, this.tabs.element,
      this.labels.element, this.marks.element);
    this.place.replaceChildren(this.classics.element, this.equation.element, this.tools.element, this.problem,
      make("div", { class: "gx-halves" }, this.wall.element, change));
  }

  // From Streamlit

  update({ data, setTriggerValue }) {
    this.wish = (wish) => setTriggerValue("wish", { ...wish, model: this.model, at: Date.now() });
    const same = data.model === this.model && data.reader === this.data?.reader; // another reader tells other names
    this.data = data;
    if (!same) this.open(data.model);
    else this.show();
    if (data.problem) this.say(data.problem);
  }

  open(model) {
    Object.assign(this, { model, about: null, directions: null, seen: null, failed: false });
    this.decoder.model = model;
    this.state = this.fitted(stateOf(this.address.start(model)));
    this.tools.open(model, this.data);
    this.classics.wait();
    this.reading.forget();
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
      const [about, { equations }] = await Promise.all([askJson(this.root, model, ""), askJson(this.root, model, "equations")]);
      if (model !== this.model) return;
      this.about = about;
      const told = this.data.classes.length ? nounOf(this.data.condition) : "";
      this.wall.setNames(told ? [] : about.attributes);
      this.classics.show(equations, { told, attributes: about.attributes.length });
      this.show();
      const untouched = !SLOTS.some((slot) => this.state[slot].length) && !this.state.yes.length && !this.state.no.length;
      if (untouched && equations.length && this.state.tool === "labels") await this.classics.choose(0, "replace");
      const { directions } = await askJson(this.root, model, "labels");
      if (model !== this.model) return;
      this.directions = directions;
      this.labels.setDirections(model, directions, directions.length > 0 && !about.exclusive);
      this.show();
    } catch (error) {
      if (model !== this.model) return;
      this.failed = true;
      if (!this.about) this.classics.giveUp();
      this.trouble(error);
      this.show();
    }
  }

  // Changes

  /** While something is dragged. */
  move(values) {
    this.state = { ...this.state, ...values };
    this.draw();
  }

  /** A drag is done; Back undoes it. */
  commit(how = "push") {
    this.state.moves = Object.fromEntries(Object.entries(this.state.moves).filter(([, amount]) => amount));
    this.address[how](textsOf(this.state));
    this.show();
  }

  change(values, how = "push") {
    this.move(values);
    this.commit(how);
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
    if (state.tool === "marks") return this.change(marked(state, sample, this.marks.marksNo !== event.shiftKey ? "no" : "yes"));
    const values = picked(state, sample);
    this.say(values ? "" : `A slot takes ${MOST_EXEMPLARS} samples at most; click one in it to remove it.`);
    if (values) this.change(values);
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

  /** Exemplars for one of the classic equations. */
  async classic({ a, b, c }, variant, how = "push") {
    await this.asking(async () => {
      const found = await askJson(this.root, this.model, "equation", { a, b, c, variant });
      return { a: found.a, b: found.b, c: found.c, strength: 1, moves: {}, edits: [] };
    }, how);
  }

  async edit(name, wanted) {
    this.labels.setBusy(true);
    let words = "";
    await this.asking(async () => {
      const found = await askJson(this.root, this.model, "edit", { point: resultOf(this.state), name, wanted });
      words = editWords(found, name, wanted);
      return found.shows ? { edits: [...this.state.edits, { name, wanted, amount: 1, z: found.z }] } : null;
    });
    this.labels.say(words);
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
    this.tools.show(state);
    this.wall.show(state, marking);
    this.tabs.show(state.tool);
    setText(this.unlabelled, whyUnlabelled(this.data, this.about, this.directions, this.failed));
    this.labels.show(state, this.seen);
    this.marks.show(state, this.data.saved, this.model);
    if (this.about?.attributes.length) {
      const points = { ...Object.fromEntries(SLOTS.map((slot) => [slot, meanOf(state, slot)])), result: resultOf(state) };
      this.reading.look(this.model, points);
    }
  }

  say(text) {
    setText(this.problem, text);
  }

  trouble(error) {
    this.say(error instanceof Refused ? error.message : BROKEN);
  }

  close() {
    this.reading.forget();
    this.decoder.close();
    this.address.close();
    this.sized.disconnect();
    document.removeEventListener("keydown", this.onKey);
    this.place.replaceChildren();
  }
}

export const mount = mounting("arithmetic", Arithmetic);
