// Numbers, times and states in words, the same in every widget.

const isNumber = /** @type {(value: unknown) => value is number} */ (Number.isFinite);

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Whole, in groups of three; a dash where it is no number. */
export const count = (/** @type {number | null | undefined} */ value) => (isNumber(value) ? GROUPED.format(value) : "–");

/**
 * Three significant digits at most, never more than the number carries.
 * @param {number | null | undefined} value
 */
export function figure(value, digits = 3) {
  if (!isNumber(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1000) return count(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1).replace("e", " · 10^").replaceAll("-", "−");
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/**
 * A distance, with the digits that a few thousand pictures can carry.
 * @param {number | null | undefined} value
 */
export function distance(value) {
  if (!isNumber(value)) return "–";
  return value >= 100 ? count(value) : value >= 1 ? value.toFixed(1) : figure(value, 2);
}

/** A fixed number of decimals, for values that stand beside each other. */
export const fixed = (/** @type {number | null | undefined} */ value, /** @type {number} */ decimals) => (isNumber(value) ? value.toFixed(decimals).replace("-", "−") : "–");

/**
 * A share in whole percents; what is short of all, or more than nothing, is not told as all or nothing.
 * @param {number} share
 */
export function percent(share) {
  if (share > 0.995 && share < 1) return "over 99 %";
  if (share > 0 && share < 0.005) return "under 1 %";
  return `${Math.round(100 * share)} %`;
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (!isNumber(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
}

/**
 * What a generator whose resolution grows draws: "16 x 16", or "8 to 16, 40 %" while a stage fades in; else "".
 * @param {number | null | undefined} side - pixels of a side; between those of two stages while the second fades in
 * @param {number} size - pixels of a side of the finished pictures: each stage has half of the next
 */
export function resolution(side, size) {
  if (!isNumber(side) || !(side > 0)) return "";
  let stage = size;
  while (stage / 2 >= side) stage /= 2;
  return side >= stage ? `${stage} x ${stage}` : `${stage / 2} to ${stage}, ${percent((2 * side) / stage - 1)}`;
}

/** @param {number} unixSeconds */
export function ago(unixSeconds, now = Date.now() / 1000) {
  const past = Math.max(0, now - unixSeconds);
  if (past < 60) return "now";
  if (past < 3600) return `${Math.floor(past / 60)} min ago`;
  if (past < 86400) return `${Math.floor(past / 3600)} h ago`;
  return `${Math.floor(past / 86400)} d ago`;
}

/** @type {Record<string, string>} */
const ICONS = { // paths in a square of 16
  queued: "M4 1h8v3L9 8l3 4v3H4v-3l3-4-3-4z",
  preparing: "M8 1a7 7 0 1 0 7 7h-2a5 5 0 1 1-5-5z",
  running: "M4 2l10 6-10 6z",
  paused: "M4 2h3v12H4zM9 2h3v12H9z",
  stopping: "M3 3h10v10H3zM5 5v6h6V5z",
  stopped: "M3 3h10v10H3z",
  finished: "M6.2 13.4L1.5 8.7l1.9-1.9 2.8 2.8 6.5-6.5 1.9 1.9z",
  failed: "M3.2 1.6L8 6.4l4.8-4.8 1.6 1.6L9.6 8l4.8 4.8-1.6 1.6L8 9.6l-4.8 4.8-1.6-1.6L6.4 8 1.6 3.2z",
  lost: "M7 1h2v8H7zM7 11.5h2V14H7z",
  damaged: "M7 1h2v8H7zM7 11.5h2V14H7z",
  newer: "M8 1l5.5 6H10v7H6V7H2.5z",
  deleted: "M5 1h6v2h3v2H2V3h3zM3 6h10l-1 9H4z",
};

/** The states of runs whose configuration is not read: damaged, or of a newer version of the program. */
export const UNREAD = new Set(["damaged", "newer"]);

export const stateWord = (/** @type {string | null | undefined} */ state) => (state ? state[0].toUpperCase() + state.slice(1) : "");

/** @param {string} state */
export function stateIcon(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "gx-icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[state] ?? ICONS.queued);
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/**
 * An element with attributes (null ones left out) and children (null ones too).
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string | null)[]} children
 * @returns {any} the element, whose kind follows from its tag
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/**
 * Set an element's text only where it differs, so that nothing is laid out again for nothing.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
