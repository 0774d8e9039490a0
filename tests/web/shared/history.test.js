import assert from "node:assert/strict";
import { test } from "node:test";
import { History, thin } from "../../../explorer/web/shared/history.js";

const CURVES = ["step", "images_seen", "seconds", "d_loss", "g_loss"];
const begun = () => {
  const history = new History();
  history.load(Object.fromEntries(CURVES.map((name) => [name, ""])));
  return history;
};
const row = (step, more = {}) => CURVES.map((name) => ({ step, images_seen: 64 * step, seconds: step / 10, d_loss: 1, ...more })[name] ?? null);
const filled = (count, lossOf = () => 1) => {
  const history = begun();
  history.append(Array.from({ length: count }, (_, index) => row(index + 1, { d_loss: lossOf(index) })));
  return history;
};
const packed = (values, Kind) => Buffer.from(new Kind(values).buffer).toString("base64");

test("loaded and appended rows lie in one line, and a missing number is NaN", () => {
  const history = new History();
  history.load(Object.fromEntries(CURVES.map((name) =>
    [name, packed([1, 2, 3e9], ["step", "images_seen", "seconds"].includes(name) ? Float64Array : Float32Array)])));
  history.append(Array.from({ length: 1000 }, (_, index) => row(3e9 + 1 + index)));
  assert.equal(history.length, 1003);
  assert.equal(history.values("step")[2], 3e9, "steps are exact");
  assert.equal(history.last("step"), 3e9 + 1000);
  assert.ok(Number.isNaN(history.last("g_loss")));
});

test("loading again forgets what was there, smoothing and signs included", () => {
  const history = filled(10, () => -5);
  assert.equal(history.isPositive("d_loss"), false);
  history.smoothed("d_loss", 0.9);
  history.load(Object.fromEntries(CURVES.map((name) =>
    [name, packed([7], ["step", "images_seen", "seconds"].includes(name) ? Float64Array : Float32Array)])));
  assert.equal(history.isPositive("d_loss"), true);
  assert.deepEqual([...history.smoothed("d_loss", 0.9)], [7]);
});

test("the moving average does not start at zero, and grows as one that is made at once", () => {
  const values = [4, NaN, 2, 8, 1];
  const history = begun();
  let sum = 0;
  let weight = 0;
  for (const [index, value] of values.entries()) {
    history.append([row(index + 1, { d_loss: value })]);
    const last = history.smoothed("d_loss", 0.5).at(-1);
    if (Number.isNaN(value)) {
      assert.ok(Number.isNaN(last));
      continue;
    }
    sum = 0.5 * sum + 0.5 * value;
    weight = 0.5 * weight + 0.5;
    assert.ok(Math.abs(last - sum / weight) < 1e-12);
  }
  assert.equal(history.smoothed("d_loss", 0.5)[0], 4);
  assert.equal(history.smoothed("d_loss", 0)[4], 1, "another decay begins anew");
});

test("the smoothing goes on where the columns had to grow", () => {
  const history = filled(200, (index) => index);
  history.smoothed("d_loss", 0.9);
  history.append(Array.from({ length: 300 }, (_, index) => row(201 + index, { d_loss: 200 + index })));
  const grown = [...history.smoothed("d_loss", 0.9)];
  assert.deepEqual(grown, [...filled(500, (index) => index).smoothed("d_loss", 0.9)]);
});

test("the recent mean looks at a twentieth, 20 to 500 points, and at numbers alone", () => {
  assert.equal(filled(1000, (index) => (index < 950 ? 100 : 3)).recent("d_loss"), 3);
  assert.equal(filled(10, (index) => index).recent("d_loss"), 4.5);
  assert.ok(Number.isNaN(filled(10).recent("g_loss")));
});

test("where a step is first reached", () => {
  const history = begun();
  assert.equal(history.indexAt("step", 5), -1);
  assert.equal(history.imagesAt(5), 0);
  history.append([row(10), row(20), row(30)]);
  assert.deepEqual([0, 10, 11, 30, 99].map((step) => history.indexAt("step", step)), [0, 0, 1, 2, 2]);
  assert.equal(history.imagesAt(20), 1280);
});

test("a curve of few points is drawn as it is", () => {
  const drawn = thin(Float64Array.of(1, 2, 3), Float64Array.of(5, NaN, 7), null, 100);
  assert.deepEqual(drawn, { x: [1, 2, 3], y: [5, NaN, 7] });
});

test("thinning keeps peaks, gaps and the end", () => {
  const xs = Float64Array.from({ length: 10_000 }, (_, index) => index);
  const ys = Float64Array.from(xs, (x) => (x === 4321 ? 99 : x === 4322 ? -99 : x >= 6000 && x < 7000 ? NaN : Math.sin(x)));
  const { x, y } = thin(xs, ys, null, 100);
  assert.ok(x.length <= 402 && x.length === y.length);
  assert.equal(y[x.indexOf(4321)], 99);
  assert.equal(y[x.indexOf(4322)], -99);
  assert.ok(y.some(Number.isNaN));
  assert.equal(x.at(-1), 9999);
  assert.deepEqual([...x].sort((a, b) => a - b), x, "from left to right");
});

test("full buckets do not change as the curve grows", () => {
  const ys = Float64Array.from({ length: 3000 }, (_, index) => Math.sin(index * index));
  const xs = Float64Array.from(ys, (_, index) => index);
  const before = thin(xs.subarray(0, 2500), ys.subarray(0, 2500), null, 400);
  const after = thin(xs.subarray(0, 2600), ys.subarray(0, 2600), null, 400);
  const full = before.x.findIndex((x) => x >= 2496);
  assert.deepEqual(after.x.slice(0, full), before.x.slice(0, full));
});

test("a zoom takes the points beside its edges too, so that the line leaves the picture", () => {
  const xs = Float64Array.from({ length: 100 }, (_, index) => index * 10);
  assert.deepEqual(thin(xs, xs, [205, 215], 50).x, [200, 210, 220, 230]);
});

test("a column that a run does not have holds nothing", () => {
  const history = filled(10);
  assert.deepEqual([history.values("cycle").length, history.smoothed("cycle", 0.9).length, history.last("cycle")], [0, 0, NaN]);
  assert.ok(Number.isNaN(history.recent("cycle")));
});
