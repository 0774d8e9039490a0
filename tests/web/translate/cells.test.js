import assert from "node:assert/strict";
import { test } from "node:test";
import { Cells, Steps, brush } from "../../../explorer/web/translate/cells.js";

const cellsOf = (...rows) => new Cells(rows[0].length, rows.length, Uint32Array.from(rows.join("")));
const rowsOf = ({ width, height, values }) => Array.from({ length: height }, (_, row) => [...values.slice(row * width, (row + 1) * width)].join(""));

test("a brush is a disc of whole cells around its middle", () => {
  assert.deepEqual(brush(1), [[0, 0]]);
  assert.equal(brush(2).length, 4);
  assert.equal(brush(3).length, 9, "the corners lie within 1.5 cells of the middle");
  assert.equal(brush(5).length, 21, "of 25 but the corners");
  assert.ok(brush(5).every(([x, y]) => Math.abs(x) <= 2 && Math.abs(y) <= 2));
});

test("a dab paints what lies inside, and says whether anything changed", () => {
  const cells = new Cells(4, 3);
  assert.equal(cells.dab(0, 0, 3, 7), true);
  assert.deepEqual(rowsOf(cells), ["7700", "7700", "0000"]);
  assert.equal(cells.dab(0, 0, 3, 7), false);
  assert.equal(cells.dab(-9, 0, 3, 7), false, "a brush outside paints nothing");
});

test("a line leaves no gap, and its mirror image lies on the other side of the middle", () => {
  const cells = new Cells(6, 4);
  cells.line([0, 0], [2, 3], 1, 1, true);
  assert.deepEqual(rowsOf(cells), ["100001", "010010", "010010", "001100"]);
});

test("fill takes what hangs together side by side, and nothing across a corner", () => {
  const cells = cellsOf("0010", "0010", "1100", "0000");
  assert.equal(cells.fill(0, 0, 5), true);
  assert.deepEqual(rowsOf(cells), ["5510", "5510", "1100", "0000"]);
  assert.equal(cells.fill(0, 0, 5), false, "it is so already");
  assert.equal(cells.fill(9, 0, 5), false, "outside there is nothing");
  cells.fill(3, 0, 8, true);
  assert.deepEqual(rowsOf(cells), ["8818", "8818", "1188", "8888"], "mirrored, the other side's area too");
});

test("clear says whether anything changed", () => {
  const cells = cellsOf("01", "00");
  assert.deepEqual([cells.clear(0), cells.clear(0)], [true, false]);
});

test("strokes are undone and done again, and a new one drops those undone", () => {
  const steps = new Steps();
  const [one, two, three] = ["1", "2", "3"].map((row) => cellsOf(row));
  steps.keep(one);
  steps.keep(two);
  assert.equal(steps.go(-1, three), two);
  assert.equal(steps.go(-1, two), one);
  assert.equal(steps.go(-1, one), null);
  assert.equal(steps.go(1, one), two);
  steps.keep(two);
  assert.equal(steps.go(1, three), null);
});
