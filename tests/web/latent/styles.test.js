import assert from "node:assert/strict";
import { test } from "node:test";
import { bandsOf, mixOf, textOf } from "../../../explorer/web/latent/styles.js";

test("layers are in three bands, from coarse to fine", () => {
  assert.deepEqual(bandsOf(8), ["coarse", "coarse", "coarse", "middle", "middle", "middle", "fine", "fine"]);
  assert.deepEqual(bandsOf(3), ["coarse", "middle", "fine"]);
});

test("what is set is a text in the link, and wrong texts are what is usual", () => {
  const mix = { from: 7, bands: ["coarse", "fine"], silent: [0, 3] };
  assert.equal(textOf(mix), "7_cf_0-3");
  assert.deepEqual(mixOf(textOf(mix)), mix);
  const usual = { from: 1, bands: ["fine"], silent: [] };
  assert.deepEqual(mixOf(""), usual);
  assert.deepEqual(mixOf("x_f_a-b_NaN"), usual);
  assert.deepEqual(mixOf("3__"), { ...usual, from: 3, bands: [] });
});
