// Two tables of the compared runs: settings that differ, and results.

import { TERMS, together } from "../shared/charts.js";
import { offer } from "../shared/download.js";
import { count, duration, make, setText, stateWord } from "../shared/format.js";
import { beats, bestOf, columnsOf, selecting } from "../shared/measures.js";

const missing = (value) => value === null || value === undefined || Number.isNaN(value);

/** A setting's value for a person. */
function words(value) {
  if (missing(value)) return "none";
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

/** The settings in which runs differ, and those that all share, in the form's order. */
export function settled(settings, runs) {
  const known = runs.filter(({ source }) => source.run.config);
  const rows = settings.map((setting) => ({ ...setting, values: known.map(({ source }) => words(source.run.config[setting.name])) }));
  const differ = ({ values }) => new Set(values).size > 1;
  return { known, different: rows.filter(differ), same: rows.filter((row) => !differ(row)) };
}

const letterOf = ({ letter, role }) => make("b", { style: `color:var(--gx-${role})` }, letter);

export class SettingsTable {
  constructor(settings) {
    this.settings = settings;
    this.summary = make("summary", {});
    this.rest = make("tbody", {});
    this.different = make("div", { class: "gx-scroll" });
    this.element = make("section", { "aria-label": "Settings" }, make("h2", {}, "What was set differently"), this.different,
      make("details", {}, this.summary, make("div", { class: "gx-scroll" }, make("table", {}, this.rest))));
  }

  show(runs) {
    const { known, different, same } = settled(this.settings, runs);
    const key = JSON.stringify([known.map(({ letter, name }) => [letter, name]), different, same]);
    if (key === this.key) return;
    this.key = key;
    this.element.hidden = known.length < 2;
    const heads = known.map((run) => make("th", { scope: "col" }, letterOf(run), " ", run.name));
    this.different.replaceChildren(different.length
      ? make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Setting"), ...heads)),
        make("tbody", {}, ...different.map(({ label, about, values }) => make("tr", {}, name(label, about),
          ...values.map((value) => make("td", { class: value === values[0] ? null : "gx-other" }, value))))))
      : make("p", { class: "gx-quiet" }, "Nothing: these runs have the same settings."));
    setText(this.summary, `${same.length} settings are the same`);
    this.rest.replaceChildren(...same.map(({ label, about, values }) =>
      make("tr", {}, name(label, about), make("td", {}, values[0] ?? ""))));
  }
}

const name = (label, about) => make("th", { scope: "row" }, make("abbr", { title: about, tabindex: 0 }, label));

/**
 * @typedef {{ id: string, label: string, about?: string, of: (run: any, found?: any) => any,
 *   words?: (value: any) => string, measured?: boolean, many?: boolean, selects?: boolean, better?: string }} Column
 * @type {Column[]}
 */
const PLAIN = [
  { id: "run", label: "Run", of: ({ letter }) => letter },
  { id: "state", label: "State", of: ({ source }) => source.status.state, words: stateWord },
  { id: "step", label: "Steps", about: TERMS.step, of: ({ source }) => reached(source, "step"), words: count },
  { id: "epoch", label: "Epochs", about: TERMS.epoch, words: (value) => value.toFixed(1),
    of: ({ source }) => (source.run.epoch_images ? reached(source, "images_seen") / source.run.epoch_images : NaN) },
  { id: "images_seen", label: "Images seen", about: "Real pictures shown to D.", words: count,
    of: ({ source }) => reached(source, "images_seen") },
  { id: "seconds", label: "Time", about: "Time of training alone, without pauses.", words: duration,
    of: ({ source }) => reached(source, "seconds") },
  { id: "at", label: "Measured at step", of: (_run, found) => found?.step, words: count, measured: true },
];

/**
 * The columns of a table of runs: those of every run, and the measures that the runs describe.
 * @returns {Column[]}
 */
export function columnsFor(runs) {
  const described = together(runs.map(({ source }) => source.run.display));
  return [...PLAIN, ...columnsOf(described).map((column) => ({ ...column, of: (_run, found) => number(found?.[column.id]), measured: true }))];
}

const number = (value) => (Number.isFinite(value) ? value : undefined); // in a file may be anything

/** What a distance depends on beside the samples themselves: those of two runs compare where it is the same. */
const measuredOn = ({ run: { source: { run } }, found }) =>
  JSON.stringify([run.data, run.config?.folder, found.features, found.samples]);

/** The best of a column's values; NaN where there is none. */
const leading = (column, values) => values.filter(Number.isFinite)
  .reduce((best, value) => (Number.isNaN(best) || beats(column, value, best) ? value : best), NaN);

const reached = (source, column) => Math.max(source.status[column] ?? 0, source.history.last(column) || 0);
const newest = ({ measures }) => measures[measures.length - 1];
/** @type {Record<string, [string, (source: any) => any]>} */
const MOMENTS = { // a run without a measure that selects its best checkpoint goes on from the last
  best: ["at the best checkpoint", (source) => (selecting(source.run.display) ? bestOf(source) : newest(source))],
  last: ["at the last measure", newest],
};

export class ResultsTable {
  onChange; sort; when; runs; columns;

  /** ``onChange({ sort, when })`` hears of wishes: a column's id, with a minus for the greatest first; best or last. */
  constructor(onChange) {
    Object.assign(this, { onChange, sort: "", when: "best", runs: [], columns: PLAIN });
    this.place = make("div", { class: "gx-scroll" });
    this.moments = Object.entries(MOMENTS).map(([id, [label]]) => {
      const button = make("button", { type: "button", class: "gx-button", "data-when": id }, label);
      button.addEventListener("click", () => onChange({ sort: this.sort, when: id }));
      return button;
    });
    const download = make("button", { type: "button", class: "gx-button gx-end" }, "Download CSV");
    download.addEventListener("click", () => offer(new Blob([this.csv()], { type: "text/csv" }), "runs.csv"));
    this.element = make("section", { "aria-label": "Results" }, make("div", { class: "gx-row" }, make("h2", {}, "What came out"),
      make("span", { class: "gx-segments", role: "group", "aria-label": "Measures" }, ...this.moments), download), this.place);
  }

  choose({ sort, when }) {
    Object.assign(this, { sort, when: MOMENTS[when] ? when : "best" });
    this.show(this.runs);
  }

  show(runs) {
    this.runs = runs;
    this.columns = columnsFor(runs);
    this.element.hidden = !runs.length;
    this.moments.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.when === this.when)));
    const rows = this.rows().map((row) => ({ ...row, values: this.columns.map((column) => column.of(row.run, row.found)) }));
    const shown = this.columns.map((column, index) => ({ ...column, index })).filter(({ measured, many, index }) =>
      !many && (!measured || rows.some(({ values }) => Number.isFinite(values[index]))));
    const said = ({ run, values }) => [run.letter, run.name, values.map((value, at) => text(this.columns[at], value))];
    const key = JSON.stringify([rows.map(said), this.sort, this.when, shown.length]);
    if (key === this.key) return;
    this.key = key;
    const comparable = new Set(rows.filter(({ found }) => found?.features).map(measuredOn)).size < 2;
    const best = shown.map((column) => (column.selects && comparable && rows.length > 1
      ? leading(column, rows.map(({ values }) => values[column.index])) : NaN));
    const focused = this.place.contains(document.activeElement) ? document.activeElement?.getAttribute("data-sort") : null;
    const cell = (value, column, at) => make("td", { class: value === best[at] ? "gx-best" : null }, text(column, value));
    this.place.replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...shown.map((column) => this.head(column)))),
      make("tbody", {}, ...rows.map(({ run, values }) => make("tr", { "data-run": run.source.id },
        make("th", { scope: "row" }, letterOf(run), " ", run.name),
        ...shown.map((column, at) => cell(values[column.index], column, at)).slice(1))))));
    if (focused) this.place.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  head(/** @type {Column} */ { id, label, about }) {
    const order = this.sort === id ? "ascending" : this.sort === `-${id}` ? "descending" : "none";
    const sign = { ascending: " ▲", descending: " ▼", none: "" }[order];
    const button = make("button", { type: "button", "data-sort": id, title: about || null }, label, sign);
    button.addEventListener("click", () => this.onChange({ when: this.when, sort: this.sort === id ? `-${id}` : id }));
    return make("th", { scope: "col", "aria-sort": order }, button);
  }

  /** The runs in order; what is missing comes last either way. */
  rows() {
    const rows = this.runs.map((run) => ({ run, found: MOMENTS[this.when][1](run.source) }));
    const column = this.columns.find(({ id }) => id === this.sort.replace(/^-/, ""));
    if (!column) return rows;
    const sign = this.sort.startsWith("-") ? -1 : 1;
    return rows.sort((one, other) => {
      const [a, b] = [one, other].map(({ run, found }) => column.of(run, found));
      if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
      return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
    });
  }

  csv() {
    return csvOf(this.columns, this.rows().map(({ run }) => run));
  }
}

/** Every number as it is, of the best checkpoint and of the last measure: a row for each run. */
export function csvOf(columns, runs) {
  const plain = columns.filter(({ measured }) => !measured);
  const measured = columns.filter((column) => column.measured);
  const head = ["id", "name", "features", ...plain.map(({ id }) => id),
    ...Object.keys(MOMENTS).flatMap((moment) => measured.map(({ id }) => `${moment}_${id}`))];
  const rows = runs.map((run) => [run.source.id, run.name, newest(run.source)?.features,
    ...plain.map((column) => column.of(run)),
    ...Object.values(MOMENTS).flatMap(([, find]) => measured.map((column) => column.of(run, find(run.source))))]);
  return [head, ...rows].map((row) => row.map(field).join()).join("\r\n") + "\r\n";
}

const text = (/** @type {Pick<Column, "words">} */ { words: say }, value) => (missing(value) ? "–" : say ? say(value) : String(value));

/** A field of a CSV file: quoted where it must be, and never a formula to a spreadsheet. */
function field(value) {
  if (missing(value)) return "";
  const said = typeof value === "string" && /^[=+\-@]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
}
