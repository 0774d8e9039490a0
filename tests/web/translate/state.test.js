import assert from "node:assert/strict";
import { test } from "node:test";
import { Cells } from "../../../explorer/web/translate/cells.js";
import { keep, keptOf } from "../../../explorer/web/translate/kept.js";
import { alsoOf, rivalsOf } from "../../../explorer/web/translate/rivals.js";
import { fileName, fresh, stateOf, textsOf } from "../../../explorer/web/translate/state.js";
import { rangeOf, verdictsOf, wordsOf } from "../../../explorer/web/translate/verdict.js";

const FULL = { example: 6, seed: 12, index: 3, style: 4, backward: true, verdict: true, mirrored: true,
  also: ["mse-faces", "run@last"], lens: [0.25, 1] };

test("a state's texts give the state again", () => {
  assert.deepEqual(stateOf(textsOf(FULL)), FULL);
  assert.deepEqual(stateOf(textsOf(fresh())), fresh());
  const own = { ...fresh(), example: -1, also: [] };
  assert.deepEqual(stateOf(textsOf(own)), own, "no model beside it is another wish than none said");
  for (const style of [0, -1]) assert.equal(stateOf(textsOf({ ...fresh(), style })).style, style);
});

test("an address that somebody wrote gives a state within its bounds", () => {
  const state = stateOf({ x: "-1", z: "99999999", dir: "x", d: "true", mirror: "2", also: "<b>,../x,a,b,c,d,e", lens: "2_-1" });
  assert.deepEqual(state, { ...fresh(), also: ["a", "b", "c", "d"] });
  assert.equal(stateOf({ x: "0" }).example, 0);
  assert.deepEqual([stateOf({ style: "a" }).style, stateOf({ style: "0" }).style], [null, 0]);
});

test("a file says what it was drawn by", () => {
  assert.equal(fileName("a-run@last", { ...fresh(), seed: 5 }, "strip"), "a-run-last-example-1-z-5.0-strip");
  assert.equal(fileName("m", { ...FULL, example: -1, style: null }, "pair"), "m-own-z-12.3-backward-pair");
  assert.equal(fileName("m", { ...FULL, backward: false }, "map"), "m-example-7-style-example-5-map");
});

test("verdicts follow the pictures of an answer, at any byte", () => {
  const bytes = new Uint8Array(3 + 16);
  bytes.set(new Uint8Array(Float32Array.from([1, -2, 0.5, 4]).buffer), 3);
  const [one, two] = verdictsOf("2,1,2", bytes.buffer, 3);
  assert.deepEqual([[...one.values], [...two.values], two.width], [[1, -2], [0.5, 4], 2]);
  assert.deepEqual(verdictsOf(null, bytes.buffer, 3), []);
  assert.deepEqual(rangeOf([one, two], false), { low: -4, middle: 0, high: 4 });
  assert.deepEqual(rangeOf([one], true), { low: 0, middle: 0.5, high: 1 });
  assert.equal(wordsOf(one, rangeOf([one], false), false), "mean −0.50, from −2.00 to 1.00; 1 of 2 × 1 patches taken for real");
  const whole = { width: 1, height: 1, values: Float32Array.of(0.25) };
  assert.equal(wordsOf(whole, rangeOf([whole], true), true), "25 % for the whole picture");
});

test("beside the chosen model stand those that were chosen, or two published ones where pictures are sharpened", () => {
  const rivals = ["a", "b", "c", "d"].map((id) => ({ id, published: id !== "a" }));
  const page = { mode: "sharpen", rivals };
  assert.deepEqual(alsoOf(page, { also: null }), ["b", "c"]);
  assert.deepEqual(alsoOf({ ...page, mode: "style" }, { also: null }), []);
  assert.deepEqual(alsoOf(page, { also: ["d", "gone", "a"] }), ["d", "a"]);
  assert.deepEqual([rivalsOf({ ...page, mode: "paint" }), alsoOf({ ...page, mode: "draw" }, { also: ["a"] })], [[], []], "none beside a canvas");
});

test("an input is kept by model and direction, and not for a model that reads another size", () => {
  const cells = new Cells(3, 2), source = { truth: null, fits: true };
  keep("m", false, { cells, source });
  assert.equal(keptOf("m", false, [1, 2, 3])?.cells, cells);
  assert.deepEqual([keptOf("m", true, [1, 2, 3]), keptOf("m", false, [1, 3, 2]), keptOf("n", false, [1, 2, 3])], [null, null, null]);
});
