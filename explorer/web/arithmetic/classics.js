// Classic equations that one click fills in, or the reason why there are none.

import { smallButton } from "../shared/button.js";
import { make } from "../shared/format.js";
import { LOADING } from "../shared/under_way.js";

const quiet = (text) => make("span", { class: "gx-quiet" }, text);

export class Classics {
  equations; variants;

  /** ``onChoose(equation, variant, index)``: a second click on the same one asks for the next variant. */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = make("div", { class: "gx-row gx-classics", role: "group", "aria-label": "Equations to start with" });
    this.wait();
  }

  wait() {
    this.element.replaceChildren(quiet(LOADING));
  }

  /** Nothing is awaited any more: why is said elsewhere. */
  giveUp() {
    this.element.replaceChildren();
  }

  show(equations, { told, attributes }) {
    Object.assign(this, { equations, variants: {} });
    if (equations.length) {
      this.element.replaceChildren(quiet("Try"), ...equations.map(({ title, words }, index) => smallButton(title,
        `${words}. Fills all three slots; a second click takes other exemplars.`, () => this.choose(index))));
      return;
    }
    const why = told ? `Arithmetic is in z; the ${told} stays the same for all pictures.`
      : attributes ? "Too few samples show what the classic equations need."
        : "There is no classifier for these pictures, so exemplars are chosen by you.";
    this.element.replaceChildren(quiet(`${why} Click three samples each for A, B and C.`));
  }

  /** Ask for an equation; ``rest`` is handed on. */
  choose(index, ...rest) {
    const variant = this.variants[index] ?? 0;
    this.variants[index] = variant + 1;
    return this.onChoose(this.equations[index], variant, ...rest);
  }
}
