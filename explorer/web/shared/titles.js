// Titles of charts, as a run's record describes them (Title in pipelines/described.py).

import { count, figure, fixed, percent } from "./format.js";

const NUMBER = /\{([a-z0-9_]+)(?: - ([a-z0-9_]+))?(?::(,|%|\.(\d)[fg]))?\}/g;
const WHEN = /^([a-z0-9_]+)(?: - ([a-z0-9_]+))? ([<>]) (-?[0-9.]+)$/;

/**
 * What the first of some titles says that holds; undefined where none does.
 * @param {Title[]} titles
 * @param {(key: string) => any} valueOf a key of a row
 * @param {(key: string) => Words} wordsOf how a number is told of which the title does not say it
 * @param {string} dOutput what the run's D gives
 * @returns {string | undefined}
 */
export function titleOf(titles, valueOf, wordsOf, dOutput) {
  const numberOf = (/** @type {string} */ one, /** @type {string | undefined} */ other) => {
    const [value, less] = [valueOf(one), other ? valueOf(other) : 0];
    return Number.isFinite(value) && Number.isFinite(less) ? value - less : NaN;
  };
  const holds = (/** @type {string} */ when) => {
    const [, one, other, sign, limit] = WHEN.exec(when) ?? [];
    const value = one ? numberOf(one, other) : NaN;
    return sign === "<" ? value < Number(limit) : value > Number(limit);
  };
  for (const { text, when = [], d_output: only } of titles) {
    if ((only && only !== dOutput) || !when.every(holds)) continue;
    let known = true;
    const said = text.replace(NUMBER, (_, one, other, how, digits) => {
      if (one === "d_output") return dOutput;
      const value = numberOf(one, other);
      known &&= Number.isFinite(value);
      return told(value, how, Number(digits), other ? figure : wordsOf(one));
    });
    if (known) return said;
  }
  return undefined;
}

/**
 * A number in the words of its format in a title (``,``, ``%``, ``.2f``, ``.2g``), or of its unit where it has none.
 * @param {number} value
 * @param {string | undefined} how
 * @param {number} digits
 * @param {Words} words
 */
function told(value, how, digits, words) {
  if (!how) return words(value);
  if (how === ",") return count(Number(value.toPrecision(3)));
  if (how === "%") return percent(value);
  return how.endsWith("f") ? fixed(value, digits) : figure(value, digits);
}
