import assert from "node:assert/strict";
import { test } from "node:test";
import { Steps, batchOf, fresh, pointOf, rounded, spotOf, stateOf, textsOf, withSpot } from "../../../explorer/web/latent/state.js";

const FULL = { ...fresh(), seed: 12, index: 5, own: "v.a_b-C", moves: { smile: 1.5, "glasses~beard,hair": -2 }, psi: 0.7, y: 3, tab: "walk",
  group: "pca", page: 2, axes: ["pca-1", "smile"], reach: 3, bare: true, path: "lerp", pace: 2.5,
  kept: [{ z: "0.1", moves: { "m:0.1,0.2|0.3,0.4": 2 }, psi: 1, shell: true, y: 0 }, { z: "v.x", moves: {}, psi: 0.5, shell: false, y: null }] };

test("a state's texts give the state again", () => {
  assert.deepEqual(stateOf(textsOf(FULL)), FULL);
  assert.deepEqual(stateOf(textsOf(fresh())), fresh());
});

test("an address that somebody wrote gives a state within its bounds", () => {
  const state = stateOf({ z: "1.2.3", own: "v.<b>", moves: "smile*1e9_*3_x*nan_pca-1*0", psi: "-3", shell: "yes", y: "-1", kept: "0.1::::9~~junk",
    tab: "x", page: "1.5", axes: "a_b_c", reach: "99", pace: "0", path: "x" });
  assert.deepEqual([state.seed, state.index, state.own, state.moves], [0, 0, "", { smile: 100 }]);
  assert.deepEqual([state.psi, state.shell, state.y, state.tab, state.page], [0, false, null, "sliders", 0]);
  assert.deepEqual([state.axes, state.reach, state.pace, state.path], [["a", "b"], 8, 0.5, "slerp"]);
  assert.deepEqual(state.kept, [{ z: "0.1", moves: {}, psi: 2, shell: false, y: null }]);
});

test("an older link, in which truncation of styles stood beside their mixture, truncates as before", () => {
  assert.equal(stateOf({ mix: "1_cmf__0.7" }).psi, 0.7);
  assert.equal(stateOf({ mix: "1_cmf__0.7", psi: "0.5" }).psi, 0.5);
  assert.equal(stateOf({ mix: "1_cmf_0-3" }).psi, 1);
});

test("a point says nothing of what is at rest", () => {
  assert.deepEqual(pointOf(spotOf(fresh())), { z: [["0.0", 1]] });
  assert.deepEqual(pointOf({ z: "0.1", moves: { a: 0, b: 2 }, psi: 0.5, shell: true, y: 0 }),
    { z: [["0.1", 1]], moves: { b: 2 }, shell: true, y: 0 }, "on the shell there is no truncation");
});

test("a batch is eight samples with the current one at its place, or a vector before seven", () => {
  const samples = batchOf({ ...fresh(), seed: 3, index: 13 });
  assert.deepEqual([samples.sources[0], samples.sources[7], samples.at], ["3.8", "3.15", 5]);
  const own = batchOf({ ...fresh(), own: "v.x", index: 13 });
  assert.deepEqual([own.sources[0], own.sources[1], own.points.length, own.at], ["v.x", "0.8", 8, 0]);
});

test("a vector as the current spot keeps the sample that the others are drawn with", () => {
  const state = withSpot({ ...fresh(), seed: 4, index: 2 }, { z: "v.x", moves: { a: 1 }, psi: 1, shell: false, y: null });
  assert.deepEqual([state.seed, state.index, state.own], [4, 2, "v.x"]);
  const back = withSpot(state, { z: "9.8", moves: {}, psi: 1, shell: false, y: null });
  assert.deepEqual([back.seed, back.index, back.own], [9, 8, ""]);
});

test("rounding to two decimals never gives minus zero", () => {
  assert.equal(rounded(1.239), 1.24);
  assert.ok(Object.is(rounded(-0.001), 0));
});

test("steps are undone and done again, and a new one drops those undone", () => {
  const at = (index) => ({ ...fresh(), index });
  const steps = new Steps(at(0));
  assert.equal(steps.take(at(1), "", 0), true);
  assert.equal(steps.take(at(2), "", 1), true);
  assert.equal(steps.take(at(2), "", 2), false, "nothing changed");
  assert.deepEqual([steps.go(-1).index, steps.go(-1).index, steps.go(-1).index, steps.canUndo], [1, 0, 0, false]);
  assert.deepEqual([steps.go(1).index, steps.canRedo], [1, true]);
  steps.take(at(7), "", 3);
  assert.deepEqual([steps.canRedo, steps.go(-1).index], [false, 1]);
});

test("a key that repeats within 800 ms is one step", () => {
  const at = (index) => ({ ...fresh(), index });
  const steps = new Steps(at(0));
  assert.deepEqual([steps.take(at(1), "arrow", 0), steps.take(at(2), "arrow", 700), steps.take(at(3), "arrow", 1400),
    steps.take(at(4), "arrow", 2300), steps.take(at(5), "other", 2301)], [true, false, false, true, true]);
  assert.deepEqual([steps.go(-1).index, steps.go(-1).index, steps.go(-1).index], [4, 3, 0]);
});
