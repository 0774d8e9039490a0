// The charts of a live run. They are drawn only when something changed and somebody can see it, and seldom enough to
// leave the computer free; the nodes stay, and with them zoom, hover and what the person hid in the legend.

import { CHARTS, SEE_LATER, TERMS, WAITING, X_AXES } from "./charts.js";
import { make, setText } from "./format.js";
import { thin } from "./history.js";
import { faded, layoutOf, loadPlotly } from "./plotting.js";

const LEAST_PAUSE_MS = 250; // at most four drawings a second, and
const MOST_PAUSE_MS = 1000; // at least one where there is something new, though it then take
const SHARE = 10; // more than a tenth of the time
const HEIGHT = 196;
const SIGNS = { paused: "❚❚", resumed: "▶", rates: "◆", stopped: "■", finished: "✓", failed: "✕" };

export class Curves {
  constructor(root) {
    this.x = "step";
    this.decay = 0.9;
    this.logLosses = false;
    this.zoom = null;
    this.xRevision = this.yRevision = 0; // grow when what Plotly remembers of a zoom no longer holds
    this.dragging = false;
    this.dirty = new Set();
    this.visible = new Set();
    this.pause = LEAST_PAUSE_MS;
    this.drawnAt = 0;
    this.took = [];
    this.cards = CHARTS.map((chart) => makeCard(chart));
    this.cards.forEach((card) => this.listenToLegend(card));
    this.controls = this.makeControls();
    this.element = make("section", { class: "gx-curves", "aria-label": "Curves" }, this.controls,
      make("div", { class: "gx-cards" }, ...this.cards.map((card) => card.element)));
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const card = this.cards.find((one) => one.element === entry.target);
        if (entry.isIntersecting) this.visible.add(card);
        else this.visible.delete(card);
      }
      this.schedule();
    });
    this.sized = new ResizeObserver(() => this.redraw());
    this.cards.forEach((card) => this.seen.observe(card.element));
    this.sized.observe(this.element);
    this.onShown = () => this.schedule();
    document.addEventListener("visibilitychange", this.onShown);
    this.element.addEventListener("pointerdown", (event) => (this.dragging = Boolean(event.target.closest(".gx-plot"))));
    this.onReleased = () => {
      this.dragging = false;
      this.schedule();
    };
    window.addEventListener("pointerup", this.onReleased);
    window.addEventListener("pointercancel", this.onReleased);
    loadPlotly(root).then((library) => {
      this.library = library;
      this.schedule();
    }, (error) => this.cards.forEach((card) => setText(card.title, error.message)));
  }

  makeControls() {
    const axes = Object.entries(X_AXES).map(([id, { label }]) => {
      const button = make("button", { type: "button", class: "gx-button", "aria-pressed": String(id === this.x) }, label);
      button.addEventListener("click", () => {
        this.x = id;
        axes.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
        this.forgetZoom();
      });
      return button;
    });
    const smoothing = make("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: this.decay });
    const amount = make("output", {}, this.decay.toFixed(2));
    smoothing.addEventListener("input", () => {
      this.decay = Number(smoothing.value);
      amount.textContent = this.decay.toFixed(2);
      this.redraw();
    });
    this.logBox = make("input", { type: "checkbox" });
    this.logBox.addEventListener("change", () => {
      this.logLosses = this.logBox.checked;
      this.forgetZoom();
    });
    this.logLabel = make("label", { class: "gx-log" }, this.logBox, "log");
    this.cards.find((card) => card.chart.logChoice).kicker.append(this.logLabel);
    this.whole = make("button", { type: "button", class: "gx-button gx-whole", title: "or double-click a chart", hidden: "" }, "Whole run");
    this.whole.addEventListener("click", () => this.forgetZoom());
    return make("div", { class: "gx-controls" },
      make("span", { class: "gx-segments", role: "group", "aria-label": "Horizontal axis" }, ...axes),
      make("label", {}, "smoothing", smoothing, amount), this.whole);
  }

  /** A line's name hides it and shows it again. */
  listenToLegend(card) {
    for (const { name, button } of card.legend) {
      button.addEventListener("click", () => {
        if (!card.hidden.delete(name)) card.hidden.add(name);
        button.setAttribute("aria-pressed", String(!card.hidden.has(name)));
        this.dirty.add(card);
        this.drawnAt = 0;
        this.schedule();
      });
    }
  }

  forgetZoom() {
    this.clear();
    this.redraw();
  }

  /** Take the run's data, by reference, and what the chart's words depend on. */
  set(source) {
    this.source = source;
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
      if (events || (rows && card.chart.columns) || (measures && card.chart.measures)) this.dirty.add(card);
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
    const canLog = this.allPositive(["d_loss", "g_loss"]);
    this.logBox.disabled = !canLog;
    this.logLabel.title = canLog ? "" : "Some losses are zero or negative, and a log scale cannot show those.";
    this.whole.hidden = !this.zoom;
    for (const card of this.dirty) {
      if (!this.visible.has(card)) continue;
      this.dirty.delete(card);
      this.drawCard(card, canLog);
    }
    this.drawnAt = performance.now();
    this.took = [...this.took.slice(-4), this.drawnAt - started];
    const usual = Math.min(...this.took); // the longer ones were waiting for other programs
    this.pause = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, SHARE * usual));
    this.element.dataset.drawMs = usual.toFixed(1);
    this.schedule();
  }

  drawCard(card, canLog) {
    const { chart } = card;
    setText(card.title, chart.title(this.source));
    card.title.title = card.title.textContent;
    const width = Math.floor(card.plot.clientWidth);
    if (!width) return;
    const traces = chart.columns ? this.curveTraces(card, width) : this.measureTraces(card);
    const log = chart.log || (chart.logChoice && this.logLosses && canLog);
    const shares = chart.shares ? [0, 1.02] : null;
    const probability = chart.id === "outputs" && this.source.run.display?.d_output !== "score";
    const balance = chart.id === "outputs" ? this.source.run.display?.balance : null;
    const empty = traces.every((trace) => !trace.x.length);
    const options = {
      width, height: HEIGHT, xTitle: X_AXES[this.x].title, yTitle: chart.unit(this.source.run), log,
      fixed: this.element.clientWidth < 520 || matchMedia("(pointer: coarse)").matches,
      xRevision: `${this.x} ${this.xRevision}`, yRevision: `${log} ${this.yRevision}`,
      yRange: shares ?? (probability ? [-0.02, 1.02] : null), percent: chart.shares, fromZero: chart.fromZero,
      levels: Number.isFinite(balance) ? [balance] : [], marks: this.marks(), empty,
    };
    const range = this.zoom ?? [0, this.end() || 1];
    const key = JSON.stringify([options, this.zoom, this.theme, this.decay > 0, [...card.hidden]]);
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

  curveTraces({ chart, hidden }, width) {
    const { history } = this.source;
    const xs = history.values(this.x);
    const buckets = Math.min(600, Math.max(100, width));
    const traces = [];
    for (const { name, column, role } of chart.columns) {
      const color = this.theme.colors[role];
      const smooth = this.decay > 0;
      const raw = thin(xs, history.values(column), this.zoom, smooth ? buckets / 2 : buckets);
      const line = smooth ? thin(xs, history.smoothed(column, this.decay), this.zoom, buckets / 2) : { x: [], y: [] };
      const shared = { type: "scatter", mode: "lines", name, visible: !hidden.has(name) };
      traces.push({ ...shared, ...raw, uid: `${column} raw`, hoverinfo: smooth ? "skip" : "all",
        line: { width: smooth ? 1 : 1.5, color: smooth ? faded(color, 0.28) : color,
          dash: smooth ? "solid" : this.theme.dashes[role] } });
      traces.push({ ...shared, ...line, uid: column, line: { width: 2.2, color, dash: this.theme.dashes[role] } });
    }
    return traces;
  }

  measureTraces({ chart, hidden }) {
    const { measures } = this.source;
    return chart.measures.map(({ name, field, role, dash, plain }) => ({
      type: "scatter", mode: plain ? "lines" : "lines+markers", name, uid: field, visible: !hidden.has(name),
      x: measures.map((measure) => measure[this.x]), y: measures.map((measure) => measure[field]),
      line: { width: 2.2, color: this.theme.colors[role], dash }, marker: { size: 5 },
    }));
  }

  /** Events as marks on the horizontal axis; changes of rates, pauses and ends. */
  marks() {
    const { events, history } = this.source;
    return events.map((event) => ({ x: this.x === "images_seen" ? history.imagesAt(event.step) : event[this.x],
      sign: SIGNS[event.event] ?? "•", text: event.message || event.event }));
  }

  allPositive(columns) {
    const { history } = this.source;
    this.checked = this.checked?.history === history && this.checked.length <= history.length ? this.checked
      : { history, length: 0, positive: true };
    for (const name of columns) {
      const values = history.values(name);
      for (let index = this.checked.length; index < values.length && this.checked.positive; index += 1) {
        if (values[index] <= 0) this.checked.positive = false;
      }
    }
    this.checked.length = history.length;
    return this.checked.positive;
  }

  /** Where the run stands on the horizontal axis, which is the same in all charts. */
  end() {
    const { history, measures } = this.source;
    return Math.max(history.last(this.x) || 0, measures.length ? measures[measures.length - 1][this.x] : 0);
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

function makeCard(chart) {
  const card = { chart, hidden: new Set() };
  card.legend = (chart.columns ?? chart.measures).map((line) => {
    const sample = make("i", { "aria-hidden": "true" });
    const button = make("button", { type: "button", "aria-pressed": "true", title: TERMS[line.name] ?? null }, sample, line.name);
    return { ...line, sample, button };
  });
  card.kicker = make("div", { class: "gx-kicker" }, make("abbr", { title: chart.about, tabindex: 0 }, chart.name),
    ...card.legend.map(({ button }) => button));
  card.title = make("h4", { class: "gx-title" }, chart.measures ? SEE_LATER : WAITING);
  card.plot = make("div", { class: "gx-plot", style: `height:${HEIGHT}px` });
  card.element = make("article", { class: "gx-card", "data-chart": chart.id }, card.kicker, card.title, card.plot);
  return card;
}
