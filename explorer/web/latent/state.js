// What is set on the Latent page, as plain values; as texts for the URL; and the steps that can be undone.
//
// A spot is one picture's own: { z, moves, psi, shell, y }, with z a source as point.py names them, and y the number of a
// class, attributes as "b" and a digit each, or null. The state holds the current spot as seed, index and own (a vector
// that was found, instead of a sample), the kept spots, and what is open.

const BETWEEN = "_"; // neither of these occurs in the name of a source or a direction
const TIMES = "*";
const PART = "::";
const SPOT = "~~";
const SAME_STEP_MS = 800; // repeated keys, and both clicks of a double click, are one step

export const BATCH = 8; // pictures that the server decodes at once, so that seven others cost nothing
export const NAMES = ["z", "own", "moves", "psi", "shell", "y", "kept", "tab", "group", "page", "axes", "reach", "bare",
  "path", "pace", "place", "mix"];
export const TABS = ["sliders", "pad", "walk", "own", "attention", "styles", "stages"];

export const fresh = () => ({ seed: 0, index: 0, own: "", moves: {}, psi: 1, shell: false, y: null, kept: [],
  tab: "sliders", group: "", page: 0, axes: [], reach: 0, bare: false, path: "slerp", pace: 1.5, place: [0.5, 0.5], mix: "" });

/** The current spot of a state. */
export function spotOf(state) {
  const { moves, psi, shell, y } = state;
  return { z: state.own || `${state.seed}.${state.index}`, moves, psi, shell, y };
}

/** The state with another current spot; a vector keeps the seed and index that the others are drawn with. */
export function withSpot(state, spot) {
  const sample = /^(\d+)\.(\d+)$/.exec(spot.z);
  const place = sample ? { seed: Number(sample[1]), index: Number(sample[2]), own: "" } : { own: spot.z };
  const { moves, psi, shell, y } = spot;
  return { ...state, ...place, moves: { ...moves }, psi, shell, y };
}

/** A spot as the server takes it; what is at rest is left out. */
export function pointOf(spot, z = spot.z) {
  const moves = Object.fromEntries(Object.entries(spot.moves).filter(([, amount]) => amount));
  return { z: [[z, 1]], ...(Object.keys(moves).length ? { moves } : {}),
    ...(spot.shell ? { shell: true } : spot.psi !== 1 ? { psi: spot.psi } : {}),
    ...(spot.y === null ? {} : { y: toldOf(spot.y) }) };
}

/** What the server is told for y: a class, or a list of attributes. */
export const toldOf = (y) => (typeof y === "string" ? [...y.slice(1)].map(Number) : y);

/** The current picture and others under the same change: eight points, and which of them is the current one. */
export function batchOf(state) {
  const spot = spotOf(state);
  const first = Math.floor(state.index / BATCH) * BATCH;
  const others = Array.from({ length: BATCH }, (_, number) => `${state.seed}.${first + number}`);
  if (!state.own) return { points: others.map((z) => pointOf(spot, z)), sources: others, at: state.index - first };
  const sources = [state.own, ...others.slice(0, BATCH - 1)];
  return { points: sources.map((z) => pointOf(spot, z)), sources, at: 0 };
}

/** Two decimals at most: what is shown is what is asked for. */
export const rounded = (value) => Math.round(value * 100) / 100 + 0;

// Texts

const movesText = (moves) => Object.entries(moves).filter(([, amount]) => amount)
  .map(([name, amount]) => `${name}${TIMES}${rounded(amount)}`).join(BETWEEN);

function movesOf(text) {
  const moves = {};
  for (const part of (text ?? "").split(BETWEEN)) {
    const at = part.lastIndexOf(TIMES);
    const amount = Number(part.slice(at + 1));
    if (at > 0 && Number.isFinite(amount) && amount) moves[part.slice(0, at)] = clamp(rounded(amount), -100, 100);
  }
  return moves;
}

const spotText = ({ z, moves, psi, shell, y }) => [z, movesText(moves), psi === 1 ? "" : psi, shell ? 1 : "", y ?? ""]
  .join(PART).replace(/(::)+$/, "");

function spotFrom(text) {
  const [z, moves, psi, shell, y] = text.split(PART);
  if (!/^(\d{1,10}\.\d{1,7}|v\.[\w-]+)$/.test(z)) return null;
  return { z, moves: movesOf(moves), psi: numberIn(psi, 0, 2, 1), shell: shell === "1", y: yOf(y) };
}

/** The state as texts for the URL; what is at rest has none. */
export function textsOf(state) {
  const rest = fresh();
  const other = (name, text = String(state[name])) => (state[name] === rest[name] ? "" : text);
  return {
    z: `${state.seed}.${state.index}`, own: state.own, moves: movesText(state.moves), psi: other("psi"),
    shell: state.shell ? "1" : "", y: state.y === null ? "" : String(state.y), kept: state.kept.map(spotText).join(SPOT),
    tab: other("tab"), group: state.group, page: other("page"), axes: state.axes.join(BETWEEN), reach: other("reach"),
    bare: state.bare ? "1" : "", path: other("path"), pace: other("pace"),
    place: state.place.every((share) => share === 0.5) ? "" : state.place.join(BETWEEN),
    mix: state.mix,
  };
}

/** The state of texts from a URL, whatever somebody wrote there. */
export function stateOf(texts) {
  const state = fresh();
  const sample = /^(\d{1,10})\.(\d{1,7})$/.exec(texts.z ?? "");
  if (sample) Object.assign(state, { seed: Number(sample[1]), index: Number(sample[2]) });
  if (/^v\.[\w-]+$/.test(texts.own ?? "")) state.own = texts.own;
  state.moves = movesOf(texts.moves);
  state.psi = numberIn(texts.psi, 0, 2, 1);
  state.shell = texts.shell === "1";
  state.y = yOf(texts.y);
  state.kept = (texts.kept ?? "").split(SPOT).map(spotFrom).filter(Boolean);
  if (TABS.includes(texts.tab)) state.tab = texts.tab;
  state.group = texts.group ?? "";
  state.page = wholeOr(texts.page, 0);
  state.axes = (texts.axes ?? "").split(BETWEEN).filter(Boolean).slice(0, 2);
  state.reach = numberIn(texts.reach, 0, 8, 0);
  state.bare = texts.bare === "1";
  if (texts.path === "lerp") state.path = "lerp";
  state.pace = numberIn(texts.pace, 0.5, 5, 1.5);
  const [across = "", down = ""] = (texts.place ?? "").split(BETWEEN);
  if (/^[\w.-]{1,200}$/.test(texts.mix ?? "")) state.mix = texts.mix;
  const narrow = texts.mix?.split(BETWEEN)[3]; // where truncation of styles stood in older links
  if (narrow && !texts.psi) state.psi = numberIn(narrow, 0, 1.5, 1);
  state.place = [numberIn(across, 0, 1, 0.5), numberIn(down, 0, 1, 0.5)];
  return state;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const yOf = (text) => (/^b[01]{1,1000}$/.test(text ?? "") ? text : wholeOr(text, null));
const wholeOr = (text, other) => (/^\d{1,6}$/.test(text ?? "") ? Number(text) : other);

function numberIn(text, low, high, other) {
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) ? clamp(rounded(value), low, high) : other;
}

// Undo

/** The steps that were taken, as texts of states; a new step drops those that were undone. */
export class Steps {
  constructor(state) {
    this.taken = [JSON.stringify(textsOf(state))];
    this.at = 0;
    this.last = { key: "", time: -Infinity };
  }

  /** Take a step; returns whether it is one of its own, and not the continuation of the one before. */
  take(state, key, now = performance.now()) {
    const text = JSON.stringify(textsOf(state));
    const same = key !== "" && key === this.last.key && now - this.last.time < SAME_STEP_MS;
    this.last = { key, time: now };
    if (text === this.taken[this.at]) return false;
    if (!same) this.at += 1;
    this.taken.splice(this.at, Infinity, text);
    return !same;
  }

  get canUndo() {
    return this.at > 0;
  }

  get canRedo() {
    return this.at < this.taken.length - 1;
  }

  /** The state one step back (-1) or forward again (+1). */
  go(by) {
    this.at = clamp(this.at + by, 0, this.taken.length - 1);
    this.last.key = "";
    return stateOf(JSON.parse(this.taken[this.at]));
  }
}
