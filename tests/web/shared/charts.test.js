import assert from "node:assert/strict";
import { test } from "node:test";
import { CHARTS, NOT_MEASURED, SEE_LATER, VIEWS, WAITING, bestOf, hasNumbers } from "../../../explorer/web/shared/charts.js";

const recent = (values) => ({ recent: (name) => values[name] ?? NaN });
const title = (view, values, run = {}) => VIEWS[view].title({ history: recent(values), run, measures: [] });

test("the title of D's outputs says who is ahead", () => {
  const said = (real, fake, run) => title("outputs", { d_real: real, d_fake: fake }, run);
  assert.equal(said(NaN, 0.5), WAITING);
  assert.equal(said(0.52, 0.47), "D can no longer tell: 0.52, 0.47");
  assert.equal(said(0.99, 0.01), "D recognises the fakes: 0.99, 0.01");
  assert.equal(said(0.8, 0.3), "D tells them apart: 0.80, 0.30");
  assert.equal(said(0.7, 0.65), "D hardly tells: 0.70, 0.65");
  assert.equal(said(0.3, 0.65), "D takes fake for real: 0.30, 0.65");
  assert.equal(said(3, -2.5, { display: { d_output: "score" } }), "D scores 3.0 and −2.5: 5.5 apart");
});

test("a loss near zero is a victory of D, but not where it is a score", () => {
  assert.equal(title("losses", { d_loss: 0.01, g_loss: 6 }), "D wins: its loss is 0.01, G's 6");
  assert.equal(title("losses", { d_loss: -4, g_loss: 6 }, { display: { d_output: "score" } }), "D's loss −4.00, G's 6.00");
});

test("the best measure is that of the least distance, the first of equals", () => {
  const measures = [{ step: 1 }, { step: 2, frechet: 5 }, { step: 3, frechet: 2 }, { step: 4, frechet: 2 }, { step: 5, frechet: null }];
  assert.equal(bestOf({ measures }).step, 3);
  assert.equal(bestOf({ measures, run: { begun: 3 } }).step, 4, "what a branch took over is another run's best");
  assert.equal(bestOf({ measures: [{ frechet: NaN }] }), undefined);
});

test("the distance's title tells the newest, the best before it, and real pictures", () => {
  const said = (...distances) => VIEWS.frechet.title({ measures: distances.map((frechet) => ({ frechet, floor: 0.5 })) });
  assert.equal(said(), SEE_LATER);
  assert.equal(said(9, 3), "3.0; real pictures 0.5");
  assert.equal(said(3, 9), "9.0; best 3.0; real 0.5");
  assert.equal(said(NaN), "Not measured");
});

test("measures stand beside real pictures, and what was not measured is said", () => {
  assert.equal(VIEWS.recall.title({ measures: [{ recall: 0.72, real_recall: 0.91 }] }), "72 %; real pictures 91 %");
  assert.equal(VIEWS.diversity.title({ measures: [{ diversity: 1.234, real_diversity: 2 }] }), "1.23; real pictures 2");
  assert.equal(VIEWS.recall.title({ measures: [{}] }), NOT_MEASURED);
  assert.equal(VIEWS.coverage.title({ measures: [{ coverage: 0.5, modes: 7, real_modes: 10 }] }), "Covers 50 %, 7 of 10 classes");
});

test("a view is offered where a measure has a number for it", () => {
  assert.equal(hasNumbers(VIEWS.modes, [{ modes: null }, { modes: 3 }]), true);
  assert.equal(hasNumbers(VIEWS.modes, [{ recall: 3 }]), false);
  assert.equal(hasNumbers(VIEWS.losses, []), true);
});

test("no two views share a name", () => {
  const ids = CHARTS.flatMap(({ views }) => views.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length);
});
