// The charts of one live run.

import { visit } from "../shared/address.js";
import { X_AXES, chartsOf, hasNumbers, saysProbability } from "../shared/charts.js";
import { ChartCards } from "../shared/chart_cards.js";
import { make } from "../shared/format.js";
import { thin } from "../shared/history.js";
import { bestOf } from "../shared/measures.js";
import { faded, literal, shade } from "../shared/plotting.js";

const SIGNS = { paused: "❚❚", resumed: "▶", rates: "◆", threads: "⇅", stopped: "■", finished: "✓", failed: "✕" };

const finite = (value) => (Number.isFinite(value) ? value : null); // in a file may be anything

export class Curves extends ChartCards {
  constructor(root) {
    super(root, chartsOf, ["step", "images_seen", "seconds"]);
    this.beside = make("a", { class: "gx-button gx-compare", target: "_self",
      title: "Compare its curves and pictures with those of other runs" }, "Compare with…");
    this.beside.addEventListener("click", (event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // a tab of its own
      event.preventDefault();
      visit(this.beside.href);
    });
    this.controls.append(this.beside);
    this.root = root;
  }

  compareWith(run) {
    this.beside.href = `${this.root}compare?runs=${run}`;
  }

  /** Take the run's data, by reference, and what the chart's words depend on. */
  set(source) {
    this.source = source;
    if (source.run.display) this.describe(source.run.display);
    this.redraw();
  }

  /** Before the first measure every view may still come. */
  offered(view) {
    const { measures } = this.source;
    return !measures.length || hasNumbers(view, measures);
  }

  drawing(card, width) {
    const { view } = card;
    const { run, history } = this.source;
    const probability = view.ofD && saysProbability(run);
    const options = { yTitle: literal(view.unit(run)), marks: this.marks(), levels: this.levels(view),
      canLog: !view.columns || view.log !== "choice" || view.columns.every(({ column }) => history.isPositive(column)) };
    if (probability) options.yRange = [-0.02, 1.02];
    for (const line of card.legend) if (line.field && line.view === view) line.button.hidden = line.alone || !this.offered({ measures: [line] });
    return { title: view.title(this.source), options,
      traces: view.columns ? this.curveTraces(card, width) : this.measureTraces(card) };
  }

  curveTraces({ view, hidden }, width) {
    const { history } = this.source;
    const xs = history.values(X_AXES[this.x].column);
    const buckets = Math.min(600, Math.max(100, width));
    const smooth = this.decay > 0 && !view.exact;
    const traces = [];
    for (const { name, column, role } of view.columns) {
      const color = this.theme.colors[role];
      const raw = thin(xs, history.values(column), this.zoom, smooth ? buckets / 2 : buckets);
      const line = smooth ? thin(xs, history.smoothed(column, this.decay), this.zoom, buckets / 2) : { x: [], y: [] };
      const shared = { type: "scatter", mode: "lines", name: literal(name), visible: !hidden.has(name) };
      traces.push({ ...shared, ...raw, uid: `${column} raw`, hoverinfo: smooth ? "skip" : "all",
        line: { width: smooth ? 1 : 1.5, color: smooth ? faded(color, 0.28) : color,
          dash: smooth ? "solid" : this.theme.dashes[role] } });
      traces.push({ ...shared, ...line, uid: column, line: { width: 2.2, color, dash: this.theme.dashes[role] } });
    }
    return traces;
  }

  /** The measures' lines, and a star where the checkpoint lies that is kept as the best. */
  measureTraces({ view, hidden }) {
    const { measures } = this.source;
    const { column } = X_AXES[this.x];
    const shared = { type: "scatter", hoverinfo: "all", cliponaxis: false }; // the newest lies on the frame
    const colorOf = ({ role, depth }) => (view.many ? shade(this.theme.colors[role], depth) : this.theme.colors[role]);
    const colors = view.measures.map(colorOf);
    const traces = view.measures.map(({ name, field, dash }, at) => ({
      ...shared, mode: "lines+markers", name: literal(name), uid: field, visible: !hidden.has(name),
      x: measures.map((measure) => measure[column]), y: measures.map((measure) => finite(measure[field])),
      line: { width: view.many ? 1.5 : 2.2, color: colors[at], dash: dash ?? "solid" }, marker: { size: view.many ? 3 : 5, color: colors[at] },
    }));
    if (view.many) return traces.map((trace) => ({ ...trace, hovertemplate: `${trace.name}: %{y}<extra></extra>` }));
    const best = bestOf(this.source);
    const { name, field } = view.measures.find((line) => line.selects) ?? view.measures[0];
    const shown = best && Number.isFinite(best[field]) && !hidden.has(name);
    traces.push({
      ...shared, mode: view.best ? "markers+text" : "markers", name: "best checkpoint", uid: "best", text: ["best"],
      x: shown ? [best[column]] : [], y: shown ? [best[field]] : [], textposition: "top center",
      textfont: { size: 12, color: this.theme.text }, hoverinfo: "skip",
      marker: { symbol: "star", size: 13, color: this.theme.text, line: { width: 1.5, color: this.theme.background } },
    });
    return traces;
  }

  /** Where D cannot tell, and what real pictures get. */
  levels(view) {
    const { run, measures } = this.source;
    if (view.ofD) {
      const { balance } = run.display ?? {};
      return Number.isFinite(balance) ? [{ value: balance }] : [];
    }
    const value = view.real ? measures[measures.length - 1]?.[view.real] : undefined;
    if (!Number.isFinite(value)) return [];
    return [{ value, role: "real", text: `real pictures ${view.words(value)}` }];
  }

  /** Events as marks on the horizontal axis; changes of rates, pauses and ends. */
  marks() {
    const { events, history } = this.source;
    return events.map((event) => ({ x: this.x === "images_seen" ? history.imagesAt(event.step) : event[this.x],
      sign: SIGNS[event.event] ?? "•", text: event.message || event.event }));
  }

  /** Where the run stands on the horizontal axis, which is the same in all charts. */
  end() {
    const { history, measures } = this.source;
    const { column } = X_AXES[this.x];
    return Math.max(history.last(column) || 0, measures.length ? measures[measures.length - 1][column] : 0);
  }
}
