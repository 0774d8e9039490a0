// Beside the slider of truncation: precision and recall of samples that are as narrow, as a small curve and two numbers.

import { ask, eachLine } from "../shared/decoder.js";
import { count, make, percent, setText } from "../shared/format.js";

const [WIDTH, HEIGHT, MOST_PSI] = [150, 46, 1.5];
const ABOUT = {
  precision: "The share of samples that look like some real picture: falls where samples are less clear.",
  recall: "The share of real pictures that look like some sample: falls where samples are less varied.",
};
const LINES = ["precision", "recall"];

/** The value of a curve, [[psi, value], ...] with rising psi, at a psi: between two points on the line between them. */
export function valueAt(curve, psi) {
  if (!curve.length) return NaN;
  const after = curve.findIndex(([at]) => at >= psi);
  if (after <= 0) return curve[after < 0 ? curve.length - 1 : 0][1];
  const [[from, low], [to, high]] = [curve[after - 1], curve[after]];
  return low + ((high - low) * (psi - from)) / (to - from);
}

/** A curve as a path of the small chart. */
export const pathOf = (curve) => curve.map(([psi, value], at) =>
  `${at ? "L" : "M"}${((WIDTH * psi) / MOST_PSI).toFixed(1)} ${(HEIGHT * (1 - value)).toFixed(1)}`).join("");

function shape(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class Tradeoff {
  root; model; asked; refused; curves; psi;

  constructor(root) {
    Object.assign(this, { root, model: null, asked: null, refused: false, psi: 1, curves: { precision: [], recall: [] } });
    this.paths = Object.fromEntries(LINES.map((name) => [name, shape("path", { class: `gx-${name}` })]));
    this.marker = shape("line", { class: "gx-at", y1: 0, y2: HEIGHT });
    this.chart = shape("svg", { viewBox: `-1 -2 ${WIDTH + 2} ${HEIGHT + 4}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": "Not measured yet" },
      shape("path", { class: "gx-frame", d: `M0 0V${HEIGHT}H${WIDTH}` }), this.marker, ...Object.values(this.paths));
    this.numbers = Object.fromEntries(LINES.map((name) => [name, make("b", {}, "–")]));
    const term = (name) => make("span", { class: "gx-pair" }, make("i", { class: `gx-${name}`, "aria-hidden": "true" }),
      make("abbr", { title: ABOUT[name], tabindex: 0 }, name), this.numbers[name]);
    this.words = make("p", { class: "gx-quiet" }, "\u00a0");
    this.element = make("div", { class: "gx-tradeoff" }, this.chart,
      make("div", {}, make("div", { class: "gx-row" }, ...LINES.map(term)), this.words));
  }

  /** Another model: nothing is measured before somebody truncates. */
  open(model) {
    if (model === this.model) return;
    this.asked?.abort();
    Object.assign(this, { model, asked: null, refused: false, curves: { precision: [], recall: [] } });
    setText(this.words, "Measured as soon as the slider is moved.");
    this.draw();
  }

  /** Truncation is ``psi``: what is known of it is shown, and all is measured once it is not 1. */
  at(psi) {
    this.psi = psi;
    this.draw();
    if (psi !== 1 && !this.asked && this.model) this.measure();
  }

  /** The training pictures may have been prepared: what could not be measured is asked for again. */
  again() {
    if (!this.refused) return;
    Object.assign(this, { refused: false, asked: null });
    this.at(this.psi);
  }

  async measure() {
    const asked = (this.asked = new AbortController());
    setText(this.words, "Measuring …");
    let done = false;
    try {
      await eachLine(await ask(this.root, this.model, "truncation", undefined, asked.signal), (line) => {
        if (this.asked !== asked) return;
        done = line.share >= 1;
        this.hear(line);
      });
      if (!done) throw new Error("It broke off.");
    } catch (error) {
      if (this.asked !== asked || asked.signal.aborted) return;
      this.asked = null; // asked again at the next move
      setText(this.words, error.name === "Error" ? "The measure broke off; move the slider to go on." : "The server does not answer.");
    }
  }

  hear({ share, message, measured, real, features, samples }) {
    this.refused = Boolean(message);
    if (message) return setText(this.words, message);
    LINES.forEach((name, at) => (this.curves[name] = measured.map((row) => [row[0], row[at + 1]])));
    setText(this.words, share < 1 ? `Measuring: ${percent(share)}` : `${count(samples)} samples, ${features}; `
      + `real pictures ${real.map(percent).join(" and ")}`);
    return this.draw();
  }

  draw() {
    const { curves, psi } = this;
    const x = (WIDTH * Math.min(psi, MOST_PSI)) / MOST_PSI;
    for (const end of ["x1", "x2"]) this.marker.setAttribute(end, x.toFixed(1));
    const said = LINES.map((name) => {
      this.paths[name].setAttribute("d", pathOf(curves[name]));
      const value = valueAt(curves[name], psi);
      setText(this.numbers[name], Number.isNaN(value) ? "–" : percent(value));
      return `${name} ${Number.isNaN(value) ? "not known" : percent(value)}`;
    });
    this.chart.setAttribute("aria-label", `At truncation ${psi}: ${said.join(", ")}`);
  }

  close() {
    this.asked?.abort();
  }
}
