// The settings of a game, all of them changeable while it goes on; of two games one is set at a time.

import { make } from "../shared/format.js";
import { SHARED } from "./state.js";

export class SettingsForm {
  rules; formulas; fields;

  /** ``onChange(changes)`` hears of what a person has chosen; ``onWhich(second)`` which of two games is to be set. */
  constructor(rules, { formulas, losses }, { onChange, onWhich }) {
    Object.assign(this, { rules, formulas, fields: new Map() });
    this.which = ["Game A", "Game B"].map((name, second) => {
      const button = make("button", { type: "button", class: "gx-button gx-small" }, name);
      button.addEventListener("click", () => onWhich(second === 1));
      return button;
    });
    this.chooser = make("div", { class: "gx-row gx-which", role: "group", "aria-label": "Which game is set" }, ...this.which);
    this.formula = make("dl", { class: "gx-formula" });
    const more = make("details", { class: "gx-more" }, make("summary", {}, "More settings"));
    const main = make("div", { class: "gx-fields" });
    const rest = make("div", { class: "gx-fields" });
    for (const rule of rules.listed.filter(({ name }) => !SHARED.includes(name))) {
      const select = make("select", { class: "gx-field", "data-setting": rule.name, "aria-label": rule.label });
      select.addEventListener("change", () => onChange({ [rule.name]: rules.value(rule.name, select.value) }));
      const label = make("label", { class: `gx-labelled ${rule.name === "loss" ? "gx-wide" : ""}` },
        make("abbr", { title: rule.help, class: rule.player && `gx-${rule.player}` }, rule.label), select);
      this.fields.set(rule.name, select);
      (rule.folded ? rest : main).append(label);
      if (rule.name === "loss") {
        for (const choice of rule.choices) select.append(make("option", { value: choice, title: losses[choice] }, words(choice, rule)));
        main.append(this.formula);
      }
    }
    more.append(rest);
    this.more = more;
    this.element = make("div", { class: "gx-settings" }, this.chooser, main, more);
  }

  /** Show a game's settings; ``second``: which of two is set, or null where there is one. */
  show(config, second) {
    this.chooser.hidden = second === null;
    this.which.forEach((button, index) => button.setAttribute("aria-pressed", String((second ? 1 : 0) === index)));
    for (const [name, select] of this.fields) {
      const rule = this.rules.byName.get(name);
      const values = rule.values.includes(config[name]) ? rule.values : [...rule.values, config[name]].sort((a, b) => a - b);
      if (select.dataset.values !== values.join()) {
        select.dataset.values = values.join();
        if (name !== "loss") select.replaceChildren(...values.map((value) => make("option", { value }, words(value, rule))));
      }
      select.value = String(config[name]);
      select.closest("label").classList.toggle("gx-moved", config[name] !== rule.rest);
    }
    for (const name of ["adversarial", "error"]) this.fields.get(name).disabled = config.told === "nothing";
    this.fields.get("smoothing").disabled = !this.rules.smoothable.includes(config.loss);
    const formulas = this.formulas[config.loss] ?? {};
    if (this.formula.dataset.loss !== config.loss) {
      this.formula.dataset.loss = config.loss;
      this.formula.replaceChildren(...["D", "G"].filter((who) => formulas[who]).flatMap((who) => [
        make("dt", { class: `gx-${who.toLowerCase()}` }, `${who} makes small`), make("dd", {}, formulas[who])]));
    }
  }
}

function words(value, { zero }) {
  if (value === 0 && zero) return zero;
  const text = String(value);
  return typeof value === "number" ? text : text[0].toUpperCase() + text.slice(1).replaceAll("-", " ");
}

/** The eye: which layers of the picture are shown. */
export class Layers {
  constructor(onToggle) {
    this.boxes = new Map();
    this.element = make("div", { class: "gx-row gx-layers", role: "group", "aria-label": "What is shown" });
    const marks = { real: "●", fake: "◆", push: "➔", surface: "■", net: "▦" };
    const names = { real: ["Real", "Points of the distribution that G is to learn."],
      fake: ["Fake", "G's points, each from a z of its own that stays the same."],
      push: ["Arrows", "Where G's gradient moves each fake. A long arrow is a large gradient; without a gradient there is no arrow."],
      surface: ["D", "What D says of each place: green is real, pink is fake, the blue line is where it cannot tell."],
      net: ["G's net", "An even grid of z as G maps it: each cell gets the same share of the fakes, so small cells are dense."] };
    for (const [layer, [name, about]] of Object.entries(names)) {
      const box = make("input", { type: "checkbox" });
      box.addEventListener("change", () => onToggle(layer, box.checked));
      this.boxes.set(layer, box);
      const role = { push: "g", net: "g", surface: "d" }[layer] ?? layer;
      this.element.append(make("label", { class: "gx-layer", title: about }, box,
        make("span", { class: `gx-${role}`, "aria-hidden": "true" }, marks[layer]), name));
    }
  }

  show(hide) {
    for (const [layer, box] of this.boxes) box.checked = !hide.includes(layer);
  }
}

/** Thumbnails of what is to be learnt. */
export class Shapes {
  names; points; colors;

  constructor(names, onPick) {
    Object.assign(this, { names, points: {} });
    this.element = make("div", { class: "gx-shapes", role: "group", "aria-label": "What is to be learnt" });
    this.buttons = new Map(Object.entries(names).map(([id, name]) => {
      const canvas = make("canvas", { width: 96, height: 96, "aria-hidden": "true" });
      const button = make("button", { type: "button", class: "gx-shape", "data-shape": id, title: name, "aria-label": name }, canvas);
      button.addEventListener("click", () => onPick(id));
      this.element.append(button);
      return [id, { button, canvas }];
    }));
  }

  async load(root, signal) {
    const answer = await fetch(`${root}api/plane/shapes`, { signal });
    if (!answer.ok) return;
    Object.assign(this.points, await answer.json());
    this.draw();
  }

  /** ``drawing``: the points of the person's own. */
  show(data, drawing) {
    for (const [id, { button }] of this.buttons) button.setAttribute("aria-pressed", String(id === data));
    this.points.drawing = drawing;
    this.draw();
  }

  draw() {
    if (!this.colors) return;
    for (const [id, { canvas }] of this.buttons) {
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, 96, 96);
      context.fillStyle = this.colors.real;
      const points = this.points[id] ?? [];
      for (const [x, y] of points) context.fillRect(48 + x * 38 - 1.5, 48 - y * 38 - 1.5, 3.4, 3.4);
      if (id === "drawing" && !points.length) drawPencil(context, this.colors.text);
    }
  }
}

function drawPencil(context, color) {
  context.save();
  context.translate(48, 48);
  context.rotate(Math.PI / 4);
  context.strokeStyle = color;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.stroke(new Path2D("M-8 -30 H8 V16 L0 32 L-8 16 Z M-8 16 H8 M-8 -20 H8"));
  context.restore();
}
