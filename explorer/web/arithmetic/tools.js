// The row below the equation: its strength, the class of all pictures, swapping and clearing, and what can be downloaded.

import { isComplete, MOST_STRENGTH, resultOf } from "./state.js";
import { smallButton } from "../shared/button.js";
import { save, scaleTo } from "../shared/download.js";
import { equationPicture, saveCanvas } from "./equation_picture.js";
import { make } from "../shared/format.js";
import { Slider } from "../shared/slider.js";

const ENLARGED = 1024; // pixels of a downloaded picture's edge, about
const EMPTY = { a: [], b: [], c: [], strength: 1, moves: {}, hold: [], edits: [], slot: "a" };

export class Tools {
  root; equation; on; model; size;

  /** ``on``: move(values) while something is dragged, end(key), change(values), trouble(error). */
  constructor(root, equation, on) {
    Object.assign(this, { root, equation, on });
    this.strength = new Slider({ label: "Strength", low: 0, high: MOST_STRENGTH, step: 0.02, rest: 1,
      hint: "C + s · (A − B); double click: 1", onMove: (strength) => on.move({ strength }), onEnd: () => on.end("strength") });
    this.classes = make("select", { class: "gx-field" });
    this.classes.addEventListener("change", () => on.change({ y: Number(this.classes.value) }));
    this.noun = make("span", {});
    this.classLabel = make("label", { class: "gx-quiet", title: "y is the same for all pictures: the arithmetic is in z alone" },
      this.noun, this.classes);
    this.swap = smallButton("Swap A and B", "A − B becomes B − A", () => on.change({ a: this.state.b, b: this.state.a }));
    const clear = smallButton("Clear", "Empty the equation and take back every move", () => on.change(EMPTY));
    this.files = [
      smallButton("Result", "At its own size, as PNG", () => this.download(1)),
      smallButton("Enlarged", "Each pixel enlarged to a sharp square, as PNG", () => this.download(scaleTo(this.size, ENLARGED))),
      smallButton("Equation", "The whole equation as one picture, as PNG", () => this.downloadEquation()),
    ];
    this.element = make("div", { class: "gx-row gx-tools" }, this.strength.element, this.classLabel, this.swap, clear,
      make("span", { class: "gx-row gx-files" }, "Download", ...this.files));
  }

  open(model, { classes, condition, size }) {
    Object.assign(this, { model, size });
    this.classes.replaceChildren(...classes.map((name, index) => make("option", { value: index }, name)));
    this.classLabel.hidden = !classes.length;
    this.noun.textContent = condition ? "Condition " : "Class ";
    this.classes.setAttribute("aria-label", `${condition ? "Condition" : "Class"} of all pictures`);
  }

  show(state) {
    this.state = state;
    this.strength.set(state.strength);
    this.strength.input.disabled = !isComplete(state);
    if (state.y !== null) this.classes.value = String(state.y);
    this.swap.disabled = !state.a.length && !state.b.length;
    for (const button of this.files) button.disabled = !state.c.length;
  }

  nameOf(what) {
    return `${this.model}-${what}`.replace("@", "-");
  }

  async download(scale) {
    try {
      await save(this.root, this.model, "png", { points: [resultOf(this.state)], scale }, this.nameOf("arithmetic"));
    } catch (error) {
      this.on.trouble(error);
    }
  }

  async downloadEquation() {
    await saveCanvas(equationPicture(this.equation, this.model), this.nameOf("equation"));
  }
}
