// What a model that is told of attributes is to draw: a button or a choice for each part, such as glasses or hair.

import { askJson } from "../shared/decoder.js";
import { make } from "../shared/format.js";

const ABOUT = "The model is told these attributes beside z. \"Any\" tells each picture those that it was drawn with.";

/** Attributes as the state and the URL keep them, "b" and a digit each, with those of a part set to one of it (or null). */
export function chosen(told, { columns }, column) {
  return `b${told.map((number, at) => (columns.includes(at) ? Number(at === column) : Math.round(number))).join("")}`;
}

/** Which attribute of a part is told, a column, or null for none. */
export const columnOf = (told, { columns }) => columns.find((column) => told[column] >= 0.5) ?? null;

export class Attributes {
  root; onChange; model; parts; told; asked; point;

  /** ``onChange(y)``: the text of other attributes. */
  constructor(root, onChange) {
    Object.assign(this, { root, onChange, model: null, parts: [], told: null, asked: "", point: null });
    this.element = make("div", { class: "gx-row gx-attributes", role: "group", "aria-label": "Attributes", title: ABOUT });
    this.element.hidden = true;
  }

  async open(model, condition) {
    Object.assign(this, { model, parts: [], told: null, asked: "" });
    this.element.hidden = true;
    if (condition !== "attributes") return;
    try {
      const { parts } = await askJson(this.root, model, "attributes");
      if (model !== this.model) return;
      this.parts = parts.map((part) => ({ ...part, control: this.control(part) }));
      this.element.replaceChildren(...this.parts.map(({ control }) => control));
      this.element.hidden = !parts.length;
      this.mark();
      if (this.point) await this.show(this.point);
    } catch { /* the examples stay */ }
  }

  /** A button that is pressed or not for a single attribute, a list to choose from for several. */
  control(part) {
    if (part.names.length === 1) {
      const button = make("button", { type: "button", class: "gx-button" }, part.label);
      button.addEventListener("click", () => this.choose(part, columnOf(this.told, part) === null ? part.columns[0] : null));
      return button;
    }
    const options = part.names.map((name, at) => make("option", { value: String(part.columns[at]) }, name));
    const none = make("option", { value: "" }, `no ${part.label}`);
    none.hidden = !part.none;
    const list = make("select", { class: "gx-field", "aria-label": part.label }, none, ...options);
    list.addEventListener("change", () => this.choose(part, list.value === "" ? null : Number(list.value)));
    return list;
  }

  choose(part, column) {
    if (!this.told) return;
    const text = chosen(this.told, part, column);
    this.told = [...text.slice(1)].map(Number); // a second choice may come before the server has answered
    this.mark();
    this.onChange(text);
  }

  /** Show what the picture of a point is told. */
  async show(point) {
    this.point = point;
    const text = JSON.stringify([this.model, point]);
    if (!this.parts.length || text === this.asked) return;
    this.asked = text;
    try {
      const { told } = await askJson(this.root, this.model, "told", { points: [point] });
      if (text !== this.asked) return;
      [this.told] = told;
      this.mark();
    } catch {
      if (text === this.asked) this.asked = ""; // the next change asks again
    }
  }

  mark() {
    for (const { control, ...part } of this.parts) {
      const column = this.told && columnOf(this.told, part);
      control.disabled = !this.told;
      if (control.tagName === "SELECT") control.value = column === null ? "" : String(column);
      else control.setAttribute("aria-pressed", String(column !== null));
    }
  }

  close() {
    this.model = null;
  }
}
