import assert from "node:assert/strict";
import { test } from "node:test";
import { NOT_MEASURED, NOT_RECORDED, SEE_LATER, WAITING, chartsOf, hasNumbers, together } from "../../../explorer/web/shared/charts.js";
import { BRIGHT, LAYERS, USUAL } from "../described.js";

const CHARTS = chartsOf(USUAL);
const VIEWS = Object.fromEntries(CHARTS.flatMap(({ views }) => views.map((view) => [view.id, view])));

const recent = (values) => ({ recent: (name) => values[name] ?? NaN });
const title = (view, values, run = {}) => VIEWS[view].title({ history: recent(values), run, measures: [] });

test("the title of D's outputs says who is ahead", () => {
  const said = (real, fake, run) => title("outputs", { d_real: real, d_fake: fake }, run);
  assert.equal(said(NaN, NaN), WAITING);
  assert.equal(title("outputs", { step: 9 }), NOT_RECORDED, "a method may record others");
  assert.equal(said(0.52, 0.47), "D can no longer tell: 0.52, 0.47");
  assert.equal(said(0.99, 0.01), "D recognises the fakes: 0.99, 0.01");
  assert.equal(said(0.8, 0.3), "D tells them apart: 0.80, 0.30");
  assert.equal(said(0.7, 0.65), "D hardly tells: 0.70, 0.65");
  assert.equal(said(0.3, 0.65), "D takes fake for real: 0.30, 0.65");
  assert.equal(said(3, -2.5, { display: { d_output: "score" } }), "D scores 3.0 and −2.5, a difference of 5.5");
  assert.equal(said(0.4, 1.7, { display: { d_output: "distance" } }), "D's distance: real 0.4, fake 1.7");
});

test("a loss near zero is a victory of D, but not where it is a score", () => {
  assert.equal(title("losses", { d_loss: 0.01, g_loss: 6 }), "D wins: its loss is 0.01, G's 6");
  assert.equal(title("losses", { d_loss: -4, g_loss: 6 }, { display: { d_output: "score" } }), "D's loss −4.00, G's 6.00");
});

test("the titles of gradients and of the speed", () => {
  assert.equal(title("gradient norm", { grad_d: 0.91, grad_g: 2e-5 }), "G hardly gets a gradient: 2.0 · 10^−5");
  assert.equal(title("gradient norm", { grad_d: 0.913, grad_g: 1.86 }), "D's gradient 0.91, G's 1.9");
  assert.equal(title("speed", { images_per_s: 5234.4 }), "5,230 images a second");
  assert.equal(title("speed", {}), WAITING);
});

test("the distance's title tells the newest, the best before it, and real pictures", () => {
  const said = (...distances) => VIEWS.frechet.title({ measures: distances.map((frechet) => ({ frechet, floor: 0.5 })), run: { display: USUAL } });
  assert.equal(said(), SEE_LATER);
  assert.equal(said(9, 3), "3.0; real pictures 0.5");
  assert.equal(said(3, 9), "9.0; best 3.0; real 0.5");
  assert.equal(said(NaN), NOT_MEASURED);
});

test("measures stand beside real pictures, and what was not measured is said", () => {
  assert.equal(VIEWS.recall.title({ measures: [{ recall: 0.72, real_recall: 0.91 }] }), "72 %; real pictures 91 %");
  assert.equal(VIEWS.diversity.title({ measures: [{ diversity: 1.234, real_diversity: 2 }] }), "1.23; real pictures 2");
  assert.equal(VIEWS.recall.title({ measures: [{}] }), NOT_MEASURED);
  assert.equal(VIEWS.coverage.title({ measures: [{ coverage: 0.5, modes: 7, real_modes: 10 }] }), "Covers 50 %, 7 of 10 classes");
  assert.equal(VIEWS.coverage.title({ measures: [{ coverage: 0.5, modes: null }] }), "Covers 50 %");
  assert.equal(VIEWS.modes.title({ measures: [{ modes: 7, real_modes: 10 }] }), "7 of 10 classes come");
  assert.equal(VIEWS.classifier.title({ measures: [{ clear: 0.95, as_asked: 0.98 }] }), "95 % clear, 98 % as asked");
  assert.equal(VIEWS.classifier.title({ measures: [{ clear: 0.95, as_asked: null }] }), "95 % clear");
  assert.equal(VIEWS.classifier.title({ measures: [{ clear: null }] }), "No classifier for these pictures");
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

test("the charts of a GAN stand in their order, each with the views to choose from", () => {
  const told = CHARTS.map(({ id, name, views }) => [id, name, views.map((view) => view.id)]);
  assert.deepEqual(told, [
    ["outputs", "D says", ["outputs"]],
    ["losses", "Loss", ["losses"]],
    ["near", "How near", ["frechet"]],
    ["varied", "How varied", ["coverage", "recall", "diversity", "variety", "modes", "stacked_modes", "stacked_divergence", "combinations"]],
    ["clear", "How clear", ["classifier", "precision"]],
    ["training", "Training", ["gradient norm", "speed"]],
  ]);
});

test("a view draws what its description says", () => {
  assert.deepEqual(VIEWS.outputs.columns.map(({ name, column, role }) => [name, column, role]),
    [["D(x)", "d_real", "real"], ["D(G(z))", "d_fake", "fake"]]);
  assert.deepEqual([VIEWS.outputs.unit({}), VIEWS.outputs.unit({ display: { d_output: "score" } })], ["D's output", "D's score"]);
  assert.deepEqual([VIEWS.losses.log, VIEWS["gradient norm"].log, VIEWS.frechet.log, VIEWS.recall.log], ["choice", "always", "chosen", ""]);
  assert.deepEqual(VIEWS.classifier.measures.map(({ name, field, dash }) => [name, field, dash]),
    [["clear", "clear", "solid"], ["as asked", "as_asked", "2px,2px"]]);
  assert.deepEqual([VIEWS.frechet.real, VIEWS.recall.real, VIEWS.classifier.real], ["floor", "real_recall", ""]);
  assert.deepEqual([VIEWS.frechet.called, VIEWS.recall.called], ["Fréchet distance", ""]);
});

test("a measure and a series that no script names have a chart, a title and an axis", () => {
  const charts = chartsOf({
    views: [...USUAL.views, { id: "cycle", chart: "cycle", heading: "There and back", axis: "distance", help: "", log: "", from_zero: true, aside: false }],
    series: [...USUAL.series, { name: "cycle_a", view: "cycle", label: "A", role: "real", short: "", help: "" },
      { name: "cycle_b", view: "cycle", label: "B", role: "fake", short: "", help: "" }],
    measures: [...USUAL.measures, BRIGHT],
  });
  assert.deepEqual(charts.map(({ id }) => id), ["outputs", "losses", "cycle", "near", "varied", "clear", "bright", "training"]);
  const { name, views: [view] } = charts[6];
  assert.deepEqual([name, view.called, view.unit({}), view.about], ["How bright", "brightness", "mean of the pixels", "Mean of the pixels."]);
  assert.equal(view.title({ measures: [{ brightness: -0.4567, real_brightness: -0.5 }] }), "−0.457; real pictures −0.5");
  assert.equal(view.title({ measures: [{ frechet: 3 }] }), NOT_MEASURED);
  assert.equal(hasNumbers(view, [{ brightness: 0 }]), true);
  const [cycle] = charts[2].views;
  assert.equal(cycle.title({ history: recent({ cycle_a: 0.25, cycle_b: 3 }), run: {} }), "A 0.25, B 3");
  assert.equal(cycle.title({ history: recent({}), run: {} }), WAITING);
});

test("a view of exact numbers tells the newest, not the mean of the last", () => {
  const [{ views: [view] }] = chartsOf({ measures: [], series: [{ name: "resolution", view: "resolution", label: "G draws", role: "g" }],
    views: [{ id: "resolution", chart: "resolution", heading: "Resolution", axis: "pixels", exact: true }],
    titles: [{ text: "G draws {resolution:.1f} pixels", when: [], view: "resolution" }] });
  assert.equal(view.exact, true);
  assert.equal(view.title({ history: { recent: () => 12.7, last: () => 32 }, run: {} }), "G draws 32.0 pixels");
});

test("of many layers there is one view, whose title tells the least and the greatest", () => {
  const { name, views: [view, ...more] } = chartsOf({ ...USUAL, measures: [...USUAL.measures, ...LAYERS] }).find(({ id }) => id === "steep");
  assert.deepEqual([name, more.length, view.many, view.best, view.measures.length], ["How steep", 0, true, false, 12]);
  assert.deepEqual(view.measures.map(({ depth }) => depth), LAYERS.map(({ depth }) => depth));
  assert.equal(view.title({ measures: [{ d_sigma_1: 2, d_sigma_2: 0.25, d_sigma_3: null, d_sigma_12: 7.5 }] }), "0.25 (layer 2) to 7.5 (layer 12)");
  assert.equal(view.title({ measures: [{ frechet: 1 }] }), NOT_MEASURED);
  assert.equal(VIEWS.classifier.many, false);
});

test("what several runs describe is described once", () => {
  const other = { ...USUAL, measures: [...USUAL.measures, BRIGHT] };
  assert.deepEqual(together([USUAL, undefined, other]).measures.map(({ name }) => name), [...USUAL.measures, BRIGHT].map(({ name }) => name));
  assert.deepEqual(together([USUAL, USUAL]), { views: USUAL.views, series: USUAL.series, measures: USUAL.measures });
});
