// The card of one chart: its heading and choices, its title, and the place where it is drawn.

import { SEE_LATER, WAITING } from "./charts.js";
import { make } from "./format.js";
import { MARGIN, shade } from "./plotting.js";

export const HEIGHT = 196;

/** A chart's card; what was hidden in the one before it, and its log scales, stay. */
export function makeCard(chart, before) {
  const card = { chart, view: chart.views[0], hidden: before?.hidden ?? new Set(), log: before?.log ?? {}, key: null };
  card.legend = chart.views.flatMap((view) => view.many ? [ramp(view)] : (view.columns ?? view.measures).filter(({ name }) => name).map((line, _, lines) => {
    const sample = make("i", { "aria-hidden": "true" });
    const button = make("button", { type: "button", "aria-pressed": String(!card.hidden.has(line.name)),
      title: line.about || null }, sample, line.name);
    return { ...line, view, alone: lines.length < 2, sample, button };
  }));
  card.name = make("abbr", { tabindex: 0 }, chart.name);
  card.named = make("span", { class: "gx-named" });
  card.choice = make("select", { class: "gx-choice", "aria-label": `${chart.name}: what is shown`, hidden: "" });
  card.logBox = make("input", { type: "checkbox" });
  card.logLabel = make("label", { class: "gx-log", hidden: "" }, card.logBox, "log");
  card.kicker = make("div", { class: "gx-kicker" }, card.name, card.choice, card.named,
    ...card.legend.map(({ button }) => button), card.logLabel);
  card.title = make("h2", { class: "gx-title" }, card.view.measures ? SEE_LATER : WAITING);
  card.plot = make("div", { class: "gx-plot", style: `height:${HEIGHT}px` });
  card.cursor = make("div", { class: "gx-cursor", style: `top:${MARGIN.t}px;bottom:${MARGIN.b}px`, hidden: "" });
  card.element = make("article", { class: "gx-card", "data-chart": chart.id }, card.kicker, card.title,
    make("div", { class: "gx-plot-place" }, card.plot, card.cursor));
  return card;
}

/** In the place of names of many lines: how their shades go from the first to the last. */
function ramp(view) {
  const [{ role }] = view.measures;
  const sample = make("i", { "aria-hidden": "true" });
  const button = make("span", { class: "gx-ramp" }, "layer 1", sample, String(view.measures.length));
  return { name: null, role, view, alone: false, sample, button, ramp: true };
}

/** Draw the sample of a line, or of a ramp, in the colours of a theme. */
export function paint({ role, dash, sample, ramp: many }, { colors, dashes }) {
  if (many) sample.style.background = `linear-gradient(90deg, ${shade(colors[role], 0)}, ${colors[role]})`;
  else sample.style.borderTop = `3px ${(dash ?? dashes[role]) === "solid" ? "solid" : "dashed"} ${colors[role]}`;
}

/** Ticks of a log axis that neither crowd nor lack: at 1, 2 and 5 where the values span few powers of ten. */
export function logTick(columns) {
  let low = Infinity;
  let high = 0;
  for (const values of columns) {
    for (const value of values) {
      if (value > 0 && value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (!high) return 1; // nothing is drawn yet
  const decades = Math.log10(high / low);
  return decades < 0.5 ? "D1" : decades < 2.4 ? "D2" : Math.ceil((decades || 1) / 5);
}
