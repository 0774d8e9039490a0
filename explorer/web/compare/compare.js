// Several runs over each other. One line brings the events of all; one moment, set by the slider or by a click in a curve,
// holds for all pictures and curves. What is chosen lies in the URL.

import { Address } from "../shared/address.js";
import { hearOfRuns } from "../shared/all_runs.js";
import { X_AXES } from "../shared/charts.js";
import { CompareCurves } from "./curves.js";
import { toldApart } from "./names.js";
import { Picker } from "./picker.js";
import { Pictures } from "./pictures.js";
import { Together } from "./stream.js";
import { ResultsTable, SettingsTable, settled } from "./tables.js";
import { count, duration, fixed, make, setText, stateWord, UNREAD } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";
import { Player } from "../shared/player.js";
import { readTheme } from "../shared/plotting.js";

const NAMES = ["runs", "x", "at", "show", "sort", "when"];
const LETTERS = "ABCDEF";
const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/;
const SHOW_MS = 250; // between two changes of the words
const REST = { x: "step", at: null, show: {}, sort: "", when: "best" };

class Compare {
  place; root; listed; tag; settings; most; curves; state; player; pictures; results; address; together; picker;
  table; sized; onShown;
  /** @type {Record<string, string>} */ dashes;

  constructor(place, root) {
    Object.assign(this, { place, root, listed: null });
  }

  update({ data }) {
    if (!this.curves) this.begin(data);
    const theme = readTheme(this.place, data.palette);
    const key = JSON.stringify(theme);
    if (key === this.themeKey) return;
    this.themeKey = key;
    this.dashes = theme.dashes;
    for (const [role, color] of Object.entries(theme.colors)) this.place.style.setProperty(`--gx-${role}`, color);
    this.curves.setTheme(theme);
    this.render();
  }

  begin({ settings, most }) {
    Object.assign(this, { settings, most });
    this.together = new Together(this.root, (source, news) => this.hear(source, news));
    this.picker = new Picker(this.root, most, (id, on) => this.pick(id, on));
    this.pictures = new Pictures(this.root);
    this.curves = new CompareCurves(this.root, {
      onClick: (at) => this.move(at, true),
      onAxis: (to, from) => this.turn(to, from),
      onChoice: () => this.set({ show: this.curves.choices }),
    });
    this.slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Moment of training" });
    this.newest = make("button", { type: "button", class: "gx-button" }, "Newest");
    this.moment = make("output", { class: "gx-moment" });
    this.player = new Player({
      start: () => this.index >= this.stops.length - 1 && this.move(this.stops[0] ?? null),
      next: () => {
        const more = this.index < this.stops.length - 1;
        if (more) this.move(this.stopAt(this.index + 1));
        else this.move(this.state.at, true);
        return more;
      },
    });
    this.slider.addEventListener("input", () => this.slide(false));
    this.slider.addEventListener("change", () => this.slide(true));
    this.newest.addEventListener("click", () => {
      this.player.stop();
      this.move(null, true);
    });
    this.bar = make("div", { class: "gx-bar" },
      make("div", { class: "gx-scrub" }, this.player.button, this.slider, this.newest, this.moment), this.curves.controls);
    this.results = new ResultsTable((wish) => this.set(wish));
    this.table = new SettingsTable(settings);
    this.body = make("div", { class: "gx-compared" }, this.bar,
      make("div", { class: "gx-body" }, this.pictures.element, this.curves.element), this.results.element, this.table.element);
    this.place.replaceChildren(this.picker.element, this.body);
    this.address = new Address("compare", NAMES, (texts) => this.open(texts));
    this.sized = new ResizeObserver(() => this.pictures.fit());
    this.sized.observe(this.place);
    this.open(this.address.start(null));
    this.address.replace(this.texts()); // so that the tab knows it, too, when it comes back
    this.deaf = hearOfRuns(this.root, (runs) => this.listen(runs));
  }

  // What is chosen

  /** Take what a URL says; what makes no sense there counts as not said. */
  open({ runs, x, at, show, sort, when }) {
    const slots = (runs ?? "").split(",").slice(0, this.most).map((id) => id || null);
    const place = at ? Number(at) : NaN; // a text, or nothing
    this.state = {
      slots: slots.map((id, index) => (slots.indexOf(id) === index ? id : null)),
      x: ["step", "epoch", "seconds"].includes(x) ? x : REST.x, at: Number.isFinite(place) && place >= 0 ? place : null,
      show: Object.fromEntries((show ?? "").split(",").map((pair) => pair.split(":")).filter(({ length }) => length === 2)),
      sort: sort ?? REST.sort, when: when ?? REST.when,
    };
    this.player.stop();
    this.curves.x = this.state.x;
    this.curves.markAxis();
    this.curves.clear();
    this.curves.choose(this.state.show);
    this.results.choose(this.state);
    this.follow();
  }

  texts() {
    const { slots, x, at, show, sort, when } = this.state;
    const kept = slots.slice(0, slots.findLastIndex((id) => id) + 1);
    return { runs: kept.map((id) => id ?? "").join(), x: x === REST.x ? null : x,
      at: at === null ? null : String(Number(at.toPrecision(6))), show: Object.entries(show).map((pair) => pair.join(":")).join(), sort, when: when === REST.when ? null : when };
  }

  set(changes) {
    Object.assign(this.state, changes);
    this.results.choose(this.state);
    this.address.push(this.texts());
    this.render();
  }

  pick(id, on) {
    const slots = [...this.state.slots];
    if (!on) slots[slots.indexOf(id)] = null;
    else if (!slots.includes(id)) {
      const free = Array.from({ length: this.most }, (_, index) => index).find((index) => !slots[index]);
      if (free === undefined) return;
      slots[free] = id;
    }
    this.state.slots = Array.from(slots, (one) => one ?? null);
    this.address.push(this.texts());
    this.follow();
  }

  follow() {
    const wanted = this.state.slots.filter((id) => id && ID.test(id));
    this.together.follow(wanted);
    this.render();
  }

  // The moment

  /** Where the slider can stop: wherever one of the runs has pictures. */
  get stops() {
    const { column } = X_AXES[this.state.x];
    return [...new Set(this.runs.flatMap(({ source }) => source.samples.map((row) => row[column] / this.curves.unitOf(source))))]
      .sort((one, other) => one - other);
  }

  get index() {
    const { at } = this.state;
    const { stops } = this;
    return at === null ? stops.length - 1 : Math.max(0, stops.findLastIndex((stop) => stop <= at * (1 + 1e-6)));
  }

  /** The last stop is the newest, whatever comes after it. */
  stopAt(index) {
    const { stops } = this;
    return index >= stops.length - 1 ? null : stops[index];
  }

  slide(done) {
    this.player.stop();
    this.move(this.stopAt(Number(this.slider.value)), done);
  }

  move(at, done = false) {
    this.state.at = at;
    if (done) this.address.push(this.texts());
    this.showMoment();
  }

  turn(to, from) {
    const { at } = this.state;
    this.state.x = to;
    this.state.at = at === null ? null : this.curves.translate(at, from, to);
    this.address.push(this.texts());
    this.showMoment();
  }

  showMoment() {
    const { at, x } = this.state;
    const { stops } = this;
    this.slider.max = String(Math.max(0, stops.length - 1));
    this.slider.value = String(Math.max(0, this.index));
    this.slider.disabled = this.player.button.disabled = stops.length < 2;
    this.newest.setAttribute("aria-pressed", String(at === null));
    const place = at ?? (stops.length ? this.curves.end() : NaN);
    const words = x === "seconds" ? duration(place) : `${x} ${x === "step" ? count(Math.round(place)) : fixed(place, 2)}`;
    setText(this.moment, words);
    this.slider.setAttribute("aria-valuetext", words);
    this.pictures.show(at, x, (source) => this.curves.unitOf(source));
    this.curves.setCursor(at);
  }

  // What is shown

  /** The chosen runs of which something is known: what all parts of the page are given. */
  get runs() {
    return this.chosen().filter(({ source, trouble }) => source?.told && !trouble);
  }

  chosen() {
    const chosen = this.state.slots.flatMap((id, index) => {
      if (!id) return [];
      const source = this.together.sources.get(id);
      const listed = this.listed?.find((run) => run.id === id);
      return [{ id, letter: LETTERS[index], role: `run${index}`, source, name: listed ? listed.name || listed.title : id,
        made: listed?.created_at, trouble: !ID.test(id) ? "This is not a run's id." : UNREAD.has(listed?.state) ? listed.message
          : source?.gone ? "This run is not here; it may have been deleted."
          : source?.told && !source.run.config ? "This run's settings cannot be read." : null }];
    });
    const names = toldApart(chosen);
    return chosen.map((run, index) => ({ ...run, name: names[index] }));
  }

  hear(source, news) {
    if (news && !source.gone && this.runs.some((run) => run.source === source)) {
      this.curves.grew(news);
      if (news.samples) this.showMoment();
      if (news.run) this.render();
      this.showing ??= setTimeout(() => {
        this.showing = null;
        this.renderWords();
      }, SHOW_MS);
    } else this.render();
  }

  render() {
    if (!this.dashes) return;
    const { runs } = this;
    this.body.hidden = !runs.length;
    const key = JSON.stringify(runs.map(({ id, letter, name }) => [id, letter, name]));
    this.pictures.set(runs);
    this.curves.set(runs);
    if (key !== this.runsKey) this.pictures.fit();
    this.runsKey = key;
    this.showMoment();
    this.renderWords();
  }

  renderWords() {
    const { runs } = this;
    const chosen = this.chosen();
    const { different, known } = settled(this.settings, runs);
    const about = (/** @type {{ id?: string }} */ { id }) => different.slice(0, 2).map(({ label, values }) =>
      `${label} ${values[known.findIndex((one) => one.id === id)]}`).join(" · ");
    this.picker.choose(chosen.map(({ source, ...run }) => ({ ...run, dash: this.dashes[run.role],
      state: run.trouble && !source?.gone ? "damaged" : source?.status.state,
      about: (source?.run.config && about(run)) || stateWord(source?.status.state) })));
    this.results.show(runs);
    this.table.show(runs);
    this.picker.note(this.remarks(runs, chosen));
  }

  remarks(runs, chosen) {
    if (this.listed && !this.listed.length && !chosen.length) {
      return ["There are no runs yet: train one first, then another with one setting changed."];
    }
    if (!chosen.length) return ["Choose two to six runs to compare."];
    const grouped = (of) => {
      const found = new Map();
      for (const run of runs) if (of(run)) found.set(of(run), [...(found.get(of(run)) ?? []), run.letter]);
      return found;
    };
    const listing = (groups) => [...groups].map(([what, letters]) => `${what} (${letters.join(", ")})`).join(", ");
    const data = grouped(({ source }) => source.run.data);
    const features = grouped(({ source }) => source.measures[source.measures.length - 1]?.features);
    return [
      chosen.length === 1 ? "Choose a second run to compare it with." : null,
      data.size > 1 ? `Different data: ${listing(data)}. Compare the shapes of the curves, not their values.` : null,
      features.size > 1 ? `Distances in other features do not compare: ${listing(features)}.` : null,
    ].filter(Boolean);
  }

  listen(runs) {
    this.listed = runs;
    this.together.know(runs);
    this.picker.know(runs);
    this.render();
  }

  close() {
    clearTimeout(this.showing);
    this.deaf?.();
    this.sized.disconnect();
    this.player.stop();
    this.together.close();
    this.pictures.close();
    this.curves.close();
    this.address.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("compare", Compare);
