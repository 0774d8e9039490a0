// Plotly's library, loaded once for the whole page, and the page's theme in Plotly's words.

/** @param {string} root */
export function loadPlotly(root) {
  if (!window.gxPlotly) {
    window.gxPlotly = new Promise((resolve, reject) => {
      if (window.Plotly) return resolve(window.Plotly);
      const script = document.createElement("script");
      script.src = `${root}assets/plotly.min.js`;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        window.gxPlotly = null; // the next chart tries again
        reject(new Error("Plotly could not be loaded."));
      };
      return document.head.append(script);
    });
  }
  return window.gxPlotly;
}

/**
 * Streamlit's colours and font where the element stands; `dark` is told by the background's lightness.
 * @param {Element} element
 * @param {Record<string, Record<string, string>>} palette colours by role for `light` and `dark`, and `dashes` by role
 */
export function readTheme(element, palette) {
  const style = getComputedStyle(element);
  const value = (/** @type {string} */ name, /** @type {string} */ otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise;
  const background = value("background-color", "#ffffff");
  const dark = lightness(background) < 0.5;
  const text = value("text-color", dark ? "#fafafa" : "#31333f");
  return {
    dark, background, text,
    faint: faded(text, 0.14),
    muted: faded(text, dark ? 0.72 : 0.75),
    mark: faded(text, 0.4),
    font: value("font", "sans-serif"),
    colors: /** @type {Record<string, string>} */ ({ ...palette[dark ? "dark" : "light"], text: faded(text, 0.8) }),
    dashes: /** @type {Record<string, string>} */ ({ ...palette.dashes, text: "solid" }),
  };
}

/** @param {string} color of CSS */
function channels(color) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** @param {string} color of CSS */
function lightness(color) {
  const [red, green, blue] = channels(color);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/**
 * @param {string} color of CSS
 * @param {number} opacity
 */
export function faded(color, opacity) {
  const [red, green, blue] = channels(color);
  return `rgba(${red},${green},${blue},${opacity})`;
}

/** The colour of one of many lines, by its place among them, in [0, 1]: faint the first, full the last. */
export const shade = (/** @type {string} */ color, /** @type {number} */ depth) => faded(color, 0.3 + 0.7 * depth);

/** A text so that Plotly shows it as it is: it takes tags and entities for HTML. */
export const literal = (/** @type {unknown} */ text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export const MARGIN = { l: 52, r: 10, t: 12, b: 40 }; // of a chart, in pixels

/**
 * @typedef {object} LayoutOptions
 * @property {number} width in pixels
 * @property {number} height in pixels
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {number[]} range of the horizontal axis
 * @property {number[] | null} yRange of the vertical axis; null: as the values are
 * @property {boolean} [fromZero] whether the vertical axis begins at zero where it has no range
 * @property {boolean} [percent] whether values are told in percent
 * @property {boolean} log whether the vertical axis is logarithmic
 * @property {number | string | null} logTick between ticks of a logarithmic axis, as Plotly's `dtick`
 * @property {{ value: number, role?: string, text?: string, along?: number }[]} levels horizontal lines
 * @property {{ x: number, sign: string, text: string }[]} marks vertical lines, of which the last 40 are drawn
 * @property {boolean} [oneAtATime] whether the pointer names one point, not all at its place
 * @property {boolean} fixed whether it cannot be zoomed
 * @property {boolean} empty whether there is nothing to draw
 * @property {string} xRevision a zoom of the horizontal axis stays while this does
 * @property {string} yRevision the same of the vertical one
 */

/**
 * A chart's layout; what differs between charts is in `options`.
 * @param {ReturnType<typeof readTheme>} theme
 * @param {LayoutOptions} options
 */
export function layoutOf(theme, options) {
  const axis = {
    gridcolor: theme.faint, linecolor: theme.faint, zeroline: false, ticks: "", automargin: false,
    tickfont: { size: 12, color: theme.muted }, fixedrange: options.fixed,
  };
  const marks = options.marks.slice(-40);
  return {
    width: options.width, height: options.height, autosize: false,
    margin: MARGIN,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 12, color: theme.text },
    hovermode: options.oneAtATime ? "closest" : "x unified", dragmode: options.fixed ? false : "zoom",
    hoverlabel: { bgcolor: theme.background, bordercolor: theme.faint, font: { size: 12, color: theme.text } },
    showlegend: false,
    uirevision: "keep",
    xaxis: { ...axis, title: { text: options.xTitle, standoff: 4, font: { size: 12, color: theme.muted } },
      tickformat: "~s", hoverformat: ",~r", nticks: 5, uirevision: options.xRevision,
      range: options.range, autorange: false, showticklabels: !options.empty },
    yaxis: { ...axis, title: { text: options.yTitle, standoff: 4, font: { size: 12, color: theme.muted } },
      type: options.log ? "log" : "linear", nticks: 5, tickformat: options.percent ? ".0%" : "~g",
      hoverformat: options.percent ? ".0%" : ".3~g", uirevision: options.yRevision,
      showticklabels: !options.empty || Boolean(options.yRange), ...(options.log ? { dtick: options.logTick } : {}),
      ...(options.yRange ? { range: options.yRange, autorange: false } : { autorange: true }),
      ...(options.fromZero && !options.yRange ? { rangemode: "tozero" } : {}) },
    shapes: [
      ...options.levels.map(({ value, role }) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: value, y1: value,
        line: { color: role ? theme.colors[role] : theme.muted, width: role ? 1.6 : 1, dash: "dot" }, layer: "below" })),
      ...marks.map((mark) => ({ type: "line", yref: "paper", x0: mark.x, x1: mark.x, y0: 0, y1: 1,
        line: { color: theme.mark, width: 1 }, layer: "below" })),
    ],
    annotations: [
      ...options.levels.filter(({ text }) => text).map(({ value, role, text, along }) => ({
        xref: "paper", x: along ?? 0, xanchor: "left", xshift: 3, y: options.log ? Math.log10(value) : value, yanchor: "top", yshift: 1, text, showarrow: false,
        font: { size: 11, color: role ? theme.colors[role] : theme.muted } })),
      ...marks.map((mark) => ({ x: mark.x, y: 1, yref: "paper", yanchor: "bottom", yshift: -4, text: mark.sign,
        showarrow: false, hovertext: literal(mark.text), captureevents: true, font: { size: 10, color: theme.muted } })),
    ],
  };
}
