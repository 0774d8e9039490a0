// What is set on the page Translate, and its texts in the URL.

export const MOST_SEED = 9_999_999;
export const NAMES = ["x", "z", "style", "dir", "d", "mirror", "also", "lens"];
const MOST_ALSO = 4; // further models beside the chosen one

/**
 * As it is at first; ``example``: the number of an example, or -1 for an input of one's own; ``style``: that of an
 * example or of a picture of one's own likewise, or null, where z is that of seed and index.
 */
export const fresh = () => ({ example: 0, seed: 0, index: 0, style: /** @type {number | null} */ (null), backward: false, verdict: false, mirrored: false,
  also: /** @type {string[] | null} */ (null), lens: /** @type {number[] | null} */ (null) });

/** The state of texts from a URL, whatever somebody wrote there; ``also`` null: as the page has it unasked. */
export function stateOf(/** @type {Record<string, string>} */ texts) {
  const state = fresh();
  if (/^\d{1,4}$/.test(texts.x ?? "")) state.example = Math.max(0, Number(texts.x) - 1);
  else if (texts.x === "own") state.example = -1;
  const address = /^(\d{1,7})(?:\.(\d{1,7}))?$/.exec(texts.z ?? "");
  if (address) Object.assign(state, { seed: Number(address[1]), index: Number(address[2] ?? 0) });
  if (/^\d{1,4}$/.test(texts.style ?? "")) state.style = Math.max(0, Number(texts.style) - 1);
  else if (texts.style === "own") state.style = -1;
  state.backward = texts.dir === "back";
  state.verdict = texts.d === "1";
  state.mirrored = texts.mirror === "1";
  if (texts.also) state.also = texts.also.split(",").filter((id) => /^[\w.@-]{1,120}$/.test(id) && id !== "-").slice(0, MOST_ALSO);
  const lens = /^(0(?:\.\d{1,3})?|1)_(0(?:\.\d{1,3})?|1)$/.exec(texts.lens ?? "");
  if (lens) state.lens = [Number(lens[1]), Number(lens[2])];
  return state;
}

/** The texts of a state; what is as at first has none. */
export function textsOf(/** @type {ReturnType<typeof fresh>} */ state) {
  const { example, seed, index, style, backward, verdict, mirrored, also, lens } = state;
  return {
    x: example < 0 ? "own" : String(example + 1),
    style: style === null ? "" : style < 0 ? "own" : String(style + 1),
    z: seed || index ? `${seed}${index ? `.${index}` : ""}` : "",
    dir: backward ? "back" : "", d: verdict ? "1" : "", mirror: mirrored ? "1" : "",
    also: also === null ? "" : also.join(",") || "-",
    lens: lens ? lens.map((share) => String(Math.round(1000 * share) / 1000)).join("_") : "",
  };
}

/**
 * The name of a file, without its ending: the model, the input and the z or style that it was drawn from.
 * @param {string} model
 * @param {Pick<ReturnType<typeof fresh>, "example" | "seed" | "index" | "style" | "backward">} state
 * @param {string} what
 */
export function fileName(model, { example, seed, index, style, backward }, what) {
  const named = (/** @type {number} */ number) => (number < 0 ? "own" : `example-${number + 1}`);
  const z = style === null ? `z-${seed}.${index}` : `style-${named(style)}`;
  return `${model}-${named(example)}-${z}${backward ? "-backward" : ""}-${what}`.replaceAll("@", "-");
}
