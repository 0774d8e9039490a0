// Small live curves of a game: what happened since it began. Drawn on canvases, so that a frame costs next to nothing.

import { figure, make, percent, setText } from "../shared/format.js";

const [STEP, , D_LOSS, G_LOSS, DIVERGENCE, DISTANCE, COVERED, MODES] = [0, 1, 2, 3, 4, 5, 6, 7];
const HEIGHT = 84; // of a curve, in pixels of the page

/**
 * What each curve shows: ``lines`` of columns of a game's rows, and a title that says what is to be seen.
 * @type {Record<string, any>[]}
 */
const CURVES = [
  { id: "losses", name: "Loss", about: "What each network minimises, before its step. The two compete, so a "
    + "falling loss does not mean better fakes.", lines: [{ column: D_LOSS, role: "d" }, { column: G_LOSS, role: "g", dashed: true }],
  title: (row) => (row[D_LOSS] === null && row[G_LOSS] === null ? "comes with the first steps" :
    [["D", row[D_LOSS]], ["G", row[G_LOSS]]].filter(([, value]) => value !== null)
      .map(([who, value]) => `${who} ${value.toFixed(2).replace("-", "−")}`).join(", ")) },
  { id: "divergence", name: "Divergence", about: "Jensen-Shannon divergence of real and fake, in bits, from histograms of 2,000 points "
    + "each in 24 x 24 cells: 0 is the same, 1 is no overlap. The thin line: real points against other real points, the lowest "
    + "value to expect.", lines: [{ column: DIVERGENCE, role: "fake" }], low: 0, high: 1, floor: 0,
  title: (row, { floor }) => `${row[DIVERGENCE].toFixed(2)} bits, real ${floor[0].toFixed(2)}` },
  { id: "distance", name: "Distance", about: "Sliced Wasserstein distance: how far fakes must be moved to match the real points, "
    + "in units of the plane, 2,000 points each. It still tells distances apart where the divergence is 1.",
  lines: [{ column: DISTANCE, role: "fake" }], low: 0, floor: 1,
  title: (row, { floor }) => `${figure(row[DISTANCE], 2)}, real ${figure(floor[1], 2)}` },
  { id: "covered", name: "Modes", about: "A mode is covered when at least a quarter of its fair share of 2,000 fakes lies within "
    + "three standard deviations of its middle; its ring is then solid.", lines: [{ column: COVERED, role: "fake" }], low: 0, high: 1.04,
  ticks: ({ modes }) => (modes ? ["0", String(modes.length)] : ["0", "100 %"]),
  title: (row, { modes }) => `${row[MODES]} of ${modes.length} covered`,
  plain: { name: "Covered", about: "Share of the real points that have fakes beside them: in their cell of the histogram lies at least a "
    + "quarter as many.", title: (row) => `${percent(row[COVERED])} of the real` } },
];

export class Curves {
  colors; font;

  constructor(name) {
    this.name = name;
    this.element = make("div", { class: "gx-curves" });
    this.charts = CURVES.map((curve) => {
      const label = make("abbr", {}, curve.name);
      const told = make("span", { class: "gx-told" });
      const canvas = make("canvas", { role: "img", "aria-label": `${name}, ${curve.name}: nothing is drawn yet` });
      this.element.append(make("figure", { class: "gx-curve", "data-curve": curve.id },
        make("figcaption", {}, label, " ", told), canvas));
      return { curve, label, told, canvas };
    });
  }

  show(game) {
    const { rows, known, frame } = game;
    for (const { curve, label, told, canvas } of this.charts) {
      const shown = curve.plain && !known.modes ? { ...curve, ...curve.plain } : curve;
      setText(label, shown.name);
      if (label.title !== shown.about) label.title = shown.about;
      const title = shown.title(frame.row, known);
      setText(told, title);
      canvas.setAttribute("aria-label", `${this.name}, ${shown.name}: ${title}`);
      this.draw(canvas, shown, rows, known);
    }
  }

  draw(canvas, curve, rows, known) {
    const width = canvas.clientWidth;
    if (!width || !this.colors) return;
    const scale = Math.min(2, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(width * scale)) Object.assign(canvas, { width: Math.round(width * scale), height: HEIGHT * scale });
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    const values = curve.lines.flatMap(({ column }) => rows.map((row) => row[column])).filter((value) => value !== null);
    let [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    low = curve.low ?? low;
    high = curve.high ?? (high > low ? high : low + 1);
    const [left, right, top, bottom] = [44, width - 6, 7, HEIGHT - 17];
    const last = rows[rows.length - 1];
    const first = rows[0][STEP] + rows[0][1];
    const span = Math.max(1, last[STEP] + last[1] - first);
    const x = (row) => left + ((row[STEP] + row[1] - first) / span) * (right - left);
    const y = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
    const { text } = this.colors;
    context.font = `11px ${this.font}`;
    context.fillStyle = context.strokeStyle = text;
    context.globalAlpha = 0.75;
    context.textAlign = "right";
    const shown = curve.high ? Math.floor(curve.high) : high;
    const ticks = curve.ticks?.(known) ?? [short(low), short(shown)];
    context.fillText(ticks[1], left - 5, y(shown) + 4);
    context.fillText(ticks[0], left - 5, bottom + 1);
    context.textAlign = "left";
    context.fillText(`step ${rows[0][STEP]}`, left, HEIGHT - 3);
    context.textAlign = "right";
    context.fillText(String(last[STEP]), right, HEIGHT - 3);
    context.globalAlpha = 0.25;
    context.beginPath();
    for (const value of [low, shown]) {
      context.moveTo(left, y(value));
      context.lineTo(right, y(value));
    }
    context.stroke();
    if (curve.floor !== undefined) this.line(context, [[left, y(known.floor[curve.floor])], [right, y(known.floor[curve.floor])]], "real", 1.2);
    for (const { column, role, dashed } of curve.lines) {
      const points = rows.filter((row) => row[column] !== null).map((row) => [x(row), y(row[column])]);
      this.line(context, points, role, 1.8, dashed ? [5, 2] : []);
    }
  }

  line(context, points, role, width, dash = []) {
    context.globalAlpha = 1;
    context.strokeStyle = this.colors[role];
    context.lineWidth = width;
    context.lineJoin = "round";
    context.setLineDash(dash);
    context.beginPath();
    points.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"](x, y));
    if (points.length === 1) context.arc(points[0][0], points[0][1], 1.5, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }
}

const short = (value) => (Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))).replace("-", "−");
