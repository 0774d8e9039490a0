// What the charts show and what their titles say. A title names what is to be seen, from the newest part of the data.

import { count, distance, figure, fixed, percent } from "./format.js";

export const TERMS = {
  step: "One update of the generator.",
  epoch: "One pass over all real pictures.",
  D: "The discriminator. G is the generator.",
  "D(x)": "What the discriminator says of real pictures, on average: 1 is 'real', 0 is 'fake'.",
  "D(G(z))": "What the discriminator says of the generator's pictures, on average: 1 is 'real', 0 is 'fake'.",
  loss: "What each network makes small. The two pull against each other, so a falling loss does not mean better pictures.",
  "gradient norm": "How strongly a network is told to change. Near zero it no longer learns.",
  "Fréchet distance": "How far the statistics of generated pictures lie from those of real ones; 0 is no difference.",
  real: "Real pictures against other real pictures: no generator can do better than this.",
  fake: "Pictures by the generator against real ones.",
  classifier: "A network that was trained to name real pictures looks at the generated ones.",
  speed: "Real pictures shown to D in a second.",
  clear: "Share of pictures that a classifier recognises with certainty.",
  "as asked": "Share of pictures in which a classifier sees the class that was asked for.",
};

export const X_AXES = {
  step: { label: "step", title: "step" },
  images_seen: { label: "images", title: "images seen" },
  seconds: { label: "time", title: "training time (s)" },
};

const NEUTRAL = "text"; // the role of a curve that is neither D's nor G's, neither real nor fake

/** `name` is explained on hover; `columns` have a value at every logged step, `measures` seldom. */
export const CHARTS = [
  { id: "outputs", name: "D says", about: TERMS.D, title: outputsTitle, unit: outputsUnit,
    columns: [{ name: "D(x)", column: "d_real", role: "real" }, { name: "D(G(z))", column: "d_fake", role: "fake" }] },
  { id: "losses", name: "Loss", about: TERMS.loss, title: lossesTitle, unit: () => "loss", logChoice: true,
    columns: [{ name: "D", column: "d_loss", role: "d" }, { name: "G", column: "g_loss", role: "g" }] },
  { id: "frechet", name: "Fréchet distance", about: TERMS["Fréchet distance"], title: frechetTitle,
    unit: () => "Fréchet distance", fromZero: true,
    measures: [{ name: "fake", field: "frechet", role: "fake", dash: "solid" },
      { name: "real", field: "floor", role: "real", dash: "5px,2px", plain: true }] },
  { id: "shares", name: "Classifier", about: TERMS.classifier, title: sharesTitle,
    unit: () => "share of pictures", shares: true,
    measures: [{ name: "clear", field: "clear", role: "fake", dash: "solid" },
      { name: "as asked", field: "as_asked", role: NEUTRAL, dash: "2px,2px" }] },
  { id: "gradients", name: "Gradient norm", about: TERMS["gradient norm"], title: gradientsTitle,
    unit: () => "gradient norm", log: true,
    columns: [{ name: "D", column: "grad_d", role: "d" }, { name: "G", column: "grad_g", role: "g" }] },
  { id: "speed", name: "Speed", about: TERMS.speed, title: speedTitle, unit: () => "images / s", fromZero: true,
    columns: [{ name: "real images", column: "images_per_s", role: NEUTRAL }] },
];

export const SEE_LATER = "First measure after the first epoch";
export const WAITING = "Comes with the first steps";

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
  if (real > 0.95 && fake < 0.05) return `D sees through G: ${pair}`;
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
  return `D is moved by ${figure(d, 2)}, G by ${figure(g, 2)}`;
}

function speedTitle({ history }) {
  const speed = history.recent("images_per_s");
  return Number.isNaN(speed) ? WAITING : `${count(Number(speed.toPrecision(3)))} images a second`;
}

function frechetTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { frechet, floor } = measures[measures.length - 1];
  if (!Number.isFinite(frechet)) return "Not measured";
  if (!Number.isFinite(floor)) return distance(frechet);
  return `${distance(frechet)}; real against real ${distance(floor)}`;
}

function sharesTitle({ measures }) {
  if (!measures.length) return SEE_LATER;
  const { clear, as_asked: asked } = measures[measures.length - 1];
  const words = [Number.isFinite(clear) ? `${percent(clear)} clear` : null,
    Number.isFinite(asked) ? `${percent(asked)} as asked` : null].filter(Boolean);
  return words.length ? words.join(", ") : "No classifier for these pictures";
}
