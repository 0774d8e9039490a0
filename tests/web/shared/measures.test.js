import assert from "node:assert/strict";
import { test } from "node:test";
import { beats, bestOf, columnsOf, headlines, selecting, wordsOf } from "../../../explorer/web/shared/measures.js";
import { BRIGHT, USUAL, WORDS } from "../described.js";

const BRIGHTEST = { ...BRIGHT, better: "higher", selects: true };
const BY_BRIGHTNESS = { measures: [BRIGHTEST, ...USUAL.measures.map((one) => ({ ...one, selects: false }))] };

test("pages and commands tell numbers in the same words", () => {
  assert.equal(WORDS.length, 22);
  for (const [unit, value, words] of WORDS) assert.equal(wordsOf(unit)(value), words, `${unit} ${value}`);
});

test("the best measure is that of the least distance, the first of equals", () => {
  const measures = [{ step: 1 }, { step: 2, frechet: 5 }, { step: 3, frechet: 2 }, { step: 4, frechet: 2 }, { step: 5, frechet: null }];
  assert.equal(bestOf({ measures, run: { display: USUAL } }).step, 3);
  assert.equal(bestOf({ measures, run: { display: USUAL, begun: 3 } }).step, 4, "what a branch took over is another run's best");
  assert.equal(bestOf({ measures: [{ frechet: NaN }], run: { display: USUAL } }), undefined);
});

test("the description says which measure selects the best, and which way is better", () => {
  const measures = [{ step: 1, frechet: 1, brightness: -0.5 }, { step: 2, frechet: 9, brightness: 0.25 }, { step: 3, frechet: 5, brightness: 0 }];
  assert.equal(selecting(USUAL).name, "frechet");
  assert.equal(bestOf({ measures, run: { display: USUAL } }).step, 1);
  assert.equal(bestOf({ measures, run: { display: BY_BRIGHTNESS } }).step, 2);
  assert.equal(bestOf({ measures, run: { display: { measures: [BRIGHT] } } }), undefined, "none is described as such");
  assert.deepEqual([beats({ better: "lower" }, 1, 2), beats({ better: "higher" }, 1, 2), beats({ better: "lower" }, 2, 2)], [true, false, false]);
});

test("quality in a line tells what was measured, first what selects the best, each beside real pictures", () => {
  const told = (quality, display) => headlines(quality, display).map(({ title, words, first, real }) => [title, words, first, real]);
  assert.deepEqual(told(null, USUAL), []);
  assert.deepEqual(told({ frechet: null }, USUAL), []);
  assert.deepEqual(told({ frechet: 1 }, undefined), []);
  const quality = { frechet: 2.04, floor: 0.5, clear: 0, as_asked: null, recall: 0.5, brightness: -0.4567, real_brightness: -0.5 };
  assert.deepEqual(told(quality, USUAL), [["Fréchet distance", "2.0", false, "0.5"], ["clear", "0 %", true, null]]);
  assert.deepEqual(told(quality, { measures: [...USUAL.measures, BRIGHT] }).at(-1), ["brightness", "−0.457", false, "−0.5"]);
  assert.deepEqual(told(quality, BY_BRIGHTNESS).map(([title]) => title), ["brightness", "Fréchet distance", "clear"]);
});

test("a measure's column says which way is better and whether it selects", () => {
  const [{ id, label, about, selects, better }] = columnsOf(BY_BRIGHTNESS);
  assert.deepEqual([id, label, about, selects, better], ["brightness", "Brightness", "Mean of the pixels. Higher is better.", true, "higher"]);
});
