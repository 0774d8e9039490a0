// The Latent page: one large picture, seven others under the same change, and what moves them.

import { Address } from "./address.js";
import { askJson, Decoder, Refused } from "./decoder.js";
import { save, scaleTo } from "./download.js";
import { make, setText } from "./format.js";
import { Bar } from "./latent_bar.js";
import { Beside } from "./latent_beside.js";
import { Own } from "./latent_own.js";
import { Pad } from "./latent_pad.js";
import { Directions, Moved, Names, Sliders } from "./latent_sliders.js";
import { batchOf, NAMES, spotOf, stateOf, Steps, textsOf, withSpot } from "./latent_state.js";
import { Walk } from "./latent_walk.js";
import { draw, picture, Sheet } from "./picture.js";
import { readTheme } from "./plotting.js";

const TABS = [["sliders", "Sliders"], ["pad", "Pad and map"], ["walk", "Walk"], ["own", "Your picture"]];
const ENLARGED = 1024; // pixels, about
const views = new WeakMap();

/** Called by Streamlit at the first mount and again when the data or the theme changes. */
export function mount(component, root) {
  const { parentElement } = component;
  const place = parentElement.querySelector(".gx-latent");
  let view = views.get(parentElement);
  if (!view || view.place !== place) {
    view?.close();
    view = new Latent(place, root);
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

class Latent {
  constructor(place, root) {
    Object.assign(this, { place, root, model: null, tiles: [] });
    this.decoder = new Decoder(root, { onTrouble: (text) => this.trouble(text) });
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
    this.canvas = picture("The picture, not drawn yet", { class: "gx-picture gx-large" });
    this.waiting = make("div", { class: "gx-waiting", role: "status" }, "Loading the model …");
    this.sheet = new Sheet("The same change on others", { columns: 8, onPick: (at) => this.pick(at) });
    this.problem = make("p", { class: "gx-trouble", role: "alert" });
    this.files = make("div", { class: "gx-row gx-files" }, "Download",
      this.fileButton("Picture", "At its own size, as PNG", () => this.download(1, false)),
      this.fileButton("Enlarged", "Each pixel enlarged to a sharp square, as PNG", () => this.download(scaleTo(this.size, ENLARGED), false)),
      this.fileButton("All eight", "The picture and the seven others, as PNG", () => this.download(scaleTo(this.size, 256), true)));
    this.bar = new Bar({
      onSample: (at) => this.change({ ...at, own: "" }, "sample"), onClass: (y) => this.change({ y }, "y"),
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
      onView: (view) => this.view(view), onTrouble: (text) => this.trouble(text),
    });
    this.walk = new Walk(this.root, {
      onKeep: () => this.change({ kept: [...this.state.kept, spotOf(this.state)] }, ""),
      onKept: (kept) => this.change({ kept }, ""), onGo: (spot) => this.go(spot), onView: (view) => this.view(view),
      onFrame: (pictures, at) => this.frame(pictures, at), onLeave: () => this.draw(),
    });
    this.own = new Own(this.root, {
      onFound: (z, y) => this.go({ z, moves: {}, psi: 1, shell: false, y }),
      classOf: () => (this.data.classes.length ? this.state.y ?? 0 : null),
    });
    this.beside = new Beside(this.root, () => this.wish({ prepare: this.model }));
    this.tabs = make("div", { class: "gx-tabs", role: "tablist", "aria-label": "Tools" });
    this.panels = { sliders: this.sliders, pad: this.pad, walk: this.walk, own: this.own };
    for (const [id, name] of TABS) this.tabs.append(this.tab(id, name));
    const panels = Object.entries(this.panels).map(([id, { element }]) => {
      for (const [name, value] of Object.entries({ role: "tabpanel", id: `gx-latent-${id}`, "aria-label": id })) {
        element.setAttribute(name, value);
      }
      return element;
    });
    this.large = make("div", { class: "gx-large-place" }, this.canvas, this.waiting);
    this.left = make("div", { class: "gx-left" }, this.large, this.sheet.element, this.files, this.problem);
    this.right = make("div", { class: "gx-right" }, this.bar.element, this.tabs,
      make("div", { class: "gx-tools" }, ...panels), this.moved.element, this.beside.element);
    this.place.replaceChildren(make("div", { class: "gx-columns" }, this.left, this.right));
  }

  tab(id, name) {
    const button = make("button", { type: "button", role: "tab", "aria-controls": `gx-latent-${id}` }, name);
    button.dataset.tab = id;
    button.addEventListener("click", () => this.view({ tab: id }));
    button.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = TABS[(TABS.findIndex(([one]) => one === id) + by + TABS.length) % TABS.length][0];
      this.view({ tab: next });
      this.tabs.querySelector(`[data-tab="${next}"]`).focus();
    });
    return button;
  }

  fileButton(name, about, onClick) {
    const button = make("button", { type: "button", class: "gx-button gx-small", title: about }, name);
    button.addEventListener("click", onClick);
    return button;
  }

  // From Streamlit

  update({ data, setTriggerValue }) {
    this.wish = (wish) => setTriggerValue("wish", { ...wish, at: Date.now() });
    const same = data.model === this.model;
    this.data = data;
    this.size = data.size;
    this.place.style.setProperty("--gx-d", readTheme(this.place, data.palette).colors.d);
    if (same) this.look(); // the training pictures may have been prepared
    else this.open(data.model);
  }

  open(model) {
    const first = this.model === null;
    this.model = model;
    this.decoder.model = model;
    this.state = stateOf(this.address.start(model));
    this.steps = new Steps(this.state);
    this.directions = new Directions(this.data, new Names(model));
    this.bar.setClasses(this.data.classes);
    this.waiting.hidden = false;
    this.waiting.textContent = "Loading the model …";
    if (!first) this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.fit();
    this.draw(); // before all else is asked for
    this.show();
    this.findDirections(model);
  }

  async findDirections(model) {
    await this.firstDrawn; // the picture comes first
    try {
      const { directions } = await askJson(this.root, model, "directions");
      if (model !== this.model) return;
      this.directions.found = directions;
      this.show();
    } catch (error) {
      if (model !== this.model) return;
      this.trouble(error instanceof Refused ? error.message : "The server does not answer; load the page again.");
    }
  }

  // Changes

  /** While something is dragged. */
  move(values) {
    this.state = { ...this.state, ...values };
    this.walk.leave();
    this.draw();
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

  /** Ask for the picture and the others; the newest wish wins. Nothing else is touched here: it happens at each move. */
  draw() {
    const { points, at } = batchOf(this.state);
    this.firstDrawn = new Promise((resolve) => {
      this.decoder.want(points, (pictures) => {
        if (!this.waiting.hidden) this.waiting.hidden = true;
        if (!this.walk.shown) draw(this.canvas, pictures, at);
        if (this.tiles.length !== pictures.count) this.lay(pictures);
        else this.tiles.forEach((tile, number) => draw(tile, pictures, number));
        resolve();
      });
    });
  }

  /** The first pictures: a tile for each, and what they are called. */
  lay(pictures) {
    this.sheet.show(pictures, (number) => `Picture ${number + 1} of these eight, under the same change`);
    this.tiles = this.sheet.tiles.map((tile) => tile.firstChild);
    this.describe();
  }

  /** What is to be seen, in words; once a change is done. */
  describe() {
    const { at } = batchOf(this.state);
    this.sheet.tiles.forEach((tile, number) => tile.setAttribute("aria-pressed", String(number === at)));
    if (!this.walk.shown) this.canvas.setAttribute("aria-label", this.words());
  }

  words() {
    const { seed, index, own, moves, y } = this.state;
    const moved = Object.entries(moves).filter(([, amount]) => amount)
      .map(([id, amount]) => `${this.directions.nameOf(id)} ${amount > 0 ? "plus" : "minus"} ${Math.abs(amount)}`);
    const what = own ? "Picture of a point that was found" : `Picture of sample ${index} of seed ${seed}`;
    return [what, ...(y === null ? [] : [`as ${this.data.classes[y] ?? `class ${y}`}`]), ...moved].join(", ");
  }

  frame(pictures, at) {
    draw(this.canvas, pictures, at);
    this.canvas.setAttribute("aria-label", "A picture of the walk");
  }

  show() {
    const { state, directions } = this;
    this.describe();
    this.bar.show(state, this.steps);
    this.moved.show(directions, state.moves);
    for (const button of this.tabs.children) {
      const open = button.dataset.tab === state.tab;
      button.setAttribute("aria-selected", String(open));
      button.tabIndex = open ? 0 : -1;
      this.panels[button.dataset.tab].element.hidden = !open;
    }
    this.sliders.show(directions, state);
    this.walk.show(this.model, state, this.size);
    this.own.show(this.model, this.data);
    this.showPad();
    this.look();
  }

  showPad() {
    if (this.state.tab === "pad" && (this.directions.found || this.state.axes.length === 2)) {
      this.pad.show(this.model, this.directions, this.state, this.padEdge);
    }
  }

  look() {
    const { points, at } = batchOf(this.state);
    this.beside.look(this.model, points, at, this.data);
  }

  trouble(text) {
    setText(this.problem, text);
    if (text) this.waiting.textContent = "";
  }

  /** The large picture in whole pixels of the screen for each of its own, as large as width and height allow. */
  fit() {
    const width = this.place.clientWidth;
    if (!width || !this.size) return;
    const narrow = width < 800;
    this.place.classList.toggle("gx-narrow", narrow);
    const top = this.place.getBoundingClientRect().top + window.scrollY;
    const below = 150; // the others and the downloads
    const room = narrow ? Math.min(width, Math.max(220, window.innerHeight * 0.36)) : Math.min(width * 0.5, Math.max(260, window.innerHeight - Math.min(top, 240) - below));
    const ratio = window.devicePixelRatio || 1;
    const times = Math.max(1, Math.floor((room * ratio) / this.size));
    const edge = (times * this.size) / ratio;
    this.left.style.width = `${edge}px`;
    this.large.style.height = `${edge}px`;
    const rest = narrow ? width : width - edge - 32;
    this.padEdge = Math.floor(Math.max(220, Math.min(rest, 378)) / 7) * 7;
    if (this.model) this.showPad();
  }

  // Files

  async download(scale, all) {
    const { points, at } = batchOf(this.state);
    const name = `${this.model}-${this.state.own ? "found" : `${this.state.seed}-${this.state.index}`}`.replace("@", "-");
    try {
      const wish = all ? { points, scale, columns: 4 } : { points: [points[at]], scale };
      await save(this.root, this.model, "png", wish, all ? `${name}-and-others` : name);
    } catch (error) {
      this.trouble(error instanceof Refused ? error.message : "The server does not answer; try again.");
    }
  }

  close() {
    this.decoder.close();
    this.address.close();
    for (const part of [this.pad, this.walk, this.own, this.beside]) part.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
    document.removeEventListener("keydown", this.onKey);
    this.place.replaceChildren();
  }
}
