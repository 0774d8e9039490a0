// How often the classifier sees the class that was asked for.

import { askJson, Refused } from "../shared/decoder.js";
import { count, make } from "../shared/format.js";
import { isTypeable, term } from "./common.js";

export class Agreement {
  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {}, "How often it draws what was asked");
    this.says = make("p", { class: "gx-agreement-says", role: "status" });
    this.list = make("ul", { class: "gx-bars" });
    this.element = make("section", {}, make("div", { class: "gx-row gx-head" }, this.title), this.says, this.list);
    this.known = new Map();
  }

  async show() {
    const { root, model, classes, classified } = this.stage;
    this.list.style.setProperty("--gx-names", isTypeable(classes) ? "1.4rem" : "7rem");
    if (!classified) {
      this.list.replaceChildren();
      this.says.textContent = "There is no classifier for these pictures, so only you can judge them.";
      return;
    }
    if (!this.known.has(model)) {
      this.says.textContent = "The classifier is looking at samples…";
      this.list.replaceChildren(...classes.map((name) => this.bar(name)));
      try {
        this.known.set(model, await askJson(root, model, "agreement"));
      } catch (error) {
        if (this.stage.model === model) {
          this.says.textContent = error instanceof Refused ? error.message
            : "The server does not answer; choose this view again.";
        }
        return;
      }
    }
    if (this.stage.model === model && !this.closed) this.draw(this.known.get(model));
  }

  draw({ names, agrees, counts }) {
    if (!names.length) {
      this.list.replaceChildren();
      this.says.textContent = "The classifier knows other classes than this model, so it cannot tell.";
      return;
    }
    const all = counts.reduce((sum, value) => sum + value, 0);
    const right = agrees.map((agreeing, y) => Math.round(agreeing * counts[y]));
    const agreed = right.reduce((sum, value) => sum + value, 0);
    this.says.replaceChildren("The ", term("classifier"), " sees the class that was asked for in ",
      make("b", {}, share(agreed, all)), ` of ${count(all)} samples.`, ...this.accuracy());
    this.list.replaceChildren(...names.map((name, y) => this.bar(name, right[y], counts[y], y)));
    this.element.dataset.shown = JSON.stringify({ model: this.stage.model, all });
  }

  accuracy() {
    const { accuracy } = this.stage;
    return accuracy ? [make("span", { class: "gx-quiet" },
      ` It can be wrong too: it names ${(100 * accuracy).toFixed(1)} % of real test pictures rightly.`)] : [];
  }

  bar(name, right = NaN, of = NaN, y = -1) {
    const known = of > 0;
    const samples = known ? `${count(right)} of ${count(of)} samples` : of === 0 ? "no samples" : "";
    const fill = make("i", { style: `width: ${known ? (100 * right) / of : 0}%` });
    return make("li", { class: y === this.stage.state.y ? "gx-on" : null },
      make("span", { class: "gx-bar-name" }, name), make("span", { class: "gx-bar", "aria-hidden": "true" }, fill),
      make("b", {}, known ? share(right, of) : "–"),
      make("span", { class: "gx-quiet" }, samples));
  }

  close() {
    this.closed = true;
  }
}

/** A share with the digits that so many samples can carry; never 100 % where one is missing. */
function share(right, of) {
  if (right === of) return "100 %";
  const digits = of >= 500 ? 1 : 0;
  const rounded = ((100 * right) / of).toFixed(digits);
  return `${Number(rounded) === 100 ? (100 - 10 ** -digits).toFixed(digits) : rounded} %`;
}
