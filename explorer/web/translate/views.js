// Which pictures stand side by side, by what is done, and what is said of each.

import { fixed, make, setText } from "../shared/format.js";
import { difference, meanDifference, psnr, sameShape } from "./coding.js";
import { Figure, Figures } from "./figures.js";
import { rangeOf, wordsOf } from "./verdict.js";

const INPUTS = { paint: "Map", draw: "Drawing", sharpen: "Input" };

export class Views {
  mode; others;

  constructor(canvas, { onLens }) {
    this.painted = new Figure("Map", canvas.element);
    this.input = new Figure("Input");
    this.enlarged = new Figure("Bicubic");
    this.output = new Figure("Drawn");
    this.back = new Figure("Back to A");
    this.error = new Figure("|A − back|");
    this.truth = new Figure("Truth");
    this.figures = new Figures({ onLens });
    this.others = new Map();
    this.low = make("span", {});
    this.high = make("span", {});
    this.scale = make("span", { class: "gx-row gx-scale", hidden: "" }, this.low, make("i", { "aria-hidden": "true" }), this.high);
    this.words = make("span", { role: "status" });
    this.legend = make("p", { class: "gx-row gx-legend" }, this.scale, this.words);
  }

  /** The figures of a mode: ``others``, further models; ``truth``, or null. */
  set({ mode, about, title, backward, others, lens, truth }) {
    this.mode = mode;
    const paints = mode === "paint" || mode === "draw", isStyle = mode === "style";
    this.painted.rename(INPUTS[mode]);
    const [from, to] = domains(about.domains, backward);
    this.input.rename(isStyle ? from : INPUTS[mode]);
    this.output.rename(isStyle ? `${to}, drawn` : title);
    this.back.rename(backward ? "back to B" : "back to A");
    this.error.rename(backward ? "|B − back|" : "|A − back|");
    this.truth.rename(isStyle ? "True partner" : "Truth");
    for (const id of this.others.keys()) if (!others.some((one) => one.id === id)) this.others.delete(id);
    for (const one of others) if (!this.others.has(one.id)) this.others.set(one.id, new Figure(one.title));
    const beside = [...this.others.values()];
    const shown = paints ? [this.painted, this.output]
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
    this.painted.pictures = given; // which is drawn there already
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
    return this.mode === "sharpen" ? `PSNR ${fixed(psnr(picture, truth), 1)} dB` : `differs by ${fixed(meanDifference(picture, truth), 1)} of 255`;
  }

  /** Lay D's verdicts over what was drawn, and over the truth, and say what they are. */
  judge(verdicts, { probability, kind }, colours) {
    const [drawn, real] = verdicts;
    const range = rangeOf(verdicts, probability);
    const patches = drawn?.values.length > 1; // one number for all of it would only cover the picture
    this.output.showVerdict(patches ? drawn : null, range, colours);
    this.truth.showVerdict(patches ? real : null, range, colours);
    this.scale.hidden = !patches;
    if (!drawn) {
      setText(this.words, "");
      return;
    }
    this.scale.style.setProperty("--gx-fake", colours.fake);
    this.scale.style.setProperty("--gx-real", colours.real);
    setText(this.low, probability ? "fake, 0 %" : `fake, ${fixed(range.low, 2)}`);
    setText(this.high, probability ? "real, 100 %" : `real, +${fixed(range.high, 2)}`);
    const about = `D's ${kind}${probability ? " of being real" : ""}${patches ? " for each patch" : ""}. Drawn: ${wordsOf(drawn, range, probability)}.`;
    setText(this.words, real ? `${about} True picture: ${wordsOf(real, range, probability)}.` : about);
  }

  /** What a file shows: "picture", "pair" (input and picture), or "strip" (all). */
  shown(what) {
    const input = this.figures.figures[0];
    const figures = what === "picture" ? [this.output] : what === "pair" ? [input, this.output] : this.figures.figures;
    return figures.map(({ pictures }) => pictures).filter(Boolean);
  }
}

/** What the input is called and what is drawn, of two domains: the letter, and the name that the data set gives it. */
function domains([a, b], backward) {
  const names = [["A", a], ["B", b]].map(([letter, name]) => (name ? `${letter}: ${name}` : letter));
  return backward ? names.reverse() : names;
}
