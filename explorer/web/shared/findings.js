// What the doctor says of a run: one calm line that is always there, and below it, when asked for, each finding with its
// evidence as a small plot, what it means, what helps, and a button that branches the run with the remedy set.

import { count, figure, make, setText } from "./format.js";

const WIDTH = 340;
const HEIGHT = 150;
const EDGE = { left: 44, right: 8, top: 10, bottom: 22 };
const CALM_MS = 4000; // after a click on a branch button, in which another does nothing
const ABOUT = "Watches losses, gradients and measures as the run goes on, and names what goes wrong.";
const SIGNS = { alarm: "M8 1l7 13H1zM7 6v4h2V6zm0 5v2h2v-2z", remark: "M8 1a7 7 0 1 0 .01 0zM7 4h2v2H7zm0 3h2v5H7z",
  well: "M6.2 13.4L1.5 8.7l1.9-1.9 2.8 2.8 6.5-6.5 1.9 1.9z" };

export class Findings {
  branch; offer; cards;

  /**
   * `branch` is called with what a person chose: the ailment, the step to branch from, the changes, and the remedy.
   * `offer` says what a remedy's button is called, and in a sentence what it does.
   */
  constructor(branch, { offer = branching, about = ABOUT } = {}) {
    Object.assign(this, { branch, offer });
    this.about = make("abbr", { title: about, tabindex: 0 }, "Doctor");
    this.sign = make("span", { class: "gx-doctor-sign", "aria-hidden": "true" });
    this.words = make("span", { class: "gx-doctor-words", role: "status" });
    this.toggle = make("button", { class: "gx-doctor-toggle", type: "button", "aria-expanded": "false", hidden: "" });
    this.list = make("div", { class: "gx-doctor-list", hidden: "" });
    this.element = make("section", { class: "gx-doctor", "aria-label": "Doctor" },
      make("div", { class: "gx-doctor-line" }, this.about, this.sign, this.words, this.toggle), this.list);
    this.toggle.addEventListener("click", () => this.open(this.list.hidden));
    this.clear();
  }

  clear() {
    this.findings = null;
    this.cards = new Map(); // ailment -> Card
    this.list.replaceChildren();
    this.open(false);
    this.summarise(null);
  }

  setTheme(theme) {
    this.theme = theme;
    for (const card of this.cards.values()) card.draw(theme);
  }

  open(wanted) {
    this.list.hidden = !wanted;
    this.toggle.setAttribute("aria-expanded", String(wanted));
    setText(this.toggle, wanted ? "Close" : "What it means, what helps");
  }

  /** All that is found now, null before the run was examined; `status` as the event stream tells it. */
  show(findings, status) {
    this.findings = findings;
    const all = findings ?? [];
    const known = new Set(all.map((one) => one.ailment));
    for (const [ailment, card] of this.cards) {
      if (known.has(ailment)) continue;
      card.element.remove();
      this.cards.delete(ailment);
    }
    for (const one of all) {
      if (!this.cards.has(one.ailment)) this.cards.set(one.ailment, new Card((...wish) => this.branch(...wish), this.offer));
      const card = this.cards.get(one.ailment);
      card.show(one, this.theme);
    }
    const order = all.map((one) => this.cards.get(one.ailment).element);
    if (order.some((element, index) => this.list.children[index] !== element)) this.list.replaceChildren(...order);
    if (!all.length) this.open(false);
    this.summarise(status);
  }

  summarise(status) {
    const findings = this.findings ?? [];
    const lasting = findings.filter((one) => one.until === null);
    const alarms = lasting.filter((one) => one.kind === "alarm");
    const over = findings.filter((one) => one.until !== null);
    const kind = alarms.length ? "alarm" : findings.length ? "remark" : "well";
    const first = alarms.length ? alarms : lasting.length ? lasting : over;
    const named = first.map((one) => (one.until === null ? `${one.name} since step ${count(one.since)}`
      : `${one.name}, over at step ${count(one.until)}`));
    const looked = this.findings && status?.step > 0;
    setText(this.words, named.length ? named.join(" · ") : looked ? "No sign of trouble." : "Watching.");
    this.element.dataset.kind = kind;
    this.toggle.hidden = !findings.length;
    if (this.drawn === kind) return;
    this.drawn = kind;
    this.sign.replaceChildren(icon(SIGNS[kind]));
  }
}

/** A remedy for a run: it goes on from a checkpoint, or begins anew. */
const branching = (/** @type {any} */ { name }, /** @type {number} */ step) => ({
  label: `${step ? `Branch from step ${count(step)}` : "Begin anew, same seed,"} with ${name}`,
  title: `A new run${step ? ` that goes on from the checkpoint of step ${count(step)}` : ""}. This one is held.`,
});

/** One finding. */
class Card {
  branch; calls;

  constructor(branch, calls) {
    Object.assign(this, { branch, calls });
    this.name = make("h2", {});
    this.when = make("p", { class: "gx-doctor-when" });
    this.plot = make("figure", { class: "gx-doctor-plot" });
    this.means = make("p", {});
    this.helps = make("p", { class: "gx-doctor-helps" });
    this.remedies = make("div", { class: "gx-doctor-remedies" });
    this.element = make("article", { class: "gx-doctor-card" }, make("header", {}, this.name, this.when), this.plot,
      make("div", { class: "gx-doctor-text" }, this.means, this.helps, this.remedies));
  }

  show(finding, theme) {
    this.finding = finding;
    const remark = finding.kind === "remark" ? "Remark: " : "";
    setText(this.name, `${remark}${finding.name}`);
    const until = finding.until === null ? "" : `, over at step ${count(finding.until)}`;
    setText(this.when, `since step ${count(finding.since)}${until}`);
    setText(this.means, finding.means);
    setText(this.helps, `What helps: ${finding.helps}`);
    this.element.classList.toggle("gx-doctor-over", finding.until !== null);
    this.draw(theme);
    const key = JSON.stringify([finding.remedies, finding.branch_from]);
    if (key === this.offered) return; // a button under somebody's finger stays
    this.offered = key;
    this.remedies.replaceChildren(...finding.remedies.map((remedy, index) => this.offer(remedy, index === 0)));
  }

  offer(remedy, first) {
    const { ailment, branch_from: step } = this.finding;
    const { label, title } = this.calls(remedy, step);
    const button = make("button", { type: "button", class: first ? "gx-doctor-branch gx-doctor-first" : "gx-doctor-branch", title },
      label);
    button.addEventListener("click", () => {
      if (button.disabled) return;
      for (const each of this.remedies.querySelectorAll("button")) each.disabled = true;
      setTimeout(() => this.remedies.querySelectorAll("button").forEach((each) => (each.disabled = false)), CALM_MS);
      this.branch({ ailment, step, changes: remedy.changes }, remedy);
    });
    return make("div", { class: "gx-doctor-remedy" }, button,
      make("p", {}, `${remedy.why} `, make("span", { class: "gx-doctor-aside" },
        `${remedy.settings.join("; ")} (${remedy.source})`)));
  }

  draw(theme) {
    if (!theme || !this.finding) return;
    const key = JSON.stringify([this.finding.evidence, this.finding.since, theme.dark]);
    if (key === this.plotted) return;
    this.plotted = key;
    this.plot.replaceChildren(plotOf(this.finding, theme), make("figcaption", {}, ...legend(this.finding, theme)));
  }
}

/** The lines of a finding's evidence, where it began and the limit that was crossed. */
function plotOf({ evidence, since, until, name }, theme) {
  const drawable = (value) => value !== null && (!evidence.log || value > 0);
  const values = evidence.lines.flatMap((line) => line.y.filter(drawable));
  const steps = evidence.lines.flatMap((line) => line.x);
  const limit = evidence.limit !== null && drawable(evidence.limit) ? [evidence.limit] : [];
  const scale = evidence.log ? Math.log10 : (value) => value;
  const [least, high] = reach([...values, ...limit]);
  const low = !evidence.log && least >= 0 && least < high / 2 ? 0 : least;
  const [first, last] = reach(steps);
  const x = (step) => EDGE.left + ((step - first) / (last - first || 1)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value) => HEIGHT - EDGE.bottom
    - ((scale(value) - scale(low)) / (scale(high) - scale(low) || 1)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const ends = evidence.lines.map((line) => `${line.name} ended at ${figure(line.y.findLast((value) => value !== null))}`);
  const plot = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": `${name}, the evidence. ${evidence.title}, from step ${count(first)} to ${count(last)}: ${ends.join("; ")}.` });
  const begins = Math.max(x(since), EDGE.left);
  const over = until === null ? WIDTH - EDGE.right : Math.min(x(until), WIDTH - EDGE.right);
  plot.append(
    svg("rect", { x: begins, y: EDGE.top, width: Math.max(0, over - begins), height: HEIGHT - EDGE.top - EDGE.bottom,
      fill: theme.text, "fill-opacity": 0.07 }),
    ...[low, high].map((value) => text(figure(value, 2), EDGE.left - 5, y(value) + 4, "end", theme)),
    text(count(first), EDGE.left, HEIGHT - 5, "start", theme),
    text(`step ${count(last)}`, WIDTH - EDGE.right, HEIGHT - 5, "end", theme));
  for (const value of limit) {
    plot.append(svg("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(value), y2: y(value), stroke: theme.muted,
      "stroke-dasharray": "2 3" }));
    const above = y(value) > HEIGHT / 2;
    plot.append(text(evidence.limit_name, WIDTH - EDGE.right - 2, y(value) + (above ? -4 : 12), "end", theme));
  }
  for (const line of evidence.lines) {
    let pen = "M";
    let path = "";
    line.x.forEach((step, index) => {
      if (!drawable(line.y[index])) {
        pen = "M";
        return;
      }
      path += `${pen}${x(step).toFixed(1)} ${y(line.y[index]).toFixed(1)}`;
      pen = "L";
    });
    plot.append(svg("path", { d: path, fill: "none", stroke: theme.colors[line.role], "stroke-width": 2,
      "stroke-linejoin": "round", "stroke-dasharray": dash(line, theme) }));
  }
  return plot;
}

function legend({ evidence }, theme) {
  const entries = evidence.lines.map((line) => {
    const key = svg("svg", { viewBox: "0 0 22 4", class: "gx-doctor-key", "aria-hidden": "true" });
    key.append(svg("path", { d: "M0 2H22", stroke: theme.colors[line.role], "stroke-width": 3,
      "stroke-dasharray": dash(line, theme) }));
    return make("span", {}, key, line.name);
  });
  return [make("b", {}, evidence.title), ...(evidence.lines.length > 1 ? entries : [])];
}

const dash = (line, theme) => (theme.dashes[line.role] === "solid" ? null
  : theme.dashes[line.role].replaceAll("px", "").replace(",", " "));

const reach = (values) => (values.length ? [Math.min(...values), Math.max(...values)] : [0, 1]);

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  return element;
}

function text(words, x, y, anchor, theme) {
  const element = svg("text", { x, y, "text-anchor": anchor, "font-size": 11, fill: theme.text,
    stroke: theme.background, "stroke-width": 3, "paint-order": "stroke" });
  element.textContent = words;
  return element;
}

function icon(path) {
  const element = svg("svg", { viewBox: "0 0 16 16", class: "gx-icon" });
  element.append(svg("path", { d: path, fill: "currentColor", "fill-rule": "evenodd" }));
  return element;
}
