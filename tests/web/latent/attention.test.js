import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf, strongest } from "../../../explorer/web/latent/attention.js";

test("a share of the way lies on one of so many places, the ends on the outermost", () => {
  assert.deepEqual(placeOf([0, 0], 14), { column: 0, row: 0, index: 0 });
  assert.deepEqual(placeOf([1, 1], 14), { column: 13, row: 13, index: 195 });
  assert.deepEqual(placeOf([0.5, 0.26], 4), { column: 2, row: 1, index: 6 });
});

test("the strongest of a map is told with its share of all", () => {
  const maps = { width: 2, height: 2, bytes: Uint8Array.from([255, 0, 0, 0, 100, 50, 255, 95]) };
  assert.deepEqual(strongest(maps, 0), { column: 0, row: 0, share: 1 });
  assert.deepEqual(strongest(maps, 1), { column: 0, row: 1, share: 255 / 500 });
});
