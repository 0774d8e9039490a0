// Which pictures stand side by side, by what is done, and what is said of each.

import { fixed } from "../shared/format.js";
import { difference, meanDifference, psnr, sameShape } from "./coding.js";
import { Figure, Figures } from "./figures.js";
import { rangeOf, wordsOf } from "./verdict.js";

const INPUTS = { paint: "Map", draw: "Drawing", sharpen: "Input", style: "A" };

export class Views {
  mode; others; key;

  constructor(easel, { onLens }) {
    this.easel = new Figure("Map", easel.element);
    this.input = new Figure("Input");
    this.enlarged = new Figure("Bicubic");
    this.output = new Figure("Drawn");
    this.back = new Figure("Back to A");
    this.error = new Figure("|A − back|");
    this.truth = new Figure("Truth");
    this.figures = new Figures({ onLens });
    this.others = new Map();
  }

  /** The figures of a mode: ``others``, further models; ``truth``, or null. */
  set({ mode, about, title, backward, others, lens, truth, condition }) {
    this.mode = mode;
    const paints = mode === "paint" || mode === "draw", isStyle = mode === "style";
    this.easel.rename(INPUTS[mode]);
    this.input.rename(isStyle && condition ? (backward ? "B" : `A: ${condition}`) : INPUTS[mode]);
    this.output.rename(isStyle ? (backward ? "A, drawn" : "B, drawn") : title);
    this.back.rename(backward ? "back to B" : "back to A");
    this.error.rename(backward ? "|B − back|" : "|A − back|");
    this.truth.rename(isStyle ? "True partner" : "Truth");
    for (const id of this.others.keys()) if (!others.some((one) => one.id === id)) this.others.delete(id);
    for (const one of others) if (!this.others.has(one.id)) this.others.set(one.id, new Figure(one.title));
    const beside = [...this.others.values()];
    const shown = paints ? [this.easel, this.output]
      : mode === "sharpen" ? [this.input, this.enlarged, ...beside, this.output]
        : [this.input, this.output, ...(about.back ? [this.back, this.error] : []), ...beside];
    if (truth) {
      this.truth.show(truth, paints ? "of the example" : "\u00a0");
      shown.push(this.truth);
    }
    this.figures.lens = lens;
    this.figures.set(shown, !paints);
  }

  /** A translation of ``given``, an input as people see it. */
  show(given, { pictures }, { truth, fits }, enlarged) {
    const [output, second] = pictures, known = fits ? truth : null;
    this.easel.pictures = given; // which is drawn there already
    this.input.show(given, `${given.width} × ${given.height}`);
    this.output.show(output, this.wordsOf(output, known));
    if (enlarged) this.enlarged.show(second, this.wordsOf(second, known));
    else if (second) {
      this.back.show(second);
      const like = second.channels === 1 ? { ...given, channels: 1, bytes: given.bytes.filter((_, at) => at % 3 === 0) } : given;
      if (sameShape(like, second)) this.error.show(difference(like, second), `mean ${fixed(meanDifference(like, second), 1)} of 255`);
    }
    this.figures.render();
  }

  showOther(id, { pictures: [output] }, { truth, fits }) {
    this.others.get(id)?.show(output, this.wordsOf(output, fits ? truth : null));
    this.figures.render();
  }

  wordsOf(picture, truth) {
    if (!truth || !sameShape(picture, truth)) return "\u00a0";
    return this.mode === "sharpen" ? `PSNR ${fixed(psnr(picture, truth), 1)} dB` : `differs from the truth by ${fixed(meanDifference(picture, truth), 1)} of 255`;
  }

  /** Lay D's verdicts over what was drawn, and over the truth; returns what they say, in words. */
  judge(verdicts, { probability, kind }) {
    const [drawn, real] = verdicts;
    const range = rangeOf(verdicts, probability);
    this.output.showVerdict(drawn, range);
    this.truth.showVerdict(real, range);
    if (!drawn) return "";
    const scale = probability ? "magenta: 0 %, clear: 50 %, green: 100 % real"
      : `magenta: ${fixed(range.low, 2)}, clear: 0, green: +${fixed(range.high, 2)}`;
    const about = `D's ${kind}${probability ? " of being real" : ""} for each patch (${scale}). Drawn: ${wordsOf(drawn, range, probability)}.`;
    return real ? `${about} True picture: ${wordsOf(real, range, probability)}.` : about;
  }

  /** What a file shows: "picture", "pair" (input and picture), or "strip" (all). */
  shown(what) {
    const input = this.figures.figures[0];
    const figures = what === "picture" ? [this.output] : what === "pair" ? [input, this.output] : this.figures.figures;
    return figures.map(({ pictures }) => pictures).filter(Boolean);
  }
}
