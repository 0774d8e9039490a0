// Which runs are compared: the chosen ones as labels, and the list of all to choose from, told apart by words.

import { ago, make, setText, stateIcon, stateWord, UNREAD } from "../shared/format.js";
import { KeyedList } from "../shared/keyed_list.js";

const SVG = "http://www.w3.org/2000/svg";

/** A piece of a run's line, in its colour and with its dashes. */
export function lineSample(role, dash) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "gx-line-sample");
  svg.setAttribute("viewBox", "0 0 34 8");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "line");
  const style = { x1: 0, x2: 34, y1: 4, y2: 4, "stroke-width": 3, stroke: `var(--gx-${role})`,
    "stroke-dasharray": dash === "solid" ? "none" : dash.replaceAll("px", "") };
  for (const [name, value] of Object.entries(style)) line.setAttribute(name, String(value));
  svg.append(line);
  return svg;
}

export class Picker {
  root; most; onPick; all; chosen; open;

  /** ``onPick(id, on)`` hears of each wish; ``most`` is how many may be chosen. */
  constructor(root, most, onPick) {
    Object.assign(this, { root, most, onPick, all: [], chosen: [], open: false });
    this.chips = make("div", { class: "gx-chips", role: "list", "aria-label": "Runs compared" });
    this.toggle = make("button", { type: "button", class: "gx-button", "aria-expanded": "false" }, "Choose runs");
    this.filter = make("input", { type: "search", class: "gx-field", placeholder: "Filter by name, data, state, id",
      "aria-label": "Filter the runs" });
    this.told = make("span", { class: "gx-quiet", role: "status" });
    const list = make("ul", { class: "gx-all" });
    this.runs = new KeyedList(list, (id) => this.item(id), (item, run) => this.fill(item, run));
    this.panel = make("div", { class: "gx-panel", id: "gx-compare-runs" },
      make("div", { class: "gx-row" }, this.filter, this.told), list);
    this.toggle.setAttribute("aria-controls", this.panel.id);
    this.notes = make("div", { class: "gx-notes", role: "status" });
    this.element = make("section", { "aria-label": "Runs" },
      make("div", { class: "gx-row" }, this.chips, this.toggle), this.notes, this.panel);
    this.toggle.addEventListener("click", () => {
      this.open = this.panel.hidden;
      this.render();
      if (this.open) this.filter.focus();
    });
    this.filter.addEventListener("input", () => this.render());
    this.panel.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || this.chosen.length < 2) return;
      this.open = false;
      this.render();
      this.toggle.focus();
    });
  }

  /** All runs, as the server lists them. */
  know(all) {
    this.all = all;
    this.render();
  }

  /** The chosen ones: [{ id, letter, role, dash, name, about, state, trouble }]. */
  choose(chosen) {
    this.chosen = chosen;
    this.renderChips();
    this.render();
  }

  /** Sentences on the choice. */
  note(sentences) {
    const said = sentences.join("\n");
    if (said !== this.said) this.notes.replaceChildren(...sentences.map((sentence) => make("p", {}, sentence)));
    this.said = said;
  }

  renderChips() {
    const key = JSON.stringify(this.chosen);
    if (key === this.chipsKey) return;
    this.chipsKey = key;
    const focused = this.chips.contains(document.activeElement) ? document.activeElement?.closest("[data-run]")?.getAttribute("data-run") : null;
    this.chips.replaceChildren(...this.chosen.map((run) => this.chip(run)));
    if (focused) this.chips.querySelector(`[data-run="${CSS.escape(focused)}"] button`)?.focus();
  }

  chip({ id, letter, role, dash, name, about, state, trouble }) {
    const remove = make("button", { type: "button", class: "gx-remove", "aria-label": `Leave out ${letter}, ${name}`,
      title: "Leave it out" }, "×");
    remove.addEventListener("click", () => this.onPick(id, false));
    const address = `${this.root}train?run=${encodeURIComponent(id)}`;
    const title = trouble ? make("span", { class: "gx-name" }, name)
      : make("a", { class: "gx-name", href: address, target: "_self", title: `${name}\n${id}` }, name);
    const head = make("span", { class: "gx-line" }, make("b", { style: `color:var(--gx-${role})` }, letter),
      lineSample(role, dash), title);
    const line = make("span", { class: "gx-quiet gx-line", title: about || null }, state ? stateIcon(state) : null,
      make("span", { class: trouble ? "gx-wrong" : "gx-about" }, trouble ?? about ?? ""));
    return make("div", { class: "gx-chip", role: "listitem", "data-run": id },
      make("span", { class: "gx-words" }, head, line), remove);
  }

  render() {
    const chosen = this.chosen.length;
    this.panel.hidden = !(this.open || chosen < 2);
    this.toggle.hidden = chosen < 2;
    this.toggle.setAttribute("aria-expanded", String(!this.panel.hidden));
    setText(this.toggle, this.panel.hidden ? "Choose runs" : "Done");
    if (this.panel.hidden) return;
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.runs.show(this.all);
    let shown = 0;
    for (const run of this.all) {
      const { element } = this.runs.items.get(run.id);
      const text = `${run.name} ${run.title} ${run.data} ${run.state} ${run.id}`.toLowerCase();
      element.hidden = !words.every((word) => text.includes(word));
      shown += Number(!element.hidden);
    }
    const full = chosen >= this.most ? `; ${this.most} is the most` : "";
    setText(this.told, this.all.length ? `${shown} of ${this.all.length} runs, ${chosen} chosen${full}` : "");
  }

  item(id) {
    const item = { box: make("input", { type: "checkbox" }), picture: make("img", { alt: "", loading: "lazy", decoding: "async" }),
      name: make("span", { class: "gx-name" }), about: make("span", { class: "gx-quiet" }) };
    item.box.addEventListener("change", () => {
      this.open = true; // until somebody says that this is all
      this.onPick(id, item.box.checked);
    });
    item.element = make("li", { "data-run": id }, make("label", {}, item.box, make("span", { class: "gx-thumb" }, item.picture),
      make("span", { class: "gx-words" }, item.name, item.about)));
    return item;
  }

  fill(item, run) {
    item.box.checked = this.chosen.some(({ id }) => id === run.id);
    const unread = UNREAD.has(run.state);
    item.box.disabled = !item.box.checked && (unread || this.chosen.length >= this.most);
    const measured = run.measured ? ` · ${run.measured}` : "";
    setText(item.name, run.name || run.title);
    setText(item.about, unread ? run.message : `${run.data} · ${stateWord(run.state)} · ${ago(run.created_at)}${measured}`);
    item.element.title = [run.name && run.title, run.id].filter(Boolean).join("\n");
    if (run.thumbnail && item.thumbnail !== run.thumbnail) {
      item.thumbnail = run.thumbnail;
      item.picture.src = this.root + run.thumbnail;
    }
  }
}
