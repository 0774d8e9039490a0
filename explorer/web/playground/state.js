// The state of the playground, and how it is written into the URL.
// A game's settings stand under their own names where they are not at rest; the second game says only what differs.

const TIMES = ":";
const BETWEEN = "|";
export const PACES = ["slow", "1", "4", "16"]; // steps a picture; slow: every update is seen alone
export const LAYERS = ["surface", "real", "fake", "push", "net"];
const DRAWN_STEPS = 255;

export class Rules {
  listed; smoothable; boundless; mostDrawn; byName;

  /** ``listed``: the settings as the page's script gives them. */
  constructor(listed, smoothable, boundless, mostDrawn) {
    Object.assign(this, { listed, smoothable, boundless, mostDrawn, byName: new Map(listed.map((one) => [one.name, one])) });
    this.names = [...listed.map(({ name }) => name), "beside", "hide", "pace", "story"];
  }

  get rest() {
    return Object.fromEntries(this.listed.map(({ name, rest }) => [name, rest]));
  }

  /** What a setting is called where there is little room. */
  shortOf(name) {
    const { short, label } = this.byName.get(name);
    return short || label;
  }

  /** A setting of a text, or undefined where the text is none of its values. */
  value(name, text) {
    const rule = this.byName.get(name);
    if (!rule || typeof text !== "string" || text === "") return undefined;
    if (name === "drawing") return /^[\w-]+$/.test(text) && pointsOf(text).length <= this.mostDrawn ? text : undefined;
    if (rule.choices.length) return rule.choices.includes(text) ? text : undefined;
    const number = Number(text);
    if (!Number.isFinite(number) || number < rule.low || number > rule.high) return undefined;
    return rule.whole && !Number.isInteger(number) ? undefined : number;
  }

  /** The settings with what cannot go together put right: as another setting was chosen, this one follows. */
  fitting(config) {
    const fit = { ...config };
    if (fit.data === "drawing" && !fit.drawing) fit.data = this.rest.data;
    if (!this.smoothable.includes(fit.loss)) fit.smoothing = 0;
    if (fit.told === "nothing") Object.assign(fit, { adversarial: 1, error: 0 }); // an error compares two y of one x
    if (fit.adversarial === 0 && fit.error === 0) fit.adversarial = 1; // G learns from one of the two at least
    return fit;
  }

  /** The state of texts from a URL, whatever somebody wrote there. */
  read(texts) {
    const config = this.rest;
    for (const { name } of this.listed) config[name] = this.value(name, texts[name]) ?? config[name];
    const pairs = (texts.beside ?? "").split(BETWEEN).map((part) => part.split(TIMES));
    const beside = texts.beside === undefined ? null : Object.fromEntries(pairs
      .map(([name, text]) => [name, SHARED.includes(name) ? undefined : this.value(name, text)])
      .filter(([, value]) => value !== undefined));
    const story = Number(texts.story);
    return {
      config: this.fitting(config), beside,
      hide: (texts.hide ?? "").split(",").filter((layer) => LAYERS.includes(layer)),
      pace: PACES.includes(texts.pace) ? texts.pace : "4",
      story: texts.story === "-" ? null : Number.isInteger(story) && story > 0 ? story : 1,
    };
  }

  texts({ config, beside, hide, pace, story }) {
    const { rest } = this;
    const texts = Object.fromEntries(this.listed.filter(({ name }) => config[name] !== rest[name])
      .filter(({ name }) => name !== "drawing" || config.data === "drawing")
      .map(({ name }) => [name, String(config[name])]));
    if (beside) texts.beside = Object.entries(beside).map((pair) => pair.join(TIMES)).join(BETWEEN) || "same";
    return { ...texts, hide: hide.join(","), pace: pace === "4" ? "" : pace,
      story: story === null ? "-" : story > 1 ? String(story) : "" };
  }

  /** The second game's settings: the first's, but for what differs. */
  besideOf({ config, beside }) {
    return beside && this.fitting({ ...config, ...beside });
  }
}

/** What two games have in common: the same points, the same start. */
export const SHARED = ["data", "drawing", "seed"];

// Drawings: two bytes a point, as base64 for addresses

/** Points [x, y] in [-1, 1] of a drawing's text; none where it cannot be read. */
export function pointsOf(text) {
  let bytes;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return [];
  }
  const at = (index) => (2 * bytes.charCodeAt(index)) / DRAWN_STEPS - 1;
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => [at(2 * index), at(2 * index + 1)]);
}

export function drawingOf(points) {
  const byte = (value) => Math.round(((Math.min(1, Math.max(-1, value)) + 1) / 2) * DRAWN_STEPS);
  const bytes = String.fromCharCode(...points.flat().map(byte));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
