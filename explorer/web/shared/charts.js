// Charts of a run and their titles. A title says what the newest part of the data shows.

import { count, distance, figure, fixed, percent } from "./format.js";

export const TERMS = {
  step: "One update of the generator.",
  epoch: "One pass over all real pictures.",
  D: "The discriminator. G is the generator.",
  "D(x)": "What the discriminator says of real pictures, on average: 1 is 'real', 0 is 'fake'.",
  "D(G(z))": "What the discriminator says of the generator's pictures, on average: 1 is 'real', 0 is 'fake'.",
  loss: "What each network minimises. The two compete, so a falling loss does not mean better pictures.",
  "gradient norm": "Size of the gradient of a network's weights. Near zero the network no longer learns.",
  speed: "Real pictures shown to D in a second.",
  "Fréchet distance": "Distance between the statistics of generated and of real pictures; 0 is no difference. The value of real "
    + "pictures against other real ones is shown beside it. Not the FID of papers, which uses another network.",
  coverage: "Share of the real pictures that have a generated one near them. It falls when G leaves kinds of pictures out.",
  recall: "Share of the real pictures that look like a generated one. It falls when G draws only a part of the variety.",
  diversity: "Mean distance of two generated pictures, in units of the features. It falls when they all look alike.",
  modes: "Classes that are drawn clearly and often enough. Fewer than in the data is mode collapse.",
  combinations: "Different combinations of attributes (glasses, beard, ...) of which a classifier is sure.",
  precision: "Share of the generated pictures that look like a real one: in features, they lie where real ones lie.",
  classifier: "A network that was trained to classify real pictures classifies the generated ones.",
  clear: "Share of pictures that a classifier recognises with certainty.",
  "as asked": "Share of pictures in which a classifier sees the class that was asked for.",
};

/** `column` of the rows and measures; `unit` in which a run counts it, where it is not the column's own. */
export const X_AXES = {
  step: { label: "step", title: "step", column: "step" },
  epoch: { label: "epoch", title: "epoch", column: "images_seen", unit: (run) => run.epoch_images || 1 },
  images_seen: { label: "images", title: "images seen", column: "images_seen" },
  seconds: { label: "time", title: "training time (s)", column: "seconds" },
};

const NEUTRAL = "text"; // the role of a curve that is neither D's nor G's, neither real nor fake

/** One number of a measure, with that of real pictures as `real`. */
const measured = (id, more = {}) => ({
  id, about: TERMS[id], unit: () => id, shares: true, title: (source) => measureTitle(source, id, `real_${id}`),
  measures: [{ name: id, field: id, role: "fake" }], real: `real_${id}`, ...more,
});

/**
 * Each chart answers a question, in one view or in several to choose from: the first that the run has numbers for is
 * shown. `columns` have a value at every logged step, `measures` seldom; `real` is a measure's value of real pictures.
 */
export const CHARTS = [
  { id: "outputs", name: "D says", views: [
    { id: "outputs", about: TERMS.D, title: outputsTitle, unit: outputsUnit,
      columns: [{ name: "D(x)", column: "d_real", role: "real" }, { name: "D(G(z))", column: "d_fake", role: "fake" }] }] },
  { id: "losses", name: "Loss", views: [
    { id: "losses", about: TERMS.loss, title: lossesTitle, unit: () => "loss", log: "choice",
      columns: [{ name: "D", column: "d_loss", role: "d" }, { name: "G", column: "g_loss", role: "g" }] }] },
  { id: "near", name: "How near", views: [
    { id: "frechet", about: TERMS["Fréchet distance"], title: nearTitle, unit: () => "Fréchet distance", log: "chosen",
      named: ({ measures }) => ["Fréchet distance", newest(measures)?.features].filter(Boolean).join(", "), fromZero: true, best: true,
      measures: [{ name: "Fréchet distance", field: "frechet", role: "fake" }], real: "floor", digits: distance }] },
  { id: "varied", name: "How varied", views: [
    measured("coverage", { title: coverageTitle, unit: () => "share of real pictures" }),
    measured("recall", { unit: () => "share of real pictures" }),
    measured("diversity", { shares: false, digits: figure, unit: () => "mean distance", fromZero: true }),
    measured("modes", { title: modesTitle, shares: false, digits: count, unit: () => "classes", fromZero: true }),
    measured("combinations", { shares: false, digits: count, fromZero: true })] },
  { id: "clear", name: "How clear", views: [
    { id: "classifier", about: TERMS.classifier, title: clearTitle, unit: () => "share of pictures", shares: true,
      measures: [{ name: "clear", field: "clear", role: "fake", dash: "solid" },
        { name: "as asked", field: "as_asked", role: NEUTRAL, dash: "2px,2px" }] },
    measured("precision", { unit: () => "share of pictures" })] },
  { id: "training", name: "Training", views: [
    { id: "gradient norm", about: TERMS["gradient norm"], title: gradientsTitle, unit: () => "gradient norm", log: "always",
      columns: [{ name: "D", column: "grad_d", role: "d" }, { name: "G", column: "grad_g", role: "g" }] },
    { id: "speed", about: TERMS.speed, title: speedTitle, unit: () => "images / s", fromZero: true,
      columns: [{ name: "real images", column: "images_per_s", role: NEUTRAL }] }] },
];

export const SEE_LATER = "First measure after the first epoch";
export const WAITING = "Comes with the first steps";
export const NOT_MEASURED = "Not measured in this run";

/** Whether a view has numbers in some of the measures, or needs none. */
export const hasNumbers = (view, measures) => !view.measures
  || measures.some((measure) => view.measures.some(({ field }) => Number.isFinite(measure[field])));

/**
 * The measure at the least distance, whose checkpoint a run keeps as its best; undefined where there is none. What a
 * branch has taken over from another run (steps up to `begun`) is that run's to keep.
 */
export function bestOf({ measures, run }) {
  return measures.reduce((best, measure) => (Number.isFinite(measure.frechet) && !(measure.step <= run?.begun)
    && !(best?.frechet <= measure.frechet) ? measure : best), undefined);
}

const newest = (measures) => measures[measures.length - 1];

function outputsUnit(run) {
  return run.display?.d_output === "score" ? "D's score" : "D's output";
}

function outputsTitle({ history, run }) {
  const real = history.recent("d_real");
  const fake = history.recent("d_fake");
  if (Number.isNaN(real) || Number.isNaN(fake)) return WAITING;
  if (run.display?.d_output === "score") {
    return `D scores ${fixed(real, 1)} and ${fixed(fake, 1)}: ${fixed(Math.abs(real - fake), 1)} apart`;
  }
  const pair = `${fixed(real, 2)}, ${fixed(fake, 2)}`;
  if (Math.abs(real - 0.5) < 0.1 && Math.abs(fake - 0.5) < 0.1) return `D can no longer tell: ${pair}`;
  if (real > 0.95 && fake < 0.05) return `D recognises the fakes: ${pair}`;
  if (real - fake > 0.2) return `D tells them apart: ${pair}`;
  return real > fake ? `D hardly tells: ${pair}` : `D takes fake for real: ${pair}`;
}

function lossesTitle({ history, run }) {
  const d = history.recent("d_loss");
  const g = history.recent("g_loss");
  if (Number.isNaN(d) || Number.isNaN(g)) return WAITING;
  if (run.display?.d_output !== "score" && d < 0.05) return `D wins: its loss is ${figure(d, 2)}, G's ${figure(g, 2)}`;
  return `D's loss ${fixed(d, 2)}, G's ${fixed(g, 2)}`;
}

function gradientsTitle({ history }) {
  const d = history.recent("grad_d");
  const g = history.recent("grad_g");
  if (Number.isNaN(d) || Number.isNaN(g)) return WAITING;
  if (g < 1e-3) return `G hardly gets a gradient: ${figure(g, 1)}`;
  return `D's gradient ${figure(d, 2)}, G's ${figure(g, 2)}`;
}

function speedTitle({ history }) {
  const speed = history.recent("images_per_s");
  return Number.isNaN(speed) ? WAITING : `${count(Number(speed.toPrecision(3)))} images a second`;
}

function nearTitle({ measures, run }) {
  if (!measures.length) return SEE_LATER;
  const { frechet, floor } = newest(measures);
  if (!Number.isFinite(frechet)) return "Not measured";
  const best = bestOf({ measures, run })?.frechet ?? frechet;
  return [distance(frechet), best < frechet ? `best ${distance(best)}` : null,
    Number.isFinite(floor) ? `${best < frechet ? "real" : "real pictures"} ${distance(floor)}` : null].filter(Boolean).join("; ");
}

/** A measure in words: "72 %; real pictures 91 %". */
function measureTitle({ measures }, field, real) {
  const view = VIEWS[field];
  if (!measures.length) return SEE_LATER;
  const found = newest(measures);
  if (!Number.isFinite(found[field])) return NOT_MEASURED;
  const words = view.shares ? percent : view.digits;
  return `${words(found[field])}; real pictures ${words(found[real])}`;
}

/** Of what G leaves out, the classes are what a class sees at once. */
function coverageTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { coverage, modes, real_modes: all } = newest(measures);
  if (!Number.isFinite(coverage)) return NOT_MEASURED;
  return Number.isFinite(modes) && all ? `Covers ${percent(coverage)}, ${modes} of ${all} classes` : `Covers ${percent(coverage)}`;
}

function modesTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { modes, real_modes: all } = newest(measures);
  return Number.isFinite(modes) ? `${modes} of ${all} classes come` : NOT_MEASURED;
}

function clearTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { clear, as_asked: asked } = newest(measures);
  const words = [Number.isFinite(clear) ? `${percent(clear)} clear` : null,
    Number.isFinite(asked) ? `${percent(asked)} as asked` : null].filter(Boolean);
  return words.length ? words.join(", ") : "No classifier for these pictures";
}

export const VIEWS = Object.fromEntries(CHARTS.flatMap(({ views }) => views.map((view) => [view.id, view])));
