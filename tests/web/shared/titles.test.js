import assert from "node:assert/strict";
import { test } from "node:test";
import { figure, percent } from "../../../explorer/web/shared/format.js";
import { titleOf } from "../../../explorer/web/shared/titles.js";

const ROW = { cycle: 0.25, grad_f: 12345, share: 0.5, less: 0.75, odd: "text" };
const said = (...titles) => titleOf(titles.map((one) => (typeof one === "string" ? { text: one } : one)), (key) => ROW[key],
  (key) => (key === "share" ? percent : figure), "score");

test("numbers are told as the title says, or as their unit is", () => {
  assert.equal(said("{cycle} {cycle:.3f} {grad_f:.2g} {grad_f:,} {cycle:%} {share} {share:.1g}"), "0.25 0.250 12,345 12,300 25 % 50 % 0.5");
  assert.equal(said("{share - less:.2f} of D's {d_output}"), "−0.25 of D's score");
});

test("the first title is said of which all numbers are known and all comparisons are true", () => {
  assert.equal(said("{none} and {cycle}", "{odd}", "{cycle} alone", "not reached"), "0.25 alone");
  assert.equal(said({ text: "far", when: ["cycle > 0.5"] }, { text: "near", when: ["cycle < 0.5", "less - share > 0.2"] }), "near");
  assert.equal(said({ text: "far", when: ["none < 5"] }, "no number"), "no number", "of what is not known nothing holds");
  assert.equal(said({ text: "real", d_output: "probability" }, { text: "a score", d_output: "score" }), "a score");
  assert.equal(said({ text: "far", when: ["process.exit() > 1"] }, "{none}"), undefined);
  assert.equal(titleOf([], () => 1, () => figure, "score"), undefined);
});
