// D's verdicts as colours over a picture, and their legend in words and numbers.

import { fixed, percent } from "../shared/format.js";

const MOST_COVERED = 190; // of 255: the picture is always to be seen

/** D's verdicts of an answer whose pictures end at a byte: maps of numbers, by the header ``x-verdicts``. */
export function verdictsOf(shape, buffer, start) {
  if (!shape) return [];
  const [count, height, width] = shape.split(",").map(Number), size = height * width;
  const values = new Float32Array(buffer.slice(start, start + 4 * count * size));
  return Array.from({ length: count }, (_, at) => ({ height, width, values: values.subarray(at * size, (at + 1) * size) }));
}

/** The range that verdicts are shown in: 0 to 1 of probabilities, of scores as far to either side as any goes. */
export function rangeOf(verdicts, probability) {
  if (probability) return { low: 0, middle: 0.5, high: 1 };
  const reach = Math.max(1e-6, ...verdicts.flatMap(({ values }) => [...values].map(Math.abs)));
  return { low: -reach, middle: 0, high: reach };
}

/** A verdict's pixels, RGBA, in the colours of real and fake: the farther from the middle, the more they cover. */
export function coloursOf({ values }, { low, middle, high }, colours) {
  const [real, fake] = [colours.real, colours.fake].map((text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)));
  const data = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, at) => {
    const far = value >= middle ? (value - middle) / (high - middle) : (middle - value) / (middle - low);
    data.set([...(value >= middle ? real : fake), Math.round(MOST_COVERED * Math.min(1, far))], 4 * at);
  });
  return data;
}

/** A verdict in words: its mean, its least and its greatest, and how many patches are taken for real. */
export function wordsOf({ values, width, height }, { middle }, probability) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const number = (value) => (probability ? percent(value) : fixed(value, 2));
  if (values.length === 1) return `${number(mean)} for the whole picture`;
  const real = values.filter((value) => value > middle).length;
  return `mean ${number(mean)}, from ${number(Math.min(...values))} to ${number(Math.max(...values))}; `
    + `${real} of ${width} × ${height} patches taken for real`;
}

/** Draw a verdict over a picture; ``colours``: of real and fake, as "#rrggbb". */
export function drawVerdict(canvas, verdict, range, colours) {
  Object.assign(canvas, { width: verdict.width, height: verdict.height });
  canvas.getContext("2d").putImageData(new ImageData(coloursOf(verdict, range, colours), verdict.width, verdict.height), 0, 0);
}
