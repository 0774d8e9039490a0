// Cards with charts that share a horizontal axis. They are drawn only when something changed and somebody can see it, and
// seldom enough to leave the computer free; the nodes stay, and with them zoom, hover and what the person hid.

import { SEE_LATER, WAITING, X_AXES } from "./charts.js";
import { make, setText } from "./format.js";
import { MARGIN, layoutOf, loadPlotly } from "./plotting.js";

const LEAST_PAUSE_MS = 250; // at most four drawings a second, and
const MOST_PAUSE_MS = 1000; // at least one where there is something new, though it then take
const SHARE = 10; // more than a tenth of the time
const HEIGHT = 196;
const STILL = 4; // pixels that a pointer may move in a click

/** What is drawn is the heir's: ``offered``, ``drawing`` and ``end``. */
export class ChartCards {
  chartsOf; x; decay; zoom; onClick; dragging; pause; drawnAt; took; onChoice; source; timer;

  /**
   * ``chartsOf(display)`` gives the charts of what is described; ``axes``: those of X_AXES to choose from; ``onClick(x)``, if
   * given, hears of clicks in a chart.
   */
  constructor(root, chartsOf, axes, onClick = null) {
    Object.assign(this, { chartsOf, x: axes[0], decay: 0.9, zoom: null, onClick, dragging: false, pause: LEAST_PAUSE_MS, drawnAt: 0, took: [] });
    this.xRevision = this.yRevision = 0; // grow when what Plotly remembers of a zoom no longer holds
    this.dirty = new Set();
    this.visible = new Set();
    this.cards = [];
    this.wanted = {}; // by chart: the view that the person chose
    this.controls = this.makeControls(axes);
    this.list = make("div", { class: "gx-cards" });
    this.element = make("section", { class: "gx-curves", "aria-label": "Curves" }, this.controls, this.list);
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const card = this.cards.find((one) => one.element === entry.target);
        if (entry.isIntersecting) this.visible.add(card);
        else this.visible.delete(card);
      }
      this.schedule();
    });
    this.sized = new ResizeObserver(() => this.redraw());
    this.sized.observe(this.element);
    this.onShown = () => this.schedule();
    document.addEventListener("visibilitychange", this.onShown);
    this.element.addEventListener("pointerdown", (event) => this.pressed(event));
    this.onReleased = (event) => this.released(event);
    window.addEventListener("pointerup", this.onReleased);
    window.addEventListener("pointercancel", this.onReleased);
    loadPlotly(root).then((library) => {
      this.library = library;
      this.schedule();
    }, (error) => this.cards.forEach((card) => setText(card.title, error.message)));
  }

  /** Lay out the charts that a display describes, where they are others than before. */
  describe(display) {
    const key = JSON.stringify([display?.views, display?.series, display?.measures]);
    if (key === this.described) return;
    this.described = key;
    const before = new Map(this.cards.map((card) => [card.chart.id, card]));
    for (const card of this.cards) {
      this.seen.unobserve(card.element);
      this.library?.purge(card.plot);
    }
    this.visible.clear();
    this.dirty.clear();
    this.cards = this.chartsOf(display).map((chart) => makeCard(chart, before.get(chart.id)));
    this.list.replaceChildren(...this.cards.map((card) => card.element));
    for (const card of this.cards) {
      this.listenTo(card);
      this.seen.observe(card.element);
    }
    if (this.theme) this.setTheme(this.theme);
  }

  /** Whether there is something to show for a view. */
  offered(_view) {
    return false;
  }

  /**
   * What to draw for ``card.view``.
   * @returns {{ title: string | null, traces: any[], options: Record<string, any> }}
   */
  drawing(_card, _width) {
    throw new Error("An heir says what is drawn.");
  }

  /** Where the horizontal axis ends. */
  end() {
    return 0;
  }

  makeControls(axes) {
    this.axes = axes.map((id) => {
      const button = make("button", { type: "button", class: "gx-button", "data-x": id }, X_AXES[id].label);
      button.addEventListener("click", () => this.chooseAxis(id));
      return button;
    });
    this.markAxis();
    const smoothing = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: this.decay });
    const amount = make("output", {}, this.decay.toFixed(2));
    smoothing.addEventListener("input", () => {
      this.decay = Number(smoothing.value);
      amount.textContent = this.decay.toFixed(2);
      this.redraw();
    });
    this.whole = make("button", { type: "button", class: "gx-button gx-whole", title: "or double-click a chart", hidden: "" }, "Whole run");
    this.whole.addEventListener("click", () => this.forgetZoom());
    return make("div", { class: "gx-controls" },
      make("span", { class: "gx-segments", role: "group", "aria-label": "Horizontal axis" }, ...this.axes),
      make("label", {}, "smoothing", smoothing, amount), this.whole);
  }

  chooseAxis(id) {
    this.x = id;
    this.markAxis();
    this.forgetZoom();
  }

  markAxis() {
    this.axes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.x === this.x)));
  }

  /** A line's name hides it and shows it again; the choice of a view, and of a log scale. */
  listenTo(card) {
    for (const { name, button } of card.legend) {
      button.addEventListener("click", () => {
        if (!card.hidden.delete(name)) card.hidden.add(name);
        button.setAttribute("aria-pressed", String(!card.hidden.has(name)));
        this.drawSoon(card);
      });
    }
    card.choice.addEventListener("change", () => {
      this.wanted[card.chart.id] = card.choice.value;
      this.onChoice?.(card);
      this.drawSoon(card);
    });
    card.logBox.addEventListener("change", () => {
      card.log[card.view.id] = card.logBox.checked;
      this.drawSoon(card);
    });
  }

  drawSoon(card) {
    this.dirty.add(card);
    this.drawnAt = 0;
    this.schedule();
  }

  forgetZoom() {
    this.clear();
    this.redraw();
  }

  clear() {
    this.zoom = null;
    this.xRevision += 1;
    this.yRevision += 1;
  }

  setTheme(theme) {
    this.theme = theme;
    for (const { role, dash, sample } of this.cards.flatMap((card) => card.legend)) {
      const dashed = (dash ?? theme.dashes[role]) !== "solid";
      sample.style.borderTop = `3px ${dashed ? "dashed" : "solid"} ${theme.colors[role]}`;
    }
    this.redraw();
  }

  /** New points of curves, or new measures: draw the charts that show them. */
  grew({ rows, measures, events }) {
    for (const card of this.cards) {
      if (events || (rows && card.view.columns) || measures) this.dirty.add(card);
    }
    this.schedule();
  }

  redraw() {
    this.cards.forEach((card) => this.dirty.add(card));
    this.schedule();
  }

  schedule() {
    if (this.timer || !this.library || !this.theme || !this.source || document.hidden) return;
    if (this.dragging) return; // a drawing would take the zoom frame out of the person's hand
    if (![...this.dirty].some((card) => this.visible.has(card))) return;
    const wait = Math.max(0, this.drawnAt + this.pause - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.dragging) this.draw();
    }, wait);
  }

  draw() {
    const started = performance.now();
    this.whole.hidden = !this.zoom;
    for (const card of this.dirty) {
      if (!this.visible.has(card)) continue;
      this.dirty.delete(card);
      this.drawCard(card);
    }
    this.drawnAt = performance.now();
    this.took = [...this.took.slice(-4), this.drawnAt - started];
    const usual = Math.min(...this.took); // the longer ones were waiting for other programs
    this.pause = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, SHARE * usual));
    this.element.dataset.drawMs = usual.toFixed(1);
    this.schedule();
  }

  /** Settle which view is shown: the wanted one, or the first of which there is something to show. */
  settle(card) {
    const offered = card.chart.views.filter((view) => this.offered(view));
    const view = offered.find(({ id }) => id === this.wanted[card.chart.id]) ?? offered[0] ?? card.chart.views[0];
    const ids = offered.map(({ id }) => id).join();
    if (card.offers !== ids) {
      card.offers = ids;
      card.choice.hidden = offered.length < 2;
      card.choice.replaceChildren(...offered.map(({ id, label }) => make("option", { value: id }, label ?? id)));
    }
    card.choice.value = view.id;
    if (card.view !== view || card.key === null) {
      card.view = view;
      card.legend.forEach((line) => (line.button.hidden = line.view !== view || line.alone));
      card.logLabel.hidden = !["choice", "chosen"].includes(view.log);
    }
    const named = this.nameOf(view);
    setText(card.named, named);
    card.name.title = named ? `${named}. ${view.about}` : view.about;
  }

  drawCard(card) {
    this.settle(card);
    const { view } = card;
    const width = Math.floor(card.plot.clientWidth);
    if (!width) return;
    const { title, traces, options: special } = this.drawing(card, width);
    this.entitle(card, title);
    const canLog = special.canLog ?? true;
    card.logBox.disabled = !canLog;
    card.logLabel.title = canLog ? "" : "Some values are zero or negative, and a log scale cannot show those.";
    const wanted = card.log[view.id] ?? view.log === "chosen";
    card.logBox.checked = wanted;
    const log = view.log === "always" || (Boolean(view.log) && wanted && canLog);
    const options = {
      width, height: HEIGHT, xTitle: X_AXES[this.x].title, yTitle: "", percent: view.shares, fromZero: view.fromZero,
      yRange: view.shares ? [0, 1.02] : null, levels: [], marks: [], ...special, log,
      fixed: this.element.clientWidth < 520 || matchMedia("(pointer: coarse)").matches,
      xRevision: `${this.x} ${this.xRevision}`, yRevision: `${view.id} ${log} ${this.yRevision}`,
      empty: traces.every((trace) => !trace.x.length),
      logTick: log ? logTick([...traces.map(({ y }) => y), (special.levels ?? []).map(({ value }) => value)]) : null,
    };
    const range = this.range;
    this.place(card);
    const key = JSON.stringify([options, this.zoom, this.theme, this.decay > 0, [...card.hidden], traces.map(({ uid }) => uid)]);
    if (key === card.key) { // only the points are new: less work for Plotly than a whole layout
      const fresh = { x: traces.map((trace) => trace.x), y: traces.map((trace) => trace.y) };
      this.library.update(card.plot, fresh, this.zoom ? {} : { "xaxis.range": range });
      return;
    }
    card.key = key;
    const config = { displayModeBar: false, doubleClick: false, responsive: false };
    const drawn = this.library.react(card.plot, traces, layoutOf(this.theme, { ...options, range }), config);
    if (!card.listening) {
      card.listening = true;
      drawn.then(() => {
        card.plot.on?.("plotly_relayout", (change) => this.zoomed(change));
        card.plot.on?.("plotly_doubleclick", () => this.forgetZoom());
      });
    }
  }

  /** What a view's measure is called in full, where its chart's question does not say so. */
  nameOf(view) {
    const [newest] = this.source.measures.slice(-1);
    return [view.called, view.inFeatures ? newest?.features : null].filter(Boolean).join(", ");
  }

  entitle(card, title) {
    setText(card.title, title);
    card.title.title = title;
  }

  get range() {
    return this.zoom ?? [0, this.end() || 1];
  }

  /** A line across all charts at a place on the horizontal axis, or none: null. It moves without a drawing. */
  setCursor(at) {
    this.cursor = at;
    this.cards.forEach((card) => this.place(card));
  }

  place(card) {
    const at = this.cursor ?? NaN;
    const [from, to] = this.range;
    card.cursor.hidden = !(at >= from && at <= to);
    if (card.cursor.hidden) return;
    const inner = card.plot.clientWidth - MARGIN.l - MARGIN.r;
    card.cursor.style.transform = `translateX(${(MARGIN.l + ((at - from) / (to - from)) * inner).toFixed(1)}px)`;
  }

  pressed(event) {
    this.dragging = Boolean(event.target.closest(".gx-plot"));
    this.press = this.dragging && !event.button ? { x: event.clientX, y: event.clientY, plot: event.target.closest(".gx-plot") } : null;
  }

  released(event) {
    this.dragging = false;
    const { press } = this;
    this.press = null;
    this.schedule();
    if (!press || !this.onClick || event.type !== "pointerup") return;
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL) return;
    const box = press.plot.getBoundingClientRect();
    const share = (press.x - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
    const inside = press.y > box.top && press.y < box.bottom - MARGIN.b;
    const [from, to] = this.range;
    if (inside && share >= 0 && share <= 1) this.onClick(from + share * (to - from));
  }

  /** One chart was zoomed: the others follow along the horizontal axis. */
  zoomed(change) {
    if (change["xaxis.range[0]"] === undefined) return;
    this.zoom = [Number(change["xaxis.range[0]"]), Number(change["xaxis.range[1]"])];
    this.xRevision += 1;
    this.redraw();
  }

  close() {
    clearTimeout(this.timer);
    this.timer = null;
    this.seen.disconnect();
    this.sized.disconnect();
    document.removeEventListener("visibilitychange", this.onShown);
    window.removeEventListener("pointerup", this.onReleased);
    window.removeEventListener("pointercancel", this.onReleased);
    this.cards.forEach((card) => this.library?.purge(card.plot));
    this.library = null;
  }
}

/** Ticks of a log axis that neither crowd nor lack: at 1, 2 and 5 where the values span few powers of ten. */
function logTick(columns) {
  let low = Infinity;
  let high = 0;
  for (const values of columns) {
    for (const value of values) {
      if (value > 0 && value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!high) return 1; // nothing is drawn yet
  const decades = Math.log10(high / low);
  return decades < 0.5 ? "D1" : decades < 2.4 ? "D2" : Math.ceil((decades || 1) / 5);
}

/** A chart's card; what was hidden in the one before it, and its log scales, stay. */
function makeCard(chart, before) {
  const card = { chart, view: chart.views[0], hidden: before?.hidden ?? new Set(), log: before?.log ?? {}, key: null };
  card.legend = chart.views.flatMap((view) => (view.columns ?? view.measures).filter(({ name }) => name).map((line, _, lines) => {
    const sample = make("i", { "aria-hidden": "true" });
    const button = make("button", { type: "button", "aria-pressed": String(!card.hidden.has(line.name)),
      title: line.about || null }, sample, line.name);
    return { ...line, view, alone: lines.length < 2, sample, button };
  }));
  card.name = make("abbr", { tabindex: 0 }, chart.name);
  card.named = make("span", { class: "gx-named" });
  card.choice = make("select", { class: "gx-choice", "aria-label": `${chart.name}: what is shown`, hidden: "" });
  card.logBox = make("input", { type: "checkbox" });
  card.logLabel = make("label", { class: "gx-log", hidden: "" }, card.logBox, "log");
  card.kicker = make("div", { class: "gx-kicker" }, card.name, card.choice, card.named,
    ...card.legend.map(({ button }) => button), card.logLabel);
  card.title = make("h2", { class: "gx-title" }, card.view.measures ? SEE_LATER : WAITING);
  card.plot = make("div", { class: "gx-plot", style: `height:${HEIGHT}px` });
  card.cursor = make("div", { class: "gx-cursor", style: `top:${MARGIN.t}px;bottom:${MARGIN.b}px`, hidden: "" });
  card.element = make("article", { class: "gx-card", "data-chart": chart.id }, card.kicker, card.title,
    make("div", { class: "gx-plot-place" }, card.plot, card.cursor));
  return card;
}
