import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsFor, csvOf } from "../../../explorer/web/compare/tables.js";
import { History } from "../../../explorer/web/shared/history.js";
import { BRIGHT, LAYERS, USUAL } from "../described.js";

const DARK = { ...BRIGHT, title: "mean brightness", better: "lower" };
const run = (id, measures, more = []) => ({ letter: id.toUpperCase(), name: `run ${id}`, source: { id, measures, history: new History(),
  status: { state: "finished" }, run: { display: { ...USUAL, measures: [...USUAL.measures, ...more] } } } });

test("the table has a column for each measure that the runs describe, in their order", () => {
  const told = columnsFor([run("a", [])]).map(({ label }) => label);
  assert.deepEqual(told, ["Run", "State", "Steps", "Epochs", "Images seen", "Time", "Measured at step", "Fréchet distance",
    "Coverage", "Recall", "Precision", "Diversity", "Variety within classes", "Variety within the worst class", "Modes",
    "Modes of stacks", "Divergence of modes", "Combinations", "Clear", "As asked"]);
});

test("what each of many layers has is in the CSV file, and marked for the table to leave out", () => {
  const runs = [run("a", [{ step: 5, frechet: 2, d_sigma_3: 1.5 }], LAYERS)];
  const columns = columnsFor(runs);
  assert.deepEqual(columns.filter(({ many }) => many).map(({ id }) => id), LAYERS.map(({ name }) => name));
  const [head, first] = csvOf(columns, runs).split("\r\n").map((line) => line.split(","));
  assert.equal(first[head.indexOf("last_d_sigma_3")], "1.5");
});

test("a measure that no script names has a column, with its help and its digits, and one in the CSV file", () => {
  const runs = [run("a", [{ step: 5, frechet: 2, brightness: -0.25 }, { step: 9, frechet: 3, brightness: 0.123456 }], [DARK]),
    run("b", [{ step: 7, frechet: 1 }])];
  const columns = columnsFor(runs);
  const column = columns.at(-1);
  assert.deepEqual([column.id, column.label, column.about], ["brightness", "Mean brightness", "Mean of the pixels. Lower is better."]);
  assert.equal(column.words(0.123456), "0.123");
  const [head, first, second] = csvOf(columns, runs).split("\r\n").map((line) => line.split(","));
  const at = (row, name) => row[head.indexOf(name)];
  assert.deepEqual([at(first, "best_brightness"), at(first, "last_brightness"), at(first, "best_frechet")], ["-0.25", "0.123456", "2"]);
  assert.deepEqual([at(second, "best_brightness"), at(second, "last_frechet")], ["", "1"]);
});
