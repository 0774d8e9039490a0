// Attributes that a model is told: as the URL keeps them, and what a choice makes of them.

import assert from "node:assert/strict";
import test from "node:test";

import { chosen, columnOf } from "../../../explorer/web/latent/attributes.js";
import { fresh, pointOf, spotOf, stateOf, textsOf } from "../../../explorer/web/latent/state.js";

const SMILE = { columns: [0] };
const EYEWEAR = { columns: [1, 2] };

test("a choice changes its own part alone", () => {
  assert.equal(chosen([1, 0, 1, 0], SMILE, null), "b0010");
  assert.equal(chosen([1, 0, 1, 0], EYEWEAR, 1), "b1100");
  assert.equal(chosen([1, 0, 1, 0], EYEWEAR, null), "b1000");
  assert.equal(chosen([0.6, 0.4, 0, 1], EYEWEAR, 2), "b1011", "what lies between two pictures is rounded");
});

test("which attribute of a part is told", () => {
  assert.equal(columnOf([1, 0, 1], EYEWEAR), 2);
  assert.equal(columnOf([1, 0, 0], EYEWEAR), null);
  assert.equal(columnOf([1, 0, 0], SMILE), 0);
});

test("attributes stand in the link and are a list for the server", () => {
  const state = { ...fresh(), y: "b101", kept: [{ ...spotOf(fresh()), y: "b011" }] };
  const texts = textsOf(state);
  assert.equal(texts.y, "b101");
  const again = stateOf(texts);
  assert.equal(again.y, "b101");
  assert.equal(again.kept[0].y, "b011");
  assert.deepEqual(pointOf(spotOf(again)).y, [1, 0, 1]);
  assert.equal(pointOf(spotOf(stateOf({ y: "7" }))).y, 7);
  for (const wrong of ["b", "b102", "x1", "b1 0", `b${"1".repeat(1001)}`]) assert.equal(stateOf({ y: wrong }).y, null);
});
