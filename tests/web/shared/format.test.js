import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, count, distance, duration, figure, fixed, percent, resolution, stateWord } from "../../../explorer/web/shared/format.js";

test("figures carry three digits at most", () => {
  assert.equal(figure(0.123456), "0.123");
  assert.equal(figure(-2.5), "−2.5");
  assert.equal(figure(12345.6), "12,346");
  assert.equal(figure(0.00042), "4.2 · 10^−4");
  assert.equal(figure(-0.00042), "−4.2 · 10^−4");
  assert.equal(figure(0), "0");
});

test("what is no number is a dash", () => {
  for (const words of [count, figure, distance, duration]) {
    assert.equal(words(NaN), "–");
    assert.equal(words(null), "–");
    assert.equal(words(undefined), "–");
  }
  assert.equal(fixed(Infinity, 2), "–");
});

test("a distance has the digits that a few thousand pictures carry", () => {
  assert.deepEqual([0.0461, 3.14159, 99.96, 1234.4].map(distance), ["0.046", "3.1", "100.0", "1,234"]);
});

test("durations and ages", () => {
  assert.deepEqual([0, 61, 3599.6, 36_061, -5].map(duration), ["00:00", "01:01", "1:00:00", "10:01:01", "00:00"]);
  assert.deepEqual([990, 900, -9000, -200_000].map((then) => ago(then, 1000)), ["now", "1 min ago", "2 h ago", "2 d ago"]);
  assert.equal(ago(2000, 1000), "now", "a clock that is ahead");
});

test("the resolution of a generator that grows", () => {
  assert.deepEqual([4, 5.6, 8, 12, 32].map((side) => resolution(side, 32)),
    ["4 x 4", "4 to 8, 40 %", "8 x 8", "8 to 16, 50 %", "32 x 32"]);
  assert.deepEqual([7, 10.5, 28].map((side) => resolution(side, 28)), ["7 x 7", "7 to 14, 50 %", "28 x 28"]);
  assert.deepEqual([NaN, null, undefined, 0].map((side) => resolution(side, 32)), ["", "", "", ""]);
});

test("shares and fixed decimals", () => {
  assert.deepEqual([0, 0.001, 0.014, 0.995, 0.996, 1].map(percent), ["0 %", "under 1 %", "1 %", "100 %", "over 99 %", "100 %"]);
  assert.equal(fixed(-0.5, 2), "−0.50");
});

test("a state is a word with a capital", () => {
  assert.equal(stateWord("running"), "Running");
  assert.equal(stateWord(undefined), "");
});
