// The bar above the sliders: which sample, its class, truncation, and undo.

import { make } from "../shared/format.js";
import { Slider } from "../shared/slider.js";
import { drawConditions, nounOf } from "../shared/told.js";
import { Attributes } from "./attributes.js";
import { Tradeoff } from "./tradeoff.js";

const MOST_SEED = 9_999_999;
const ABOUT = {
  psiOfW: "Truncation: the styles w are moved to the mean of all styles before the moves in W. At 0 all pictures are that of the mean style: clearer and less varied. Above 1: more varied and less clear.",
  psi: "Truncation: z is multiplied by ψ before the moves (in a mixture prior, its distance from its centre is). Near 0 all pictures resemble the mean picture: clearer and less varied. Above 1: more varied and less clear.",
  shell: "In many dimensions nearly all samples lie at one distance from the middle. This brings z back to that distance after the moves, so that long moves stay where G was trained. Truncation then has no effect.",
  seed: "Seed and number name a sample: the same two always give the same picture.",
};

export class Bar {
  onSample; onStep; onReset; onPsi; onEnd; onShell; onClass; onAttributes;

  /** ``onSample({ seed, index })``, ``onClass(y)``, ``onAttributes(y)``, ``onPsi(value)``, ``onEnd(key)``, ``onShell(on)``, ``onStep(by)``, ``onReset()``. */
  constructor(root, wishes) {
    Object.assign(this, wishes);
    this.tradeoff = new Tradeoff(root);
    this.attributes = new Attributes(root, (y) => this.onAttributes(y));
    this.seed = this.number("Seed", MOST_SEED, ABOUT.seed);
    this.index = this.number("Number of the sample", MOST_SEED, ABOUT.seed);
    const take = () => this.onSample({ seed: this.valueOf(this.seed), index: this.valueOf(this.index) });
    this.seed.addEventListener("change", take);
    this.index.addEventListener("change", take);
    this.anew = this.button("New seed", () => this.onSample({ seed: Math.floor(Math.random() * 1e6), index: 0 }), "gx-strong");
    this.undo = this.button("↶", () => this.onStep(-1));
    this.redo = this.button("↷", () => this.onStep(1));
    for (const [button, name, keys] of [[this.undo, "Undo", "Ctrl+Z"], [this.redo, "Redo", "Ctrl+Shift+Z or Ctrl+Y"]]) {
      button.setAttribute("aria-label", name);
      button.title = `${name} (${keys})`;
    }
    this.reset = this.button("Reset", () => this.onReset());
    this.reset.title = "All sliders back to rest; the sample stays";
    this.psi = new Slider({ label: "truncation ψ", low: 0, high: 1.5, step: 0.05, rest: 1,
      onMove: (value) => {
        this.onPsi(value);
        this.tradeoff.at(value);
      }, onEnd: () => this.onEnd("psi") });
    this.term = make("abbr", { tabindex: 0 }, "truncation ψ");
    this.psi.name.replaceChildren(this.term);
    this.shell = make("input", { type: "checkbox" });
    this.shell.addEventListener("change", () => this.onShell(this.shell.checked));
    this.classes = make("div", { class: "gx-segments gx-classes", role: "group", "aria-label": "Class" });
    this.element = make("div", { class: "gx-bar-part" },
      make("div", { class: "gx-row" }, this.anew,
        make("label", { class: "gx-pair" }, make("abbr", { title: ABOUT.seed, tabindex: 0 }, "seed"), this.seed),
        make("label", { class: "gx-pair" }, "number", this.index),
        make("span", { class: "gx-row gx-steps" }, this.undo, this.redo, this.reset)),
      this.attributes.element,
      this.classes,
      this.length = make("div", { class: "gx-row gx-length" }, this.psi.element,
        this.shellLabel = make("label", { class: "gx-pair" }, this.shell, make("abbr", { title: ABOUT.shell, tabindex: 0 }, "keep on the shell"))),
      this.tradeoff.element);
  }

  button(words, onClick, kind = "") {
    const button = make("button", { type: "button", class: `gx-button ${kind}` }, words);
    button.addEventListener("click", onClick);
    return button;
  }

  number(label, most, about) {
    return make("input", { class: "gx-field gx-number", type: "number", min: 0, max: most, step: 1, "aria-label": label,
      title: about });
  }

  valueOf(field) {
    return Math.min(MOST_SEED, Math.max(0, Math.round(Number(field.value)) || 0));
  }

  setClasses(root, model, { classes: names, condition }) {
    const key = [condition && model, ...names].join("|");
    if (key === this.classesKey) return;
    this.classesKey = key;
    this.attributes.open(model, condition);
    this.classes.hidden = !names.length;
    this.classes.setAttribute("aria-label", condition ? "Condition" : "Class");
    const pictures = [];
    const choices = [["Any", null, `Each picture has the ${nounOf(condition)} that it was drawn with`], ...names.map((name, at) => [name, at, ""])];
    this.classes.replaceChildren(...choices.map(([name, y, about]) => {
      const button = this.button(name, () => this.onClass(y));
      button.dataset.y = y ?? "";
      if (about) button.title = about;
      if (condition && y !== null) {
        pictures.push(make("canvas", { class: "gx-picture", width: 28, height: 28, "aria-hidden": "true" }));
        button.replaceChildren(pictures[pictures.length - 1]);
        button.setAttribute("aria-label", name);
        button.title = name;
      }
      return button;
    }));
    drawConditions(root, model, condition, pictures);
  }

  /**
   * Offer what changes the length of z, unless G sees its direction alone; and truncation where styles are truncated
   * instead.
   */
  setLength(matters, styles) {
    this.length.hidden = this.tradeoff.element.hidden = !matters && !styles;
    this.shellLabel.hidden = !matters;
    this.psi.input.title = this.term.title = styles ? ABOUT.psiOfW : ABOUT.psi;
  }

  close() {
    this.tradeoff.close();
    this.attributes.close();
  }

  show(state, steps) {
    const texts = [[this.seed, state.seed], [this.index, state.index]];
    for (const [field, value] of texts) if (field.value !== String(value)) field.value = value;
    for (const button of this.classes.children) {
      button.setAttribute("aria-pressed", button.dataset.y === String(state.y ?? ""));
    }
    if (this.psi.value !== state.psi) this.psi.set(state.psi);
    this.psi.input.disabled = state.shell;
    this.tradeoff.element.classList.toggle("gx-off", state.shell);
    this.tradeoff.at(state.psi);
    this.shell.checked = state.shell;
    this.undo.disabled = !steps.canUndo;
    this.redo.disabled = !steps.canRedo;
    this.reset.disabled = !Object.keys(state.moves).length && state.psi === 1 && !state.shell;
  }
}
