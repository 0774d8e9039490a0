// The curves of several runs: one chart for each number, one line for each run.

import { ChartCards } from "../shared/chart_cards.js";
import { NOT_MEASURED, SEE_LATER, WAITING, X_AXES, chartsOf, hasNumbers, saysProbability, together } from "../shared/charts.js";
import { figure, fixed, make } from "../shared/format.js";
import { thin } from "../shared/history.js";
import { bestOf } from "../shared/measures.js";
import { literal } from "../shared/plotting.js";

const AXES = ["step", "epoch", "seconds"];

/** A view of a run's own chart as views of one of its lines each. */
function apart(view) {
  if (view.columns) {
    return view.columns.toReversed().map((line) => ({ ...view, id: line.column, field: line.column,
      label: line.short || line.name, columns: [line] }));
  }
  return view.measures.map((line) => ({ ...view, many: false, id: line.field, field: line.field, label: line.name, about: line.about,
    real: line.real, measures: [line] }));
}

/** The charts of what runs describe: measures first, then G before D. */
export function compared(display) {
  const charts = chartsOf(display).map((chart) => ({ ...chart, views: chart.views.flatMap(apart) }));
  const at = (/** @type {number} */ place) => charts.filter((chart) => chart.place === place);
  return [...at(1), ...at(0).toReversed(), ...at(2)];
}

const plain = (value) => (Math.abs(value) >= 0.01 && Math.abs(value) < 100 ? fixed(value, 2) : figure(value, 2));
const wordsOf = (view) => view.words ?? plain;
const finite = (value) => (Number.isFinite(value) ? value : null); // in a file may be anything

export class CompareCurves extends ChartCards {
  onAxis;

  constructor(root, { onClick, onAxis, onChoice }) {
    super(root, compared, AXES, onClick);
    Object.assign(this, { onAxis, onChoice, source: null });
  }

  /** ``runs``: [{ letter, role, name, source }], the sources by reference. */
  set(runs) {
    this.source = { runs };
    if (runs.length) this.describe(together(runs.map(({ source }) => source.run.display)));
    this.redraw();
  }

  chooseAxis(id) {
    const before = this.x;
    super.chooseAxis(id);
    this.onAxis?.(id, before);
  }

  /** Which views are wanted, by chart; the others are what the runs have numbers for. */
  choose(wanted) {
    this.wanted = { ...wanted };
    this.redraw();
  }

  get choices() {
    return { ...this.wanted };
  }

  offered(view) {
    const measures = this.source.runs.flatMap(({ source }) => source.measures);
    return !measures.length || hasNumbers(view, measures);
  }

  /** A place on the horizontal axis in a run's own count, and back. */
  unitOf(source, axis = this.x) {
    return X_AXES[axis].unit?.(source.run) ?? 1;
  }

  nameOf(view) {
    if (!view.inFeatures) return view.called ?? "";
    const { features } = this;
    return `${view.called}, ${features.length > 1 ? `${features.length} kinds of features` : features[0] ?? "features"}`;
  }

  /** What the runs are measured in, each kind once. */
  get features() {
    return [...new Set(this.source.runs.flatMap(({ source }) => source.measures.slice(-1).map(({ features }) => features)))];
  }

  drawing(card, width) {
    const { view } = card;
    const { runs } = this.source;
    const other = runs.find(({ source }) => !saysProbability(source.run));
    const options = { yTitle: literal(view.unit(other?.source.run ?? {})), levels: this.levels(view),
      canLog: !view.columns || runs.every(({ source }) => source.history.isPositive(view.field)) };
    if (view.ofD && !other) options.yRange = [-0.02, 1.02];
    const draw = (run) => (view.columns ? this.curve(run, view, width) : this.measured(run, view));
    return { title: null, options, traces: runs.flatMap(draw) };
  }

  shared({ letter, name, role }) {
    const { colors, dashes } = this.theme;
    return { type: "scatter", name: literal(`${letter} ${name.slice(0, 24)}`), line: { width: 2.2, color: colors[role], dash: dashes[role] } };
  }

  curve(run, view, width) {
    const { source } = run;
    const unit = this.unitOf(source);
    const values = this.valuesOf(source, view);
    if (!values.length) return []; // a run without this series
    const zoom = this.zoom && this.zoom.map((edge) => edge * unit);
    const line = thin(source.history.values(X_AXES[this.x].column), values, zoom, Math.min(300, Math.max(100, width / 2)));
    return [{ ...this.shared(run), mode: "lines", uid: source.id, x: line.x.map((x) => x / unit), y: line.y }];
  }

  valuesOf({ history }, { field, exact }) {
    return this.decay > 0 && !exact ? history.smoothed(field, this.decay) : history.values(field);
  }

  measured(run, view) {
    const { measures } = run.source;
    const place = (measure) => measure[X_AXES[this.x].column] / this.unitOf(run.source);
    const best = bestOf(run.source);
    const known = best && Number.isFinite(best[view.field]);
    const color = this.theme.colors[run.role];
    return [
      { ...this.shared(run), mode: "lines+markers", uid: run.source.id, marker: { size: 5, color }, x: measures.map(place),
        y: measures.map((measure) => finite(measure[view.field])) },
      { ...this.shared(run), mode: "markers", uid: `${run.source.id} best`, hoverinfo: "skip", cliponaxis: false,
        marker: { symbol: "star", size: 13, color, line: { width: 1.5, color: this.theme.background } },
        x: known ? [place(best)] : [], y: known ? [best[view.field]] : [] },
    ];
  }

  /** What real pictures get: one line where all runs share it, else each with the letters of its runs. */
  levels(view) {
    if (!view.real) return [];
    const found = new Map();
    for (const { letter, source } of this.source.runs) {
      const value = source.measures[source.measures.length - 1]?.[view.real];
      if (Number.isFinite(value)) found.set(value, [...(found.get(value) ?? []), letter]);
    }
    return [...found].map(([value, letters], index) => ({ value, role: "real", along: index / found.size,
      text: `real pictures ${wordsOf(view)(value)}${found.size > 1 ? ` (${letters.join(", ")})` : ""}` }));
  }

  end() {
    const { column } = X_AXES[this.x];
    return Math.max(0, ...this.source.runs.map(({ source }) => Math.max(source.history.last(column) || 0,
      source.measures[source.measures.length - 1]?.[column] ?? 0) / this.unitOf(source)));
  }

  setCursor(at) {
    super.setCursor(at);
    if (this.source) this.cards.forEach((card) => this.entitle(card));
  }

  /** A chart's title: the number of each run where the line stands, or the newest. */
  entitle(card) {
    const { runs } = this.source;
    const { view } = card;
    const words = wordsOf(view);
    const told = runs.map((run) => [run, this.valueAt(run.source, view)]).filter(([, value]) => Number.isFinite(value));
    const key = JSON.stringify([told.map(([{ letter, role }, value]) => [letter, role, words(value)]), this.themeName]);
    if (card.titleKey === key) return;
    card.titleKey = key;
    const measures = runs.some(({ source }) => source.measures.length);
    if (!told.length) {
      const later = this.cursor === null || this.cursor === undefined ? NOT_MEASURED : "No measure yet";
      card.title.replaceChildren(!view.measures ? WAITING : measures ? later : SEE_LATER);
    } else {
      card.title.replaceChildren(...told.map(([{ letter, role }, value]) => make("span", { class: "gx-told" },
        make("b", { style: `color:${this.theme?.colors[role] ?? "inherit"}` }, letter), ` ${words(value)}`)));
    }
    card.title.title = card.title.textContent;
  }

  valueAt(source, view) {
    const { columns, field } = view;
    const { column } = X_AXES[this.x];
    const at = (this.cursor ?? Infinity) * this.unitOf(source);
    if (!columns) return source.measures.findLast((measure) => measure[column] <= at + 1e-9)?.[field];
    if (!source.history.length) return NaN;
    const index = source.history.indexAt(column, at);
    return this.valuesOf(source, view)[index];
  }

  setTheme(theme) {
    this.themeName = theme.dark;
    super.setTheme(theme);
  }

  /** The same moment on another axis, as the run sees it that goes on longest on the first. */
  translate(at, from, to) {
    const { column } = X_AXES[from];
    const reach = ({ source }) => (source.history.last(column) || 0) / this.unitOf(source, from);
    const longest = this.source.runs.reduce((best, run) => (best && reach(best) >= reach(run) ? best : run), null)?.source;
    if (!longest?.history.length) return null;
    const index = longest.history.indexAt(column, at * this.unitOf(longest, from));
    return longest.history.values(X_AXES[to].column)[index] / this.unitOf(longest, to);
  }
}

