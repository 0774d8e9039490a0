import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../../explorer/web/compare/curves.js";
import { BRIGHT, USUAL } from "../described.js";

test("runs are compared by one number a view: measures first, then G before D", () => {
  const told = compared(USUAL).map(({ id, views }) => [id, views.map((view) => `${view.id}: ${view.label}`)]);
  assert.deepEqual(told, [
    ["near", ["frechet: Fréchet distance"]],
    ["varied", ["coverage: coverage", "recall: recall", "diversity: diversity", "variety: variety within classes",
      "least_variety: variety within the worst class", "modes: modes", "stacked_modes: modes of stacks",
      "stacked_divergence: divergence of modes", "combinations: combinations"]],
    ["clear", ["clear: clear", "as_asked: as asked", "precision: precision"]],
    ["losses", ["g_loss: of G", "d_loss: of D"]],
    ["outputs", ["d_fake: of fake", "d_real: of real"]],
    ["training", ["grad_g: gradient of G", "grad_d: gradient of D", "images_per_s: images / s"]],
  ]);
});

test("a measure that no script names is compared, too", () => {
  const charts = compared({ ...USUAL, measures: [...USUAL.measures, BRIGHT] });
  const { name, views: [view] } = charts[3];
  assert.deepEqual([name, view.id, view.field, view.real, view.called], ["How bright", "brightness", "brightness", "real_brightness", "brightness"]);
  assert.equal(view.words(0.5), "0.5");
});
