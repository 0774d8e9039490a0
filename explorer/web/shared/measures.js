// Measures as a run's record describes them (pipelines/described.py): which of them selects the best checkpoint, which are
// told in a line, and how each is told in words.

import { count, distance, figure, percent } from "./format.js";

/** @type {Record<string, Words>} */
const WORDS = { share: percent, distance, count, number: figure }; // by unit; pipelines/told.py tells lists of runs alike
/** @type {Record<string, string>} */
const BETTER = { higher: "Higher is better.", lower: "Lower is better." };

/** How values of a unit are told. @type {(unit: string | undefined) => (value: number) => string} */
export const wordsOf = (unit) => WORDS[unit ?? ""] ?? figure;

/** The measure at whose best value a run keeps its best checkpoint; undefined where none is described as such. */
export const selecting = (/** @type {Display | undefined} */ display) => display?.measures?.find(({ selects }) => selects);

/** Whether a value of a measure is better than another one. */
export const beats = (/** @type {{ better: string }} */ { better }, /** @type {number} */ value, /** @type {number} */ other) => (better === "higher" ? value > other : value < other);

/**
 * The measure of a run's best checkpoint, the first of equals; undefined where there is none. What a branch has taken over
 * from another run (steps up to `begun`) is that run's to keep.
 * @param {{ measures: Row[], run?: Run }} source
 * @returns {Row | undefined}
 */
export function bestOf({ measures, run }) {
  const chosen = selecting(run?.display);
  if (!chosen) return undefined;
  return measures.reduce((/** @type {Row | undefined} */ best, measure) => {
    const value = measure[chosen.name];
    const counts = Number.isFinite(value) && !(measure.step <= (run?.begun ?? NaN));
    return counts && (!best || beats(chosen, value, best[chosen.name])) ? measure : best;
  }, undefined);
}

/**
 * What is told of a measure of a run in a line, first what selects the best checkpoint; only what was measured.
 * @param {Row | null | undefined} quality
 * @param {Display | undefined} display
 */
export function headlines(quality, display) {
  const told = (display?.measures ?? []).filter(({ name, selects, headline }) => (selects || headline) && Number.isFinite(quality?.[name]));
  return told.sort((one, other) => Number(other.selects) - Number(one.selects)).map(({ name, title, help, unit, real }) => ({
    title, help, first: unit === "share", words: wordsOf(unit)(quality?.[name]),
    real: Number.isFinite(quality?.[real]) ? wordsOf(unit)(quality?.[real]) : null }));
}

/** The columns of a table of measures, one each. */
export const columnsOf = (/** @type {Display | undefined} */ display) => (display?.measures ?? []).map(({ name, title, help, unit, better, selects, depth }) => ({
  id: name, many: Number.isFinite(depth), label: title.charAt(0).toUpperCase() + title.slice(1), about: [help, BETTER[better]].filter(Boolean).join(" "),
  words: wordsOf(unit), selects, better }));
