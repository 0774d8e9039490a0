// The playground: G learns points in the plane while D tells them apart. The server computes, a few steps at a time and
// only while it is asked; this draws. All that is set lies in the URL, so that a link begins the same game.

import { Address } from "../shared/address.js";
import { make } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";
import { readTheme } from "../shared/plotting.js";
import { Bar } from "./bar.js";
import { follow, restart } from "./games.js";
import { Keeper } from "./keep.js";
import { Notice } from "./notice.js";
import { Player } from "./play.js";
import { Layers, SettingsForm, Shapes } from "./settings.js";
import { layOut } from "./layout.js";
import { Rules, SHARED, pointsOf } from "./state.js";
import { Sketch } from "./sketch.js";
import { Story, lookOf, perform } from "./story.js";
import { Tabs } from "../shared/tabs.js";

const BOUNDED = { gradient_penalty: 0.1, d_steps: 5 }; // what a Wasserstein critic needs

class Playground {
  place; root; cards; second; lit; beginning; eager; control; shapes; state; address; rules; notice; keeper; player;
  sketch; bar; form; layers; tabs; story; onSize; onKey;

  constructor(place, root) {
    Object.assign(this, { place, root, cards: [], second: false, lit: true, beginning: 0, eager: false, control: new AbortController() });
    place.replaceChildren();
  }

  update({ data }) {
    if (!this.rules) this.begin(data);
    const theme = readTheme(this.place, data.palette);
    const key = JSON.stringify(theme);
    if (key === this.themeKey) return;
    this.themeKey = key;
    this.theme = theme;
    for (const [role, color] of Object.entries(theme.colors)) this.place.style.setProperty(`--gx-${role}`, color);
    this.colors = { ...theme.colors, background: theme.background };
    this.shapes.colors = this.colors;
    this.shapes.draw();
    for (const card of this.cards) card.paint(this.colors, theme);
  }

  begin(data) {
    this.rules = new Rules(data.settings, data.smoothable, data.need_bounded_slope, data.most_drawn);
    this.player = new Player(this);
    this.keeper = new Keeper(this);
    this.notice = new Notice(this.player);
    this.shapes = new Shapes(data.shapes, (shape) => this.pick(shape));
    this.story = new Story((story) => this.tell(story), (act) => perform(act, this));
    this.form = new SettingsForm(this.rules, data, {
      onChange: (changes) => this.choose(changes), onWhich: (second) => { this.second = second; this.render(); } });
    this.layers = new Layers((layer, on) => this.set({ hide: [...this.state.hide.filter((one) => one !== layer), ...(on ? [] : [layer])] }));
    this.tabs = new Tabs("playground", "Beside the picture", (tab) => this.set({ story: tab === "story" ? this.told ?? 1 : null }));
    this.tabs.set({ story: { name: "The story", panel: this.story.element }, settings: { name: "Settings", panel: this.form.element } });
    this.sketch = new Sketch(data.most_drawn, (drawing) => this.drawn(drawing), () => this.render());
    this.bar = new Bar(this);
    this.games = make("div", { class: "gx-games" });
    this.side = make("aside", { class: "gx-panel gx-side" }, this.tabs.element, this.story.element, this.form.element);
    this.place.append(this.bar.element, this.sketch.element, make("div", { class: "gx-body" },
      make("div", { class: "gx-rail" }, this.shapes.element, this.layers.element), this.games, this.side, this.notice.element));
    this.address = new Address("playground", this.rules.names, (texts) => this.back(texts));
    this.state = this.rules.read(this.address.start(null));
    this.address.replace(this.rules.texts(this.state));
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey);
    this.place.addEventListener("click", ({ detail, target }) => { // by mouse: then space plays, and presses it not again
      if (detail) target.closest("button, input[type=checkbox]")?.blur();
    }, { signal: this.control.signal });
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.place);
    this.onSize = () => this.fit();
    window.addEventListener("resize", this.onSize);
    this.shapes.load(this.root, this.control.signal).catch(() => {});
    this.render();
    this.restart(true);
  }

  // What is set

  /** Change what is set; a step that Back undoes, or with ``quiet`` none of its own. */
  set(changes, quiet = false) {
    Object.assign(this.state, changes);
    if (this.state.story) this.told = this.state.story;
    this.address[quiet ? "replace" : "push"](this.rules.texts(this.state));
    this.render();
  }

  /** A person chose settings of the game that is being set; with ``alone`` the second game stays as it is set. */
  choose(changes, alone = false) {
    const more = { ...changes };
    const before = this.wanted()[this.second ? 1 : 0];
    const bounded = before.gradient_penalty || before.clip;
    if (this.rules.boundless.includes(changes.loss) && !bounded) {
      Object.assign(more, BOUNDED);
      this.say("This loss needs a D of bounded slope that is ahead of G: gradient penalty 0.1 and k = 5 were set too.");
    }
    let { config, beside } = this.state;
    const [, other] = this.wanted();
    const differs = ([name, value]) => !SHARED.includes(name) && value !== config[name];
    const differing = (game) => Object.fromEntries(Object.entries(game).filter(differs));
    if (this.second && beside) beside = differing(this.rules.fitting({ ...other, ...more }));
    else {
      config = this.rules.fitting({ ...config, ...more });
      if (alone && beside) beside = differing(other);
    }
    this.set({ config, beside });
    return this.follow();
  }

  back(texts) {
    this.state = this.rules.read(texts);
    this.render();
    this.follow();
  }

  /** The settings of each game there is to be. */
  wanted() {
    return [this.state.config, this.rules.besideOf(this.state)].filter(Boolean);
  }

  follow() {
    return follow(this);
  }

  restart(kept = false) {
    return restart(this, kept);
  }

  // What can be done

  toggle() {
    if (this.player.playing) this.pause();
    else if (this.ready) this.player.start();
    else { // torch may still be loading
      this.eager = true;
      this.say("It plays as soon as it is loaded.");
      if (!this.beginning) this.restart();
    }
  }

  pause() {
    this.player.stop();
    this.keeper.keep();
  }

  get ready() {
    return this.cards.length > 0 && this.cards.every(({ game }) => game.frame);
  }

  async step(action, steps = 1) {
    if (!this.ready) return;
    this.player.stop();
    this.say("");
    await this.notice.guarded(() => this.player.all(steps, action, true));
    this.keeper.keep();
  }

  runSome(steps) {
    if (this.ready) this.player.start(this.cards[0].game.frame.row[0] + steps);
  }

  newSeed() {
    this.set({ config: { ...this.state.config, seed: Math.floor(Math.random() * 1_000_000) } });
    return this.restart();
  }

  compare() {
    this.set({ beside: this.state.beside ? null : {} });
    this.second = this.state.beside !== null;
    if (this.second) {
      this.set({ story: null }, true);
      this.say("Both begin again from the same seed. Now set game B otherwise.");
      return this.restart();
    }
    this.keepOnly(this.cards[0]);
    this.render();
    this.fit();
    return this.keeper.remember();
  }

  /** A remedy of the doctor's: the sick game goes on with it, or a second one begins with it beside the sick one. */
  async cure(card, { changes, goes_on: goesOn, name }) {
    this.second = card !== this.cards[0];
    if (goesOn) await this.choose(changes, true);
    else {
      this.set({ beside: this.second ? { ...this.state.beside, ...changes } : changes, story: null });
      await this.restart();
    }
    this.say(goesOn ? `It goes on with ${name}.` : `Begun anew, from the same seed: B with ${name}.`);
    if (this.ready) this.player.start();
  }

  /** Leave one game alone on the page. */
  keepOnly(card) {
    for (const other of this.cards) if (other !== card) other.close();
    this.cards = [card];
    this.second = false;
    this.games.replaceChildren(card.element);
    this.sketch.attach(card.plane);
  }

  pick(shape) {
    if (shape === "drawing") {
      this.player.stop();
      this.sketch.begin(pointsOf(this.state.config.drawing));
      this.render();
      return;
    }
    this.sketch.end();
    this.set({ config: { ...this.state.config, data: shape } });
    this.follow();
  }

  drawn(drawing) {
    const config = { ...this.state.config, drawing, data: drawing ? "drawing" : this.state.config.data };
    if (!drawing) return;
    this.set({ config });
    this.restart();
  }

  // What is shown

  /** A step of the story; what it speaks of is lit until the game is played. */
  tell(story) {
    this.lit = true;
    this.set({ story });
  }

  render() {
    const { state, cards } = this;
    const wanted = this.wanted();
    this.bar.show(state, this.player.playing);
    this.bar.element.hidden = this.sketch.active; // drawing has a row of its own in its place
    this.shapes.show(this.sketch.active ? "drawing" : state.config.data, pointsOf(state.config.drawing));
    this.form.show(wanted[this.second ? 1 : 0] ?? state.config, wanted.length > 1 ? this.second : null);
    this.layers.show(state.hide);
    this.tabs.show(state.story === null ? "settings" : "story");
    this.story.show(state.story ?? this.told ?? 1);
    const only = this.lit ? lookOf(state.story) : null;
    const differs = Object.entries(state.beside ?? {}).map(([name, value]) => `${this.rules.shortOf(name)} ${value}`);
    cards.forEach(({ plane }, at) => {
      cards[at].call(cards.length < 2 ? "" : at ? `B: ${differs.join(", ") || "the same settings"}` : "A");
      Object.assign(plane, { hide: state.hide, only, sketch: at === 0 && this.sketch.active ? this.sketch : null });
      plane.draw();
    });
  }

  /** Playing began or ended. */
  changed() {
    if (this.player.playing) this.lit = false;
    this.render();
  }

  fit() {
    layOut(this);
  }

  /** In slow motion: whose turn it is. */
  doing(action) {
    this.say(action === "d" ? "D learns: only its map moves." : "G learns: only the fakes move, along the arrows.");
  }

  say(text) {
    this.notice.say(text);
  }

  key(event) {
    const into = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || this.sketch.active) return;
    if (into.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(into.tagName) && into.type !== "checkbox") return;
    const acts = { " ": () => this.toggle(), d: () => this.step("d"), g: () => this.step("g"), r: () => this.restart() };
    const act = acts[event.key.toLowerCase()];
    if (!act || (event.key === " " && /^(BUTTON|INPUT|SUMMARY|A)$/.test(into.tagName))) return;
    event.preventDefault();
    act();
  }

  close() {
    this.player?.stop();
    this.control.abort();
    this.keeper?.close();
    this.notice?.close();
    this.resized?.disconnect();
    window.removeEventListener("resize", this.onSize);
    window.removeEventListener("keydown", this.onKey);
    this.address?.close();
    this.sketch?.end();
    for (const card of this.cards) card.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("playground", Playground);
