// What a model is asked for, beside z: a class, or an example of another condition, which is a picture or numbers.

import { ask, picturesOf } from "./decoder.js";
import { draw } from "./picture.js";

/** What one of them is called; ``condition`` is the name of a field, or "" for classes. */
export const nounOf = (/** @type {string} */ condition) => (condition ? "condition" : "class");

/** One of them by its name, at the start of a label: "Class 7", "Condition example 3". */
export const labelOf = (/** @type {string} */ condition, /** @type {string} */ name) => `${condition ? "Condition" : "Class"} ${name}`;

/**
 * Draw a model's conditions on canvases in their order, as soon as they are there; a class has no picture.
 * @param {string} root
 * @param {string} model
 * @param {string} condition
 * @param {HTMLCanvasElement[]} canvases
 */
export async function drawConditions(root, model, condition, canvases) {
  if (!condition) return;
  try {
    const pictures = await picturesOf(await ask(root, model, "conditions"));
    canvases.slice(0, pictures.count).forEach((canvas, index) => draw(canvas, pictures, index));
  } catch { /* their names stay */ }
}
