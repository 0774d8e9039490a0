// The state of the Arithmetic page: as values, as texts in the URL, and as points that the server draws.

export const SLOTS = ["a", "b", "c"];
export const THREE = 3; // exemplars of a slot, as in the paper
export const MOST_EXEMPLARS = 9;
export const MOST_STRENGTH = 2;
export const ALL = "all"; // everything else is held
export const NOISE = 0.25; // of the neighbours, uniform on [-0.25, 0.25], as in the DCGAN paper
const NEIGHBOURS = 8;
const SAMPLE = /^\d{1,10}\.\d{1,7}$/;
const DEFINITION = /^[a-z0-9.,:|~-]{1,2000}$/;

const START = {
  a: [], b: [], c: [], strength: 1, seed: 0, page: 0, wanted: {}, y: null, moves: {}, hold: [], edits: [], yes: [], no: [],
  tool: "labels", slot: "a",
};
export const NAMES = ["a", "b", "c", "s", "seed", "page", "want", "y", "moves", "hold", "edit", "yes", "no", "tool", "slot"];

const list = (text, fits) => (text ?? "").split(",").filter((one) => fits.test(one));
const number = (text, rest, low, high) => {
  const value = Number.parseFloat(text);
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : rest;
};
const short = (value) => String(Number(value.toFixed(3)));

/** The state of the URL's texts; what is missing or unreadable is as at the start. */
export function stateOf(texts) {
  /** @type {Record<string, any>} */
  const state = { ...structuredClone(START), a: list(texts.a, SAMPLE), b: list(texts.b, SAMPLE), c: list(texts.c, SAMPLE) };
  for (const slot of SLOTS) state[slot] = state[slot].slice(0, MOST_EXEMPLARS);
  state.strength = number(texts.s, 1, 0, MOST_STRENGTH);
  state.seed = Math.round(number(texts.seed, 0, 0, 4_294_967_295));
  state.page = Math.round(number(texts.page, 0, 0, 9999));
  state.wanted = Object.fromEntries((texts.want ?? "").split(",").filter(Boolean)
    .map((one) => [one.replace(/^no /, ""), !one.startsWith("no ")]));
  state.y = texts.y === undefined ? null : Math.round(number(texts.y, 0, 0, 999));
  for (const one of (texts.moves ?? "").split(";")) {
    const [name, amount] = one.split("@");
    if (DEFINITION.test(name) && Number(amount)) state.moves = { ...state.moves, [name]: number(amount, 0, -100, 100) };
  }
  state.hold = list(texts.hold, DEFINITION);
  state.edits = (texts.edit ?? "").split(";").map((one) => one.split("@")).filter((one) => one.length === 3 && /^v\.[\w-]+$/.test(one[2]))
    .map(([name, amount, z]) => ({ name: name.replace(/^no /, ""), wanted: !name.startsWith("no "), amount: number(amount, 1, -3, 3), z }));
  state.yes = list(texts.yes, SAMPLE);
  state.no = list(texts.no, SAMPLE);
  state.tool = texts.tool === "marks" ? "marks" : "labels";
  state.slot = SLOTS.includes(texts.slot) ? texts.slot : "a";
  return state;
}

/** The URL's texts of a state; what is as at the start is left out. */
export function textsOf(state) {
  const moves = Object.entries(state.moves).filter(([, amount]) => amount);
  return {
    a: state.a.join(","), b: state.b.join(","), c: state.c.join(","),
    s: state.strength === 1 ? "" : short(state.strength),
    seed: state.seed ? String(state.seed) : "", page: state.page ? String(state.page) : "",
    want: Object.entries(state.wanted).map(([name, value]) => (value ? name : `no ${name}`)).join(","),
    y: state.y === null ? "" : String(state.y),
    moves: moves.map(([name, amount]) => `${name}@${short(amount)}`).join(";"),
    hold: state.hold.join(","),
    edit: state.edits.map(({ name, wanted, amount, z }) => `${wanted ? name : `no ${name}`}@${short(amount)}@${z}`).join(";"),
    yes: state.yes.join(","), no: state.no.join(","),
    tool: state.tool === "labels" ? "" : state.tool, slot: state.slot === "a" ? "" : state.slot,
  };
}

const withClass = (state, point) => (state.y === null ? point : { ...point, y: state.y });
const weighted = (samples, weight) => samples.map((sample) => [sample, weight / samples.length]);

/** One sample. */
export const sampleOf = (state, sample) => withClass(state, { z: [[sample, 1]] });

/** The mean of a slot's exemplars, or null where it has none. */
export const meanOf = (state, slot) => (state[slot].length ? withClass(state, { z: weighted(state[slot], 1) }) : null);

/** Whether A - B + C is complete. */
export const isComplete = (state) => SLOTS.every((slot) => state[slot].length);

/** C + strength (A - B), moved along directions; C alone while A or B is empty; null without C. */
export function resultOf(state, extra = {}) {
  if (!state.c.length) return null;
  const z = weighted(state.c, 1);
  if (isComplete(state)) z.push(...weighted(state.a, state.strength), ...weighted(state.b, -state.strength));
  for (const { z: source, amount } of state.edits) if (amount) z.push([source, amount]);
  const moves = {};
  for (const [name, amount] of Object.entries({ ...state.moves, ...extra })) if (amount) moves[heldApart(name, state.hold)] = amount;
  return withClass(state, { z, moves });
}

/** The result with the eight noisy neighbours around it, in rows of three: the result is the fifth. */
export function nineOf(state) {
  const result = resultOf(state);
  if (!result) return [];
  const around = Array.from({ length: NEIGHBOURS }, (_, k) => ({ ...result, z: [...result.z, [`n.${state.seed}.${k}`, NOISE]] }));
  return [...around.slice(0, 4), result, ...around.slice(4)];
}

/** A direction's name that keeps to what is held; one that holds something itself stays as it is. */
export function heldApart(name, hold) {
  if (hold.includes(ALL)) return name.includes("~") ? name : `${name}~${ALL}`;
  const others = hold.filter((other) => other !== name);
  return others.length && !name.includes("~") ? `${name}~${others.join(",")}` : name;
}

/** The name of the direction from marks, or null while there are too few. */
export const marksOf = ({ yes, no }) => (yes.length >= 2 && no.length >= 2 ? `m:${yes.join(",")}|${no.join(",")}` : null);

/**
 * What changes as a sample is clicked for the chosen slot: it is an exemplar or none any more, and after the third the next
 * slot is chosen, if that is empty. Null where the slot would have too many.
 */
export function picked(state, /** @type {string} */ sample) {
  const { slot } = state;
  const samples = state[slot].includes(sample) ? without(state[slot], sample) : [...state[slot], sample];
  if (samples.length > MOST_EXEMPLARS) return null;
  const next = SLOTS[SLOTS.indexOf(slot) + 1];
  const goOn = samples.length === THREE && samples.length > state[slot].length && next && !state[next].length;
  return { [slot]: samples, ...(goOn ? { slot: next } : {}) };
}

/** What changes as a sample is marked ``yes`` or ``no``, or its mark is taken back by the same click again. */
export function marked(state, /** @type {string} */ sample, /** @type {"yes" | "no"} */ kind) {
  const marks = { yes: without(state.yes, sample), no: without(state.no, sample) };
  if (!state[kind].includes(sample)) marks[kind].push(sample);
  const old = marksOf(state), moves = { ...state.moves };
  if (old) delete moves[old]; // the direction of fewer marks is another one
  return { ...marks, moves };
}

const without = (/** @type {string[]} */ samples, /** @type {string} */ sample) => samples.filter((one) => one !== sample);
