// Cards with charts that share a horizontal axis. They are drawn only when something changed and somebody can see it, and
// seldom enough to leave the computer free; the nodes stay, and with them zoom, hover and what the person hid.

import { HEIGHT, logTick, makeCard, paint } from "./chart_card.js";
import { ChartControls } from "./chart_controls.js";
import { ChartPointer } from "./chart_pointer.js";
import { X_AXES } from "./charts.js";
import { make, setText } from "./format.js";
import { Pace } from "./pace.js";
import { MARGIN, layoutOf, loadPlotly } from "./plotting.js";

/** What is drawn is the heir's: ``offered``, ``drawing`` and ``end``. */
export class ChartCards {
  chartsOf; x; decay; zoom; onChoice; source; timer;

  /**
   * ``chartsOf(display)`` gives the charts of what is described; ``axes``: those of X_AXES to choose from; ``onClick(x)``, if
   * given, hears of clicks in a chart.
   */
  constructor(root, chartsOf, axes, onClick = /** @type {((x: number) => void) | null} */ (null)) {
    Object.assign(this, { chartsOf, x: axes[0], decay: 0.9, zoom: null });
    this.pace = new Pace();
    this.xRevision = this.yRevision = 0; // grow when what Plotly remembers of a zoom no longer holds
    this.dirty = new Set();
    this.visible = new Set();
    this.cards = [];
    this.wanted = {}; // by chart: the view that the person chose
    this.bar = new ChartControls(axes, this.decay, { axis: (id) => this.chooseAxis(id), decay: (amount) => this.smooth(amount),
      whole: () => this.forgetZoom() });
    this.controls = this.bar.element;
    this.markAxis();
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
    this.pointer = new ChartPointer(this.element, (share) => onClick?.(this.range[0] + share * (this.range[1] - this.range[0])),
      () => this.schedule());
    loadPlotly(root).then((library) => {
      this.library = library;
      this.schedule();
    }, (error) => this.cards.forEach((card) => setText(card.title, error.message)));
  }

  /** Lay out the charts that a display describes, where they are others than before. */
  describe(display) {
    const key = JSON.stringify([display?.views, display?.series, display?.measures, display?.titles]);
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

  chooseAxis(id) {
    this.x = id;
    this.markAxis();
    this.forgetZoom();
  }

  smooth(amount) {
    this.decay = amount;
    this.redraw();
  }

  markAxis() {
    this.bar.mark(this.x);
  }

  /** A line's name hides it and shows it again; the choice of a view, and of a log scale. */
  listenTo(card) {
    for (const { name, button, ramp } of card.legend) {
      if (!ramp) button.addEventListener("click", () => {
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
    this.pace.hurry();
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
    for (const card of this.cards) card.legend.forEach((line) => paint(line, theme));
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
    if (this.pointer.dragging) return; // a drawing would take the zoom frame out of the person's hand
    if (![...this.dirty].some((card) => this.visible.has(card))) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.pointer.dragging) this.draw();
    }, this.pace.wait);
  }

  draw() {
    const started = performance.now();
    this.bar.whole.hidden = !this.zoom;
    for (const card of this.dirty) {
      if (!this.visible.has(card)) continue;
      this.dirty.delete(card);
      this.drawCard(card);
    }
    this.element.dataset.drawMs = this.pace.ended(started).toFixed(1);
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
      yRange: view.shares ? [0, 1.02] : null, levels: [], marks: [], oneAtATime: view.many, ...special, log,
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
    this.pointer.close();
    this.cards.forEach((card) => this.library?.purge(card.plot));
    this.library = null;
  }
}
