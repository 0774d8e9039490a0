// The Latent page: one large picture, seven others under the same change, and what moves them.

import { Address } from "../shared/address.js";
import { askJson, Refused } from "../shared/decoder.js";
import { make } from "../shared/format.js";
import { Attention } from "./attention.js";
import { Bar } from "./bar.js";
import { Beside } from "./beside.js";
import { Own } from "./own.js";
import { Pad } from "./pad.js";
import { Pictures } from "./pictures.js";
import { Directions, Moved, Names, Sliders } from "./sliders.js";
import { batchOf, NAMES, pointOf, spotOf, stateOf, Steps, textsOf, withSpot } from "./state.js";
import { Walk } from "./walk.js";
import { Stages } from "./stages.js";
import { Styles } from "./styles.js";
import { mounting } from "../shared/mounting.js";
import { readTheme } from "../shared/plotting.js";
import { Tabs } from "../shared/tabs.js";

const TABS = { sliders: "Sliders", pad: "Pad and map", walk: "Walk", own: "Your picture", attention: "Attention", styles: "Styles",
  stages: "Stages" };

class Latent {
  place; root; attention; styles; stages; model; walk; pictures; wish; bar; setTools; directions; moved; steps; tabs; sliders; own; pad; beside;

  constructor(place, root) {
    Object.assign(this, { place, root, model: null });
    this.address = new Address("latent", NAMES, (texts) => this.wentBack(texts));
    this.build();
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(place);
    this.onResize = () => this.fit();
    this.onKey = (event) => this.key(event);
    window.addEventListener("resize", this.onResize);
    document.addEventListener("keydown", this.onKey);
  }

  build() {
    this.pictures = new Pictures(this.root, {
      pick: (at) => this.pick(at), isWalking: () => Boolean(this.walk.shown), words: () => this.words(),
    });
    this.bar = new Bar(this.root, {
      onSample: (at) => this.change({ ...at, own: "" }, "sample"), onClass: (y) => this.change({ y }, "y"), onAttributes: (y) => this.change({ y }, ""),
      onPsi: (psi) => this.move({ psi }), onEnd: (key) => this.commit(key), onShell: (shell) => this.change({ shell }, "shell"),
      onStep: (by) => this.step(by), onReset: () => this.change({ moves: {}, psi: 1, shell: false }, ""),
    });
    this.sliders = new Sliders({
      onMove: (id, amount) => this.move({ moves: { ...this.state.moves, [id]: amount } }),
      onEnd: (id) => this.commit(id), onView: (view) => this.view(view), onName: () => this.show(),
    });
    this.moved = new Moved((id) => this.change({ moves: { ...this.state.moves, [id]: 0 } }, ""));
    this.pad = new Pad(this.root, {
      onMove: (moves) => this.move({ moves: { ...this.state.moves, ...moves } }), onEnd: () => this.commit("pad"),
      onView: (view) => this.view(view), onTrouble: (text) => this.pictures.trouble(text),
    });
    this.walk = new Walk(this.root, {
      onKeep: () => this.change({ kept: [...this.state.kept, spotOf(this.state)] }, ""),
      onKept: (kept) => this.change({ kept }, ""), onGo: (spot) => this.go(spot), onView: (view) => this.view(view),
      onFrame: (pictures, at) => this.pictures.frame(pictures, at), onLeave: () => this.draw(),
    });
    this.own = new Own(this.root, {
      onFound: (z, y) => this.go({ z, moves: {}, psi: 1, shell: false, y }),
      classOf: () => (this.data.classes.length ? this.state.y ?? 0 : null),
    });
    this.attention = new Attention(this.root, { onPlace: (place) => this.view({ place }) });
    this.styles = new Styles(this.root, { onMix: (mix) => this.view({ mix }) });
    this.stages = new Stages(this.root);
    this.beside = new Beside(this.root, () => this.wish({ prepare: this.model }));
    const panels = { sliders: this.sliders, pad: this.pad, walk: this.walk, own: this.own, attention: this.attention,
      styles: this.styles, stages: this.stages };
    this.tabs = new Tabs("latent", "Tools", (tab) => this.view({ tab }));
    this.setTools = () => {
      const offered = Object.entries(panels).filter(([id]) => this.offers(id));
      for (const [id, { element }] of Object.entries(panels)) if (!this.offers(id)) element.hidden = true;
      this.tabs.set(Object.fromEntries(offered.map(([id, { element }]) => [id, { name: TABS[id], panel: element }])));
    };
    const right = make("div", { class: "gx-right" }, this.bar.element, this.tabs.element,
      make("div", { class: "gx-tools" }, ...Object.values(panels).map(({ element }) => element)),
      this.moved.element, this.beside.element);
    this.place.replaceChildren(make("div", { class: "gx-columns" }, this.pictures.element, right));
  }

  // From Streamlit

  update({ data, setTriggerValue }) {
    this.wish = (wish) => setTriggerValue("wish", { ...wish, at: Date.now() });
    const same = data.model === this.model && data.reader === this.data?.reader; // another reader tells other names
    this.data = data;
    this.place.style.setProperty("--gx-d", readTheme(this.place, data.palette).colors.d);
    if (!same) return this.open(data.model);
    this.look(); // the training pictures may have been prepared
    return this.bar.tradeoff.again();
  }

  open(model) {
    this.model = model;
    this.pictures.open(model, this.data.size);
    this.state = stateOf(this.address.start(model));
    this.steps = new Steps(this.state);
    this.directions = new Directions(this.data, new Names(model));
    this.setTools();
    this.bar.setClasses(this.root, model, this.data);
    this.bar.setLength(this.data.length, this.data.styles);
    this.bar.tradeoff.open(model);
    this.fit();
    this.draw(); // before all else is asked for
    this.show();
    this.findDirections(model);
  }

  async findDirections(model) {
    await this.firstDrawn; // the picture comes first, or the server refuses it
    if (model !== this.model) return;
    try {
      for (const verb of ["labels", "directions"]) { // the latter take seconds
        const { directions } = await askJson(this.root, model, verb);
        if (model !== this.model) return;
        this.directions.know(directions, verb === "directions");
        this.show();
      }
    } catch (error) {
      if (model !== this.model) return;
      this.directions.giveUp();
      this.show();
      this.pictures.trouble(error instanceof Refused ? error.message : "The server does not answer; load the page again.");
    }
  }

  // Changes

  /** While something is dragged. */
  move(values) {
    this.state = { ...this.state, ...values };
    this.walk.leave();
    this.draw();
    if (this.tabOf(this.state) === "styles") this.styles.show(this.model, spotOf(this.state), this.state);
    this.moved.follow(this.directions, this.state.moves);
  }

  /** A drag is done; ``key`` names what was dragged, so that many small steps in a row are one. */
  commit(key) {
    this.state.moves = Object.fromEntries(Object.entries(this.state.moves).filter(([, amount]) => amount));
    const own = this.steps.take(this.state, key);
    this.address[own ? "push" : "replace"](textsOf(this.state));
    this.show();
  }

  change(values, key) {
    this.move(values);
    this.commit(key);
  }

  /** What is open: no step that can be undone. */
  view(values) {
    this.state = { ...this.state, ...values };
    this.address.replace(textsOf(this.state));
    this.show();
  }

  pick(at) {
    const { sources } = batchOf(this.state);
    this.go({ ...spotOf(this.state), z: sources[at] });
  }

  go(spot) {
    this.change(withSpot(this.state, spot), "");
  }

  step(by) {
    const { tab, group, page, axes, reach, bare } = this.state;
    this.state = { ...this.steps.go(by), tab, group, page, axes, reach, bare };
    this.address.push(textsOf(this.state));
    this.walk.leave();
    this.draw();
    this.show();
  }

  wentBack(texts) {
    if (!this.model) return;
    if (this.address.modelInUrl && this.address.modelInUrl !== this.model) return; // Streamlit runs the page with it
    this.state = stateOf(texts);
    this.steps.take(this.state, "");
    this.walk.leave();
    this.draw();
    this.show();
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !this.model) return;
    const { target } = event;
    if (target.closest?.("input:not([type=range]):not([type=checkbox]), textarea, select")) return;
    const letter = event.key.toLowerCase();
    const by = letter === "z" ? (event.shiftKey ? 1 : -1) : letter === "y" ? 1 : 0;
    if (!by || !(by < 0 ? this.steps.canUndo : this.steps.canRedo)) return;
    event.preventDefault();
    this.step(by);
  }

  // Showing

  /** Ask for the picture and the others. */
  draw() {
    this.firstDrawn = this.pictures.draw(this.state);
  }

  words() {
    const { seed, index, own, moves, y } = this.state;
    const moved = Object.entries(moves).filter(([, amount]) => amount)
      .map(([id, amount]) => `${this.directions.nameOf(id)} ${amount > 0 ? "plus" : "minus"} ${Math.abs(amount)}`);
    const what = own ? "Picture of a point that was found" : `Picture of sample ${index} of seed ${seed}`;
    const told = typeof y === "string" ? "with the attributes that were chosen" : `as ${this.data.classes[y] ?? `class ${y}`}`;
    return [what, ...(y === null ? [] : [told]), ...moved].join(", ");
  }

  show() {
    const { state, directions } = this;
    this.pictures.describe();
    this.bar.show(state, this.steps);
    this.bar.attributes.show(pointOf(spotOf(state)));
    this.moved.show(directions, state.moves);
    this.tabs.show(this.tabOf(state));
    this.place.classList.toggle("gx-own-pictures", ["attention", "styles", "stages"].includes(this.tabOf(state)));
    this.sliders.show(directions, state);
    this.walk.show(this.model, state, this.data.size);
    this.own.show(this.model, this.data);
    if (this.tabOf(state) === "styles") this.styles.show(this.model, spotOf(state), state);
    if (this.tabOf(state) === "stages") this.stages.show(this.model, pointOf(spotOf(state)));
    if (this.tabOf(state) === "attention") this.attention.show(this.model, pointOf(spotOf(state)), state.place);
    this.showPad();
    this.look();
  }

  /** The tool that is open: another where the one in the link is not offered. */
  tabOf({ tab }) {
    return this.offers(tab) ? tab : "sliders";
  }

  /** Whether the model has what a tool is for: of what draws no pictures, none can be searched for. */
  offers(tab) {
    return { own: this.data.pictures, attention: this.data.attention, styles: this.data.styles, stages: this.data.stages }[tab] ?? true;
  }

  showPad() {
    if (this.state.tab === "pad" && (this.directions.ready || this.state.axes.length === 2)) {
      this.pad.show(this.model, this.directions, this.state, this.padEdge);
    }
  }

  look() {
    const { points, at } = batchOf(this.state);
    this.beside.look(this.model, points, at, this.data);
  }

  /** The large picture as large as can be; the rest is for the tools. */
  fit() {
    const width = this.place.clientWidth;
    if (!width || !this.model) return;
    const narrow = width < 800;
    this.place.classList.toggle("gx-narrow", narrow);
    const edge = this.pictures.fit(this.place, narrow);
    const rest = narrow ? width : width - edge - 32;
    this.padEdge = Math.floor(Math.max(220, Math.min(rest, 378)) / 7) * 7;
    this.showPad();
  }

  close() {
    this.address.close();
    for (const part of [this.pictures, this.bar, this.pad, this.walk, this.own, this.attention, this.styles, this.stages, this.beside]) part.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
    document.removeEventListener("keydown", this.onKey);
    this.place.replaceChildren();
  }
}

export const mount = mounting("latent", Latent);
