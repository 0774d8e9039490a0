import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf, valueAt } from "../../../explorer/web/latent/tradeoff.js";

const CURVE = [[0.5, 0.8], [1, 0.4], [1.5, 0.2]];

test("between two truncations that were measured the value lies on the line between them, beyond them it stays", () => {
  assert.deepEqual([0, 0.5, 0.75, 1, 1.25, 1.5, 2].map((psi) => Number(valueAt(CURVE, psi).toFixed(6))), [0.8, 0.8, 0.6, 0.4, 0.3, 0.2, 0.2]);
  assert.equal(valueAt([[1, 0.4]], 0.3), 0.4);
  assert.ok(Number.isNaN(valueAt([], 1)));
});

test("a curve goes from the left to the right, and a share of 1 lies on top", () => {
  assert.equal(pathOf([[0, 1], [1.5, 0]]), "M0.0 0.0L150.0 46.0");
  assert.equal(pathOf([]), "");
});
