// The page Translate: an input that is painted, chosen or given, and beside it what the model draws for it.

import { Address } from "../shared/address.js";
import { askJson, Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";
import { readTheme } from "../shared/plotting.js";
import { LOADING, UnderWay } from "../shared/under_way.js";
import { Asking, bodyOf, mapOf } from "./asking.js";
import { Bar } from "./bar.js";
import { Cells } from "./cells.js";
import { bytesOf, colourOf, picturesOfCells, planes } from "./coding.js";
import { PaintCanvas } from "./paint_canvas.js";
import { Examples, inkOf } from "./examples.js";
import { given, saveMap, saveStrip, takeDropped } from "./files.js";
import { keep, keptOf } from "./kept.js";
import { Modes } from "./modes.js";
import { alsoOf, paints, rivalsOf } from "./rivals.js";
import { Styles } from "./styles.js";
import { NAMES, fileName, fresh, stateOf, textsOf } from "./state.js";
import { Tools } from "./tools.js";
import { Views } from "./views.js";

const FILE = " a file"; // the name of its trouble, which no model has

class Translate {
  place; root; model; data; about; state; cells; source; sets; turn; frame; wanted; troubles; file;

  constructor(place, root) {
    Object.assign(this, { place, root, model: null, state: fresh(), cells: new Cells(1, 1), turn: 0, frame: 0, wanted: 0, troubles: {} });
    place.replaceChildren();
    this.notice = make("p", { class: "gx-trouble", role: "alert" });
    this.modes = new Modes(root);
    this.tools = new Tools({ onWish: (what) => this.tool(what) });
    this.canvas = new PaintCanvas(this.tools, { onPaint: () => this.painted(), onStroke: () => this.stroke() });
    this.views = new Views(this.canvas, { onLens: (lens) => this.set({ lens }, "keep") });
    this.examples = new Examples({ onPick: (example) => this.pick({ example }) });
    this.styles = new Styles({ onPick: (style) => this.set({ style }) });
    this.bar = new Bar({
      lens: this.views.figures.handle, anew: () => this.set({ seed: Math.floor(Math.random() * 1e6), index: 0, style: null }),
      seed: (seed) => this.set({ seed, index: 0, style: null }),
      style: (file) => this.trying(() => this.styles.take(file), () => this.set({ style: -1 })),
      swap: () => this.pick({ backward: !this.state.backward, example: 0 }),
      verdict: () => this.set({ verdict: !this.state.verdict }), rival: (id) => this.rival(id), file: (file) => this.take(file),
      face: (file) => this.take(file, true), drawn: () => this.takeDrawn(),
      invert: () => this.file && this.state.example < 0 && this.take(this.file),
      picture: () => this.save("picture"), strip: () => this.save("strip"), pair: () => this.save("pair"), saveMap: () => this.saveMap(),
    });
    this.body = make("div", { class: "gx-body", hidden: "" },
      make("div", { class: "gx-work" }, this.tools.element, make("div", { class: "gx-pictures" }, this.views.figures.element, this.canvas.says)),
      this.bar.element, this.views.legend, make("div", { class: "gx-row" }, this.bar.files), this.canvas.help, this.examples.element, this.styles.element);
    this.loading = new UnderWay(LOADING, "span");
    this.modes.element.append(this.loading.element);
    place.append(this.modes.element, this.notice, this.body);
    this.asking = new Asking(root, (model, text) => this.trouble(model, text && model !== this.model ? `${model}: ${text}` : text));
    this.address = new Address("translate", NAMES, (texts) => this.back(texts));
    takeDropped(place, (file) => this.take(file));
  }

  async update({ data }) {
    const known = JSON.stringify([data.model, data.mode, data.models, data.rivals]);
    if (known === this.known) return;
    this.known = known;
    const isNew = data.model !== this.model;
    Object.assign(this, { model: data.model, data });
    this.modes.show(data.mode, data.models);
    if (isNew) await this.open();
    else if (this.about) this.bar.open(data.mode, this.about, rivalsOf(this.data));
    if (!isNew) this.show();
  }

  /** Learn what the model reads, and begin with what the URL says. */
  async open() {
    const { model, root } = this, turn = (this.turn += 1);
    this.about = this.file = null;
    this.asking.close();
    this.body.classList.add("gx-waiting");
    this.loading.begin();
    this.troubles = {};
    this.trouble("", "");
    try {
      const about = await askJson(root, model, "translation");
      if (turn !== this.turn) return;
      const sets = await this.examples.open(root, model, about);
      if (turn !== this.turn) return;
      this.sets = sets;
      this.styles.open(model, about, sets);
      this.address.model = model;
      this.state = this.styles.fitting(stateOf(this.address.start(model)));
      if (!about.backward) this.state.backward = false;
      this.about = about;
      const { ink, ground } = inkOf(sets.inputs);
      this.canvas.setKind(this.data.mode === "paint" ? "Map to paint" : "Drawing", this.colours, about.labels.map(({ name }) => name));
      this.tools.setKind(about.labels, ink, about.labels.length ? 0 : ground, about.input[0] === 3);
      this.bar.open(this.data.mode, about, rivalsOf(this.data));
      this.begin(true);
      this.loading.end();
      this.body.classList.remove("gx-waiting");
      this.body.hidden = false;
    } catch (error) {
      if (turn !== this.turn) return;
      this.loading.end();
      this.body.hidden = true; // of a model that cannot be used nothing can be set
      this.trouble("", error instanceof Refused ? error.message : "The server does not answer; load the page again.");
    }
  }

  get colours() {
    return this.about?.labels.length ? this.about.labels.map(({ colour }) => colourOf(colour)) : null;
  }

  get paints() {
    return paints(this.data);
  }

  /** Begin with the input that the state names; ``anew``: of another model, so that nothing can be undone. */
  begin(anew) {
    const { state } = this, from = state.backward ? this.sets.targets : this.sets.inputs;
    const own = keptOf(this.model, state.backward, state.backward ? this.about.output : this.about.input);
    if (!own) state.example = Math.max(0, state.example);
    if (from) state.example = Math.min(state.example, from.count - 1);
    Object.assign(this, state.example < 0 ? own : this.examples.begun(this.sets, state));
    if (this.paints) this.canvas.show(this.cells, anew);
    this.address.replace(textsOf(state));
    this.show();
  }

  /** Say what is wrong, or "" where nothing is any more, with a model or a file. */
  trouble(of, text) {
    this.troubles[of] = text;
    setText(this.notice, Object.values(this.troubles).filter(Boolean).join(" "));
  }

  // What is set

  /** Change what is set; ``how``: a step that Back undoes, or "keep" for none of its own. */
  set(changes, how = "step") {
    Object.assign(this.state, changes);
    this.address[how === "keep" ? "replace" : "push"](textsOf(this.state));
    if (!("lens" in changes)) this.show();
  }

  /** Another input. */
  pick(changes) {
    if (!this.about) return;
    this.trouble(FILE, "");
    this.state = { ...this.state, ...changes };
    this.address.push(textsOf(this.state));
    this.begin(false);
  }

  back(texts) {
    if (this.address.modelInUrl !== this.model || !this.about) return; // the page's script hears of it
    this.state = this.styles.fitting(stateOf(texts));
    if (!this.about.backward) this.state.backward = false;
    this.begin(false);
  }

  rival(id) {
    const also = alsoOf(this.data, this.state);
    this.set({ also: also.includes(id) ? also.filter((one) => one !== id) : [...also, id] });
  }

  tool(what) {
    if (what === "mirror") this.set({ mirrored: !this.state.mirrored }, "keep");
    else if (what === "clear") this.canvas.change((cells) => cells.clear(this.tools.ground));
    else if (what !== "changed") this.canvas.undo(what === "undo" ? -1 : 1);
  }

  painted() {
    this.cells = this.canvas.cells;
    if (this.source) this.source = { ...this.source, fits: false };
    this.want();
  }

  stroke() {
    this.keep();
    this.tools.showSteps(this.canvas.steps);
  }

  /** What is on the canvas, or was given, is the input now. */
  keep() {
    keep(this.model, this.state.backward, this);
    this.set({ example: -1 }, "keep");
  }

  // Files

  /** A picture of a person's own as the input, or of a face as its map. */
  take(file, isFace = false) {
    const { about, data, state, colours } = this;
    if (!about) return;
    this.file = file;
    const wanted = { mode: data.mode, about, backward: state.backward, inverted: this.bar.invert.checked, colours };
    this.trying(async () => {
      if (!isFace) return given(file, wanted);
      const { cells } = await given(file, { ...wanted, mode: "draw", backward: true }); // as a picture such as is drawn
      return { cells: await mapOf(this.root, this.model, bytesOf(cells, about.output[0])), truth: null };
    });
  }

  /** The map of the face that is drawn, as the part reader sees it. */
  takeDrawn() {
    const { pictures } = this.views.output;
    if (pictures) this.trying(async () => ({ cells: await mapOf(this.root, this.model, planes(pictures)), truth: null }));
  }

  /** Use what takes a moment to be had, by default as the input; what keeps it from being had is said. */
  async trying(had, use = (found) => this.begun(found)) {
    const { turn } = this, { backward } = this.state;
    this.trouble(FILE, "");
    try {
      const found = await had();
      if (turn === this.turn && this.state.backward === backward) use(found);
    } catch (error) {
      this.trouble(FILE, error.message);
    }
  }

  /** An input of a person's own, with the true picture where it is known. */
  begun({ cells, truth }) {
    Object.assign(this, { cells, source: { truth, fits: true } });
    if (this.paints) this.canvas.show(cells, false);
    this.keep();
  }

  save(what) {
    saveStrip(this.views.shown(what), fileName(this.model, this.state, what));
  }

  saveMap() {
    const { cells, colours } = this, name = fileName(this.model, this.state, colours ? "map" : "drawing");
    if (colours) saveMap(cells, colours, name);
    else saveStrip([picturesOfCells(cells)], name);
  }

  // Showing

  show() {
    const { state, about, data } = this;
    if (!about) return;
    this.tools.element.hidden = this.canvas.help.hidden = this.canvas.says.hidden = !this.paints;
    this.canvas.inUse = this.paints;
    this.place.classList.toggle("gx-paints", this.paints);
    this.tools.mirrored = state.mirrored;
    this.tools.show();
    this.tools.showSteps(this.canvas.steps);
    this.bar.show(state, alsoOf(data, state), about);
    const words = state.backward && !this.sets.targets ? "The training pictures are not on this machine: give a picture of your own"
      : this.paints ? "Begin with an example" : "Examples";
    this.examples.show(this.sets, state, words);
    this.styles.show(state);
    const others = alsoOf(data, state).map((id) => data.rivals.find((one) => one.id === id)).filter(Boolean);
    this.views.set({ mode: data.mode, about, title: data.title, backward: state.backward, others, lens: state.lens,
      truth: this.source.truth });
    this.want();
  }

  /** Ask for the picture of the input as it is now: at most once a frame. */
  want() {
    this.wanted += 1;
    this.place.dataset.wanted = String(this.wanted);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.ask();
    });
  }

  ask() {
    const { state, about, data, cells, source, wanted } = this;
    if (!about) return;
    const judges = state.verdict && about.verdict && !state.backward;
    const input = picturesOfCells(cells, state.backward ? null : this.colours);
    const body = bodyOf({ mode: data.mode, about, state, cells, judged: source.fits ? source.truth : null, judges,
      style: this.styles.picture(state) });
    const show = (found) => {
      this.views.show(input, found, source, data.mode === "sharpen");
      this.views.judge(judges ? found.verdicts : [], about, judges ? readTheme(this.place, data.palette).colors : null);
      this.place.dataset.shown = JSON.stringify({ model: this.model, wanted, seed: state.seed, style: state.style, example: state.example });
    };
    const plain = { input: body.input, seed: body.seed, index: body.index, direction: body.direction };
    const others = alsoOf(data, state).map((id) => [id, plain, (found) => this.views.showOther(id, found, source)]);
    this.asking.want([[this.model, body, show], ...others]);
  }

  close() {
    this.loading.end();
    this.turn += 1;
    cancelAnimationFrame(this.frame);
    this.canvas.close();
    this.asking.close();
    this.address.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("translate", Translate);
