// What the charts show, as a run's record describes it (pipelines/described.py). A title names what is to be seen, from the
// newest part of the data.

/** @import { History } from "./history.js" */

import { figure } from "./format.js";
import { bestOf, wordsOf } from "./measures.js";
import { titleOf } from "./titles.js";

/** @type {Record<string, string>} */
export const TERMS = {
  step: "One update of the generator.",
  epoch: "One pass over all real pictures.",
};

/**
 * `column` of the rows and measures; `unit` in which a run counts it, where it is not the column's own.
 * @type {Record<string, { label: string, title: string, column: string, unit?: (run: Run) => number }>}
 */
export const X_AXES = {
  step: { label: "step", title: "step", column: "step" },
  epoch: { label: "epoch", title: "epoch", column: "images_seen", unit: (run) => run.epoch_images || 1 },
  images_seen: { label: "images", title: "images seen", column: "images_seen" },
  seconds: { label: "time", title: "training time (s)", column: "seconds" },
};

/**
 * @typedef {{ name: string, role: string, short: string, about: string }} Named a line, by its name in the legend
 * @typedef {{ history: History, run: Run, measures: Row[] }} Source what a chart is drawn from
 *
 * @typedef {object} ChartView
 * @property {string} id
 * @property {string} about one sentence on what is to be seen
 * @property {string} log whether the vertical axis is logarithmic: never (""), `always`, as the person chooses (`choice`), or
 *   unless the person chooses otherwise (`chosen`)
 * @property {boolean} fromZero
 * @property {boolean} [exact] whether the numbers are settings: drawn without smoothing
 * @property {boolean} [ofD] whether the numbers are D's output itself
 * @property {(Named & { column: string })[]} [columns] lines of numbers of steps
 * @property {(Named & { field: string, real: string, selects: boolean, depth?: number | null, dash?: string })[]} [measures] lines of measures
 * @property {(run: Run) => string} unit title of the vertical axis
 * @property {(source: Source) => string} title
 * @property {boolean} [many] whether the lines are layers, told apart by their shades
 * @property {boolean} [shares] whether the values are shares
 * @property {Words} [words] how a value is told
 * @property {boolean} [inFeatures] whether the values depend on the features that pictures are compared in
 * @property {boolean} [best] whether it holds the measure that selects the best checkpoint
 * @property {string} [real] the field of the same number of real pictures
 * @property {string} [called] what its measure is called in full
 */

const NEUTRAL = "text"; // the role of what is neither D's nor G's, neither real nor fake

export const SEE_LATER = "First measure after the first epoch";
export const WAITING = "Comes with the first steps";
export const NOT_RECORDED = "Not recorded in this run";
export const NOT_MEASURED = "Not measured in this run";

/**
 * The charts of a run. Each answers a question, in one view or in several to choose from: the first that the run has
 * numbers for is shown. A view has ``columns``, with a value at every logged step, or ``measures``; ``real`` is the
 * field of the same number of real pictures. ``place`` is where a chart stands: 0 numbers of steps, 1 measures, 2 aside.
 * @param {Display | undefined} display of a run
 */
export function chartsOf(display) {
  /** @type {Map<string, { id: string, name: string, place: number, views: ChartView[] }>} */
  const charts = new Map();
  /** @type {(id: string, name: string, place: number, view: ChartView) => void} */
  const add = (id, name, place, view) => {
    if (!charts.has(id)) charts.set(id, { id, name, place, views: [] });
    charts.get(id)?.views.push(view);
  };
  const titlesOf = (/** @type {string} */ id) => display?.titles?.filter(({ view }) => view === id) ?? [];
  for (const view of display?.views ?? []) {
    const series = (display?.series ?? []).filter((one) => one.view === view.id);
    if (series.length) add(view.chart, view.heading, view.aside ? 2 : 0, viewOfSeries(view, series, titlesOf(view.id)));
  }
  const measures = [...(display?.measures ?? [])].sort((one, other) => Number(one.fallback) - Number(other.fallback));
  const units = Object.fromEntries(measures.flatMap(({ name, real, unit }) => [[real, unit], [name, unit]]));
  for (const [id, lines] of grouped(measures, ({ view, name }) => view || name)) {
    const { question } = lines[0];
    add(question, `How ${question}`, 1, viewOfMeasures(id, lines, units, titlesOf(id)));
  }
  for (const { views } of charts.values()) {
    for (const view of views) if (view.measures) view.called = view.inFeatures || views.length === 1 ? view.measures[0].name : "";
  }
  return [...charts.values()].sort((one, other) => one.place - other.place);
}

/**
 * What several runs describe, each number once; a measure selects the best checkpoint where it does so in one of them.
 * @param {(Display | undefined)[]} displays
 * @returns {Display}
 */
export function together(displays) {
  /** @type {(part: string, key: string) => any[][]} */
  const join = (part, key) => [...grouped(displays.flatMap((display) => display?.[part] ?? []), (one) => one[key]).values()];
  return { views: join("views", "id").map(([first]) => first), series: join("series", "name").map(([first]) => first),
    measures: join("measures", "name").map((all) => ({ ...all[0], selects: all.some(({ selects }) => selects) })) };
}

/**
 * Items by what they have in common, in the order in which each first came.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @returns {Map<string, T[]>}
 */
function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** @type {(view: DescribedView, series: DescribedSeries[], titles: Title[]) => ChartView} */
function viewOfSeries({ id, help, axis, log, from_zero: fromZero, exact, of_d: ofD }, series, titles) {
  const columns = series.map(({ name, label, role, short, help: about }) => ({ name: label, column: name, role, short, about }));
  return { id, about: help, log, fromZero, exact, ofD, columns,
    unit: (run) => (ofD && !saysProbability(run) ? `D's ${outputOf(run)}` : axis),
    title: ({ history, run }) => titleOf(titles, (key) => (exact ? history.last(key) : history.recent(key)), () => figure, outputOf(run)) ?? seriesTitle(history, columns) };
}

/** @type {(id: string, lines: DescribedMeasure[], units: Record<string, string>, titles: Title[]) => ChartView} */
function viewOfMeasures(id, lines, units, titles) {
  const [{ view_help: about, help, axis, unit, log, from_zero: fromZero, real }] = lines;
  const several = lines.length > 1;
  const many = several && lines.every(({ depth }) => Number.isFinite(depth)); // layers, told apart by their shades
  const view = { id, about: about || help, many, unit: () => axis, shares: unit === "share", words: wordsOf(unit),
    log: log ? "chosen" : "", fromZero, inFeatures: unit === "distance", best: lines.some(({ selects }) => selects), real: several ? "" : real,
    measures: lines.map((line) => ({ name: line.title, field: line.name, role: line.role, about: line.help, real: line.real, selects: line.selects,
      short: line.short, depth: line.depth, dash: several && !many ? (line.role === NEUTRAL ? "2px,2px" : "solid") : undefined })) };
  const title = (/** @type {Source} */ source) => {
    const found = source.measures[source.measures.length - 1];
    if (!found) return SEE_LATER;
    return titleOf(titles, (key) => found[key], (key) => wordsOf(units[key]), outputOf(source.run)) ?? measureTitle(source, found, view);
  };
  return { ...view, title };
}

/** Whether a view has numbers in some of the measures, or needs none. */
export const hasNumbers = (/** @type {ChartView} */ view, /** @type {Row[]} */ measures) => !view.measures
  || measures.some((measure) => view.measures?.some(({ field }) => Number.isFinite(measure[field])));

/** Whether D's output is a probability of being real, as in runs from before it was recorded what it is. */
export const saysProbability = (/** @type {Run | undefined} */ run) => outputOf(run) === "probability";

const outputOf = (/** @type {Run | undefined} */ run) => run?.display?.d_output ?? "probability";

/** What is said of numbers that are not there: they come yet, or steps are recorded without them. */
const without = (/** @type {History} */ history) => (history.recent("step") > 0 ? NOT_RECORDED : WAITING);

/**
 * Each number of a view in words: "D 0.12, G 3.4".
 * @param {History} history
 * @param {{ name: string, column: string }[]} columns
 */
function seriesTitle(history, columns) {
  const told = columns.map(({ name, column }) => ({ name, value: history.recent(column) })).filter(({ value }) => !Number.isNaN(value));
  return told.length ? told.map(({ name, value }) => `${name} ${figure(value)}`).join(", ") : without(history);
}

/**
 * Measures in words: "72 %; real pictures 91 %", "9.0; best 3.0; real 0.5", "95 % clear, 98 % as asked", or of many the ends.
 * @param {Source} source
 * @param {Row} found the newest of them
 * @param {Pick<ChartView, "many" | "best"> & { real: string, words: Words, measures: NonNullable<ChartView["measures"]> }} view
 */
function measureTitle(source, found, view) {
  const told = view.measures.filter(({ field }) => Number.isFinite(found[field]));
  if (!told.length) return NOT_MEASURED;
  if (view.many) {
    const ends = told.toSorted((one, other) => found[one.field] - found[other.field]);
    return [ends[0], ends[ends.length - 1]].map(({ short, field }) => `${view.words(found[field])} (${short})`).join(" to ");
  }
  if (view.measures.length > 1) return told.map(({ name, field }) => `${view.words(found[field])} ${name}`).join(", ");
  const [{ field }] = told;
  const best = view.best ? bestOf(source)?.[field] ?? found[field] : found[field];
  const real = Number.isFinite(found[view.real]) ? view.words(found[view.real]) : null;
  const passed = best !== found[field]; // by an earlier measure
  return [view.words(found[field]), passed && `best ${view.words(best)}`, real && `${passed ? "real" : "real pictures"} ${real}`]
    .filter(Boolean).join("; ");
}
