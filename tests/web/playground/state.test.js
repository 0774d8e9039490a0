import assert from "node:assert/strict";
import { test } from "node:test";
import { Rules, drawingOf, pointsOf } from "../../../explorer/web/playground/state.js";

const number = (name, rest, low, high, whole = false) => ({ name, rest, low, high, whole, choices: [] });
const LISTED = [
  { name: "data", rest: "ring", choices: ["ring", "grid", "drawing"] }, { name: "drawing", rest: "", choices: [] },
  { name: "loss", rest: "non-saturating", choices: ["non-saturating", "wasserstein"] },
  number("seed", 0, 0, 9999, true), number("d_steps", 1, 1, 8, true), number("smoothing", 0, 0, 0.5), number("d_rate", 0.01, 1e-6, 1),
];
const rules = new Rules(LISTED, ["non-saturating"], 3);

test("a state's texts give the state again", () => {
  for (const texts of [{}, { data: "grid", seed: "12", d_rate: "0.5", beside: "loss:wasserstein|d_steps:5", hide: "real,net", pace: "slow", story: "3" },
    { beside: "same", story: "-" }]) {
    const state = rules.read(texts);
    assert.deepEqual(rules.read({ ...rules.texts(state), ...(rules.texts(state).beside ? {} : { beside: undefined }) }), state);
  }
  assert.deepEqual(rules.read({}), { config: rules.rest, beside: null, hide: [], pace: "4", story: 1 });
});

test("what is none of a setting's values is at rest", () => {
  const { config } = rules.read({ data: "<b>", seed: "1.5", d_steps: "99", d_rate: "1e999", smoothing: "" });
  assert.deepEqual(config, rules.rest);
  assert.equal(rules.value("nothing", "1"), undefined);
});

test("two games share data and seed whatever the address says", () => {
  const state = rules.read({ data: "grid", seed: "3", beside: "data:ring|seed:9|d_steps:5" });
  assert.deepEqual(state.beside, { d_steps: 5 });
  assert.deepEqual(rules.besideOf(state), { ...rules.rest, data: "grid", seed: 3, d_steps: 5 });
  assert.equal(rules.besideOf(rules.read({})), null);
});

test("smoothing goes with a loss of probabilities alone, and a drawing needs points", () => {
  assert.equal(rules.read({ loss: "wasserstein", smoothing: "0.2" }).config.smoothing, 0);
  assert.equal(rules.read({ smoothing: "0.2" }).config.smoothing, 0.2);
  assert.equal(rules.read({ data: "drawing" }).config.data, "ring");
});

test("an error needs a G that is told x, and G always has something to learn from", () => {
  const told = new Rules([...rules.listed, { name: "told", rest: "nothing", choices: ["nothing", "x"] },
    number("adversarial", 1, 0, 1), number("error", 0, 0, 100)], [], [], 9);
  const weights = (texts) => { const { adversarial, error } = told.read(texts).config; return [adversarial, error]; };
  assert.deepEqual(weights({ error: "2", adversarial: "0" }), [1, 0]);
  assert.deepEqual(weights({ told: "x", error: "2", adversarial: "0" }), [0, 2]);
  assert.deepEqual(weights({ told: "x", adversarial: "0" }), [1, 0]);
});

test("a drawing's text gives its points to 1/255", () => {
  const points = [[-1, 1], [0.25, -0.5], [0, 0.999]];
  const text = drawingOf(points);
  assert.match(text, /^[\w-]+$/);
  pointsOf(text).forEach(([x, y], at) => assert.ok(Math.hypot(x - points[at][0], y - points[at][1]) < 2 / 255));
  assert.deepEqual(pointsOf(drawingOf([[7, -7]])), [[1, -1]]);
  assert.deepEqual(pointsOf("%%%"), []);
  assert.equal(rules.value("drawing", drawingOf([...points, [0, 0]])), undefined, "more points than allowed");
});
