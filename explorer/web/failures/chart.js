// One small chart of a twin. What is still to come is faint, what has been is strong, and a line stands where one is.
// Both twins' charts have the same scale, so that they compare at a glance.

import { figure, make } from "../shared/format.js";

const AHEAD = 0.2; // opacity of what is still to come
const SIDE = { left: 40, right: 8, top: 6, bottom: 6 };
const RAW = 0.35; // opacity of single steps, under the line that is averaged
const AVERAGED = 0.8; // decay of that average
const SPARED = 0.03; // of the losses, on each side, which may leave the chart: the first steps and single spikes
const LEAST_GRADIENT = 1e-6; // as far down as the axis goes

export const CHARTS = {
  losses: { name: "Loss", about: "What each network minimises. A rising or falling loss says little about the pictures.",
    lines: [["d_loss", "D", "d"], ["g_loss", "G", "g"]], smooth: true },
  outputs: { name: "What D says", about: "Of real pictures, D(x), and of fakes, D(G(z)): 1 is real, 0 is fake; at 0.5 it cannot tell.",
    lines: [["d_real", "D(x)", "real"], ["d_fake", "D(G(z))", "fake"]], share: true, smooth: true },
  gradient: { name: "Gradient of G", about: "How strongly D pushes G: the norm of G's gradient, on a logarithmic axis.",
    lines: [["grad_g", "G", "g"]], log: true },
  distance: { name: "Distance to real pictures", about: "Fréchet distance in the features of our own classifier; 0 is best.",
    lines: [["frechet", "fake", "fake"]], measured: true, zero: true },
  kinds: { name: "What is drawn", about: "The darker, the more of the fakes are of that kind; a light row is a kind that never comes." },
};

export class Chart {
  twin; scale; drawn;

  constructor(id) {
    this.id = id;
    this.chart = CHARTS[id];
    const { name, about, lines = [] } = this.chart;
    this.keys = lines.length > 1 ? lines.map(([, label, role]) => {
      const sample = make("i", { "aria-hidden": "true" });
      return { role, sample, element: make("span", { class: "gx-key" }, sample, label) };
    }) : [];
    this.canvas = make("canvas", { role: "img", "aria-label": name });
    this.element = make("figure", { class: "gx-chart" },
      make("figcaption", {}, make("abbr", { title: about, tabindex: 0 }, name), ...this.keys.map(({ element }) => element)),
      this.canvas);
  }

  /** Take a twin's recording, and the scale that both share. */
  set(twin, scale) {
    Object.assign(this, { twin, scale, drawn: "" });
  }

  setTheme(theme) {
    this.theme = theme;
    for (const { role, sample } of this.keys) {
      sample.style.borderTop = `3px ${theme.dashes[role] === "solid" ? "solid" : "dashed"} ${theme.colors[role]}`;
    }
    this.drawn = "";
  }

  /** Draw up to a step; nothing is drawn twice. */
  show(step) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const key = `${Math.round(step)} ${width} ${height} ${ratio}`;
    if (!this.twin || !this.theme || !width || key === this.drawn) return;
    this.drawn = key;
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `11px ${this.theme.font}`;
    context.textBaseline = "middle";
    const area = { left: SIDE.left, top: SIDE.top, width: width - SIDE.left - SIDE.right, height: height - SIDE.top - SIDE.bottom };
    const x = (at) => area.left + (at / this.twin.steps) * area.width;
    if (this.id === "kinds") this.kinds(context, area, x, step);
    else this.lines(context, area, x, step);
    context.strokeStyle = this.theme.text;
    context.globalAlpha = 0.6;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x(step), area.top - 4);
    context.lineTo(x(step), area.top + area.height + 4);
    context.stroke();
    context.globalAlpha = 1;
  }

  lines(context, area, x, step) {
    const [low, high] = this.scale;
    const { log } = this.chart;
    const size = (value) => (log ? Math.log10(Math.max(value, LEAST_GRADIENT)) : value);
    const y = (value) => area.top + (1 - (size(value) - size(low)) / (size(high) - size(low) || 1)) * area.height;
    context.strokeStyle = this.theme.faint;
    context.fillStyle = this.theme.muted;
    context.textAlign = "right";
    for (const level of [low, high]) {
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(area.left, y(level));
      context.lineTo(area.left + area.width, y(level));
      context.stroke();
      context.fillText(log ? power(level) : figure(level, 2), area.left - 5, y(level));
    }
    context.save();
    context.beginPath();
    context.rect(area.left, area.top - 1, area.width, area.height + 2); // what goes off the scale is cut off
    context.clip();
    for (const [column, , role] of this.chart.lines) {
      const [at, values] = pointsOf(this.twin, this.chart, column);
      for (const past of [false, true]) {
        context.save();
        context.beginPath();
        context.rect(past ? 0 : x(step), 0, past ? x(step) : area.left + area.width - x(step), area.top + area.height + SIDE.bottom);
        context.clip();
        context.globalAlpha = past ? 1 : AHEAD;
        context.strokeStyle = this.theme.colors[role];
        context.lineWidth = 1.8;
        context.setLineDash(this.theme.dashes[role] === "solid" ? [] : [5, 2]);
        const draw = (ys) => {
          context.beginPath();
          at.forEach((moment, index) => Number.isFinite(ys[index]) && context.lineTo(x(moment), y(ys[index])));
          context.stroke();
        };
        if (this.chart.smooth) {
          context.save();
          context.globalAlpha *= RAW;
          context.lineWidth = 1;
          context.setLineDash([]);
          draw(values);
          context.restore();
        }
        draw(this.chart.smooth ? smoothed(values) : values);
        context.restore();
      }
    }
    context.restore();
  }

  kinds(context, area, x, step) {
    const { names, steps, shares } = this.twin.kinds;
    const high = area.height / names.length;
    const full = Math.min(60, 300 / names.length); // per cent: three times what is fair is as dark as can be
    context.textAlign = "right";
    context.fillStyle = this.theme.muted;
    context.font = `${Math.min(11, Math.max(7, high))}px ${this.theme.font}`;
    names.forEach((name, row) => context.fillText(name, area.left - 6, area.top + (row + 0.5) * high));
    context.fillStyle = this.theme.colors.fake;
    steps.forEach((from, index) => {
      const left = x(from);
      const wide = x(steps[index + 1] ?? this.twin.steps) - left + 0.5;
      shares[index].forEach((share, row) => {
        context.globalAlpha = Math.min(1, share / full) ** 0.6 * (from <= step ? 1 : AHEAD);
        context.fillRect(left, area.top + row * high, wide, high - 1);
      });
    });
    context.globalAlpha = 1;
    context.strokeStyle = this.theme.faint;
    context.lineWidth = 1;
    context.strokeRect(area.left, area.top, area.width, area.height);
  }
}

/** The least and the greatest of each twin's axis; they share one where they measure the same. */
export function scalesOf(id, twins) {
  const same = id !== "losses" || twins.every(({ settings }) => settings.loss === twins[0].settings.loss);
  return twins.map((twin) => scaleOf(id, same ? twins : [twin], same));
}

function scaleOf(id, twins, fromZero) {
  const chart = CHARTS[id];
  if (chart.share) return [0, 1];
  if (!chart.lines) return null;
  const values = [];
  for (const twin of twins) {
    for (const [column] of chart.lines) {
      const all = pointsOf(twin, chart, column)[1].filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
      const spare = chart.measured || chart.log ? 0 : Math.floor(SPARED * all.length);
      if (all.length) values.push(all[spare], all[all.length - 1 - spare]);
    }
  }
  const low = chart.zero ? 0 : Math.min(...values);
  const high = Math.max(...values);
  if (chart.log) return [10 ** Math.floor(Math.log10(Math.max(low, LEAST_GRADIENT))), 10 ** Math.ceil(Math.log10(high))];
  return [fromZero ? Math.min(0, low) : low, high];
}

function pointsOf(twin, { measured }, column) {
  if (!measured) return [twin.columns.step, twin.columns[column]];
  return [twin.measures.map(({ step }) => step), twin.measures.map((row) => row[column])];
}

/** A moving average in which the start does not pull towards zero. */
function smoothed(values) {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = AVERAGED * sum + (1 - AVERAGED) * value;
    weight = AVERAGED * weight + (1 - AVERAGED);
    return sum / weight;
  });
}

function power(value) {
  const exponent = Math.round(Math.log10(value));
  return exponent === 0 ? "1" : `10${String(exponent).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻")}`;
}
