// What was painted or given as an input, by model and direction: a page that is left is as it was when somebody comes back.

/** @import { Cells } from "./cells.js" */
/** @typedef {{ cells: Cells, source: { truth: Pictures | null, fits: boolean } }} Input */

/** @type {Map<string, Input>} */
const inputs = new Map();

const keyOf = (/** @type {string} */ model, /** @type {boolean} */ backward) => `${model} ${backward}`;

/**
 * Keep an input.
 * @param {string} model
 * @param {boolean} backward
 * @param {Input} input
 */
export function keep(model, backward, { cells, source }) {
  inputs.set(keyOf(model, backward), { cells, source });
}

/**
 * What was kept last; null where nothing was, or only for an older model of that name, which read another size.
 * @param {string} model
 * @param {boolean} backward
 * @param {number[]} shape of what the model reads: channels, height, width
 */
export function keptOf(model, backward, [, height, width]) {
  const input = inputs.get(keyOf(model, backward));
  return input && input.cells.width === width && input.cells.height === height ? input : null;
}
