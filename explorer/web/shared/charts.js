// What the charts show, as a run's record describes it (pipelines/described.py), and what their titles say. A title names
// what is to be seen, from the newest part of the data.

import { count, distance, figure, fixed, percent } from "./format.js";

export const TERMS = {
  step: "One update of the generator.",
  epoch: "One pass over all real pictures.",
};

/** `column` of the rows and measures; `unit` in which a run counts it, where it is not the column's own. */
export const X_AXES = {
  step: { label: "step", title: "step", column: "step" },
  epoch: { label: "epoch", title: "epoch", column: "images_seen", unit: (run) => run.epoch_images || 1 },
  images_seen: { label: "images", title: "images seen", column: "images_seen" },
  seconds: { label: "time", title: "training time (s)", column: "seconds" },
};

const NEUTRAL = "text"; // the role of what is neither D's nor G's, neither real nor fake
const BEST = "frechet"; // the measure whose least value keeps a run's best checkpoint
const WORDS = { share: percent, distance, count, number: figure }; // a value of each unit in words

export const SEE_LATER = "First measure after the first epoch";
export const WAITING = "Comes with the first steps";
export const NOT_RECORDED = "Not recorded in this run";
export const NOT_MEASURED = "Not measured in this run";

/**
 * The charts of a run. Each answers a question, in one view or in several to choose from: the first that the run has
 * numbers for is shown. A view has ``columns``, with a value at every logged step, or ``measures``; ``real`` is the
 * field of the same number of real pictures. ``place`` is where a chart stands: 0 numbers of steps, 1 measures, 2 aside.
 * @param {Record<string, any> | undefined} display of a run
 */
export function chartsOf(display) {
  /** @type {Map<string, { id: string, name: string, place: number, views: any[] }>} */
  const charts = new Map();
  const add = (id, name, place, view) => {
    if (!charts.has(id)) charts.set(id, { id, name, place, views: [] });
    charts.get(id)?.views.push(view);
  };
  for (const view of display?.views ?? []) {
    const series = display?.series.filter((one) => one.view === view.id);
    if (series.length) add(view.chart, view.heading, view.aside ? 2 : 0, viewOfSeries(view, series));
  }
  const measures = [...(display?.measures ?? [])].sort((one, other) => Number(one.fallback) - Number(other.fallback));
  for (const [id, lines] of grouped(measures, ({ view, name }) => view || name)) {
    const { question } = lines[0];
    add(question, `How ${question}`, 1, viewOfMeasures(id, lines));
  }
  for (const { views } of charts.values()) {
    for (const view of views) if (view.measures) view.called = view.inFeatures || views.length === 1 ? view.measures[0].name : "";
  }
  return [...charts.values()].sort((one, other) => one.place - other.place);
}

/** What several runs describe, each number once. */
export function together(displays) {
  const join = (part, key) => [...grouped(displays.flatMap((display) => display?.[part] ?? []), (one) => one[key])].map(([, [first]]) => first);
  return { views: join("views", "id"), series: join("series", "name"), measures: join("measures", "name") };
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function viewOfSeries({ id, help, axis, log, from_zero: fromZero }, series) {
  const view = { id, about: help, log, fromZero,
    unit: (run) => (id === "outputs" && !saysProbability(run) ? `D's ${run.display.d_output}` : axis),
    columns: series.map(({ name, label, role, short, help: about }) => ({ name: label, column: name, role, short, about })) };
  return { ...view, title: TITLES[id] ?? ((source) => seriesTitle(source, view)) };
}

function viewOfMeasures(id, lines) {
  const [{ view_help: about, help, axis, unit, log, from_zero: fromZero, real }] = lines;
  const several = lines.length > 1;
  const view = { id, about: about || help, unit: () => axis, shares: unit === "share", words: WORDS[unit] ?? figure,
    log: log ? "chosen" : "", fromZero, inFeatures: unit === "distance", best: lines[0].name === BEST, real: several ? "" : real,
    measures: lines.map((line) => ({ name: line.title, field: line.name, role: line.role, about: line.help, real: line.real,
      dash: several ? (line.role === NEUTRAL ? "2px,2px" : "solid") : undefined })) };
  return { ...view, title: TITLES[id] ?? ((source) => measureTitle(source, view)) };
}

/** Whether a view has numbers in some of the measures, or needs none. */
export const hasNumbers = (view, measures) => !view.measures
  || measures.some((measure) => view.measures.some(({ field }) => Number.isFinite(measure[field])));

/** The columns of a table of measures, one each. */
export const columnsOf = (display) => (display?.measures ?? []).map(({ name, title, help, unit, better }) => ({
  id: name, label: title.charAt(0).toUpperCase() + title.slice(1), about: [help, BETTER[better]].filter(Boolean).join(" "),
  words: WORDS[unit] ?? figure, low: name === BEST }));

const BETTER = { higher: "Higher is better.", lower: "Lower is better." };

/**
 * The measure at the least distance, whose checkpoint a run keeps as its best; undefined where there is none. What a
 * branch has taken over from another run (steps up to `begun`) is that run's to keep.
 */
export function bestOf({ measures, run }) {
  return measures.reduce((best, measure) => (Number.isFinite(measure[BEST]) && !(measure.step <= run?.begun)
    && !(best?.[BEST] <= measure[BEST]) ? measure : best), undefined);
}

const newest = (measures) => measures[measures.length - 1];

/** Whether D's output is a probability of being real, as in runs from before it was recorded what it is. */
export const saysProbability = (run) => (run.display?.d_output ?? "probability") === "probability";

/** What is said of numbers that are not there: they come yet, or steps are recorded without them. */
const without = (history) => (history.recent("step") > 0 ? NOT_RECORDED : WAITING);

/** Each number of a view in words: "D 0.12, G 3.4". */
function seriesTitle({ history }, { columns }) {
  const told = columns.map(({ name, column }) => [name, history.recent(column)]).filter(([, value]) => !Number.isNaN(value));
  return told.length ? told.map(([name, value]) => `${name} ${figure(value)}`).join(", ") : without(history);
}

/** Measures in words: "72 %; real pictures 91 %", or "95 % clear, 98 % as asked". */
function measureTitle({ measures, run }, view) {
  if (!measures.length) return SEE_LATER;
  if (view.best) return nearTitle({ measures, run });
  const found = newest(measures);
  const told = view.measures.filter(({ field }) => Number.isFinite(found[field]));
  if (!told.length) return NOT_MEASURED;
  if (view.measures.length > 1) return told.map(({ name, field }) => `${view.words(found[field])} ${name}`).join(", ");
  const said = view.words(found[told[0].field]);
  return Number.isFinite(found[view.real]) ? `${said}; real pictures ${view.words(found[view.real])}` : said;
}

function outputsTitle({ history, run }) {
  const real = history.recent("d_real");
  const fake = history.recent("d_fake");
  if (Number.isNaN(real) || Number.isNaN(fake)) return without(history);
  if (run.display?.d_output === "score") {
    return `D scores ${fixed(real, 1)} and ${fixed(fake, 1)}: ${fixed(Math.abs(real - fake), 1)} apart`;
  }
  if (!saysProbability(run)) return `D's ${run.display.d_output}: real ${figure(real, 2)}, fake ${figure(fake, 2)}`;
  const pair = `${fixed(real, 2)}, ${fixed(fake, 2)}`;
  if (Math.abs(real - 0.5) < 0.1 && Math.abs(fake - 0.5) < 0.1) return `D can no longer tell: ${pair}`;
  if (real > 0.95 && fake < 0.05) return `D recognises the fakes: ${pair}`;
  if (real - fake > 0.2) return `D tells them apart: ${pair}`;
  return real > fake ? `D hardly tells: ${pair}` : `D takes fake for real: ${pair}`;
}

function lossesTitle({ history, run }) {
  const d = history.recent("d_loss");
  const g = history.recent("g_loss");
  if (Number.isNaN(d) || Number.isNaN(g)) return without(history);
  if (saysProbability(run) && d < 0.05) return `D wins: its loss is ${figure(d, 2)}, G's ${figure(g, 2)}`;
  return `D's loss ${fixed(d, 2)}, G's ${fixed(g, 2)}`;
}

function gradientsTitle({ history }) {
  const d = history.recent("grad_d");
  const g = history.recent("grad_g");
  if (Number.isNaN(d) || Number.isNaN(g)) return without(history);
  if (g < 1e-3) return `G hardly gets a gradient: ${figure(g, 1)}`;
  return `D's gradient ${figure(d, 2)}, G's ${figure(g, 2)}`;
}

function speedTitle({ history }) {
  const speed = history.recent("images_per_s");
  return Number.isNaN(speed) ? without(history) : `${count(Number(speed.toPrecision(3)))} images a second`;
}

function nearTitle({ measures, run }) {
  const { frechet, floor } = newest(measures);
  if (!Number.isFinite(frechet)) return "Not measured";
  const best = bestOf({ measures, run })?.frechet ?? frechet;
  return [distance(frechet), best < frechet ? `best ${distance(best)}` : null,
    Number.isFinite(floor) ? `${best < frechet ? "real" : "real pictures"} ${distance(floor)}` : null].filter(Boolean).join("; ");
}

/** Of what G leaves out, the classes are what a class sees at once. */
function coverageTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { coverage, modes, real_modes: all } = newest(measures);
  if (!Number.isFinite(coverage)) return NOT_MEASURED;
  return Number.isFinite(modes) && all ? `Covers ${percent(coverage)}, ${modes} of ${all} classes` : `Covers ${percent(coverage)}`;
}

function modesTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { modes, real_modes: all } = newest(measures);
  return Number.isFinite(modes) ? `${modes} of ${all} classes come` : NOT_MEASURED;
}

function clearTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { clear, as_asked: asked } = newest(measures);
  const words = [Number.isFinite(clear) ? `${percent(clear)} clear` : null,
    Number.isFinite(asked) ? `${percent(asked)} as asked` : null].filter(Boolean);
  return words.length ? words.join(", ") : "No classifier for these pictures";
}

/** Views of which more is to be said than their numbers. @type {Record<string, (source: any) => string>} */
const TITLES = { outputs: outputsTitle, losses: lossesTitle, "gradient norm": gradientsTitle, speed: speedTitle,
  coverage: coverageTitle, modes: modesTitle, classifier: clearTitle };
