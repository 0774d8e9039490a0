// Asks for translations: the pictures of an answer, and D's verdicts that follow them.

import { ask, Decoder, picturesOf } from "../shared/decoder.js";
import { base64, bytesOf, cellsOf, oneOf, planes, storedOf } from "./coding.js";
import { verdictsOf } from "./verdict.js";

/**
 * What is asked of the chosen model: ``judges``, whether D is to judge what is drawn, and ``judged`` too, or null;
 * ``style``, the picture whose style is z, or null.
 */
export function bodyOf({ mode, about, state, cells, judges, judged, style }) {
  const { seed, index, backward } = state, [channels] = backward ? about.output : about.input;
  const body = { input: base64(bytesOf(cells, channels)), seed, index, direction: backward ? "backward" : "forward" };
  if (mode === "style" && about.back) Object.assign(body, { back: true });
  if (mode === "sharpen" && !backward) Object.assign(body, { enlarged: true });
  if (style) Object.assign(body, { style: base64(planes(style)) });
  if (judges) Object.assign(body, { verdict: true }, judged ? { judged: base64(planes(judged)) } : {});
  return body;
}

/** A translation: { pictures: each by itself, verdicts }. */
export async function translated(root, model, body) {
  const answer = await ask(root, model, "translate", body);
  const pictures = await picturesOf(answer), { count, height, width, channels, bytes } = pictures;
  return {
    pictures: Array.from({ length: count }, (_, at) => oneOf(pictures, at)),
    verdicts: verdictsOf(answer.headers.get("x-verdicts"), bytes.buffer, count * height * width * channels),
  };
}

/** The map of the parts of a picture such as a model draws, by its bytes, as the part reader sees it. */
export async function mapOf(root, model, bytes) {
  return cellsOf(await storedOf(await ask(root, model, "parts", { picture: base64(bytes) })), 0, true);
}

/** Decoders by model, each with one request under way; models that are left out are forgotten. */
export class Asking {
  root; onTrouble;

  constructor(root, onTrouble) {
    Object.assign(this, { root, onTrouble });
    /** @type {Map<string, Decoder>} */ this.decoders = new Map();
  }

  /** Ask some models for something each: [model, body, show]. */
  want(wishes) {
    for (const [model, decoder] of this.decoders) {
      if (wishes.some(([one]) => one === model)) continue;
      decoder.close();
      this.decoders.delete(model);
    }
    for (const [model, body, show] of wishes) {
      let decoder = this.decoders.get(model);
      if (!decoder) {
        decoder = new Decoder(this.root, { onTrouble: (text) => this.onTrouble(model, text) });
        decoder.model = model;
        this.decoders.set(model, decoder);
      }
      decoder.wantOf((asked) => translated(this.root, asked, body), show);
    }
  }

  close() {
    this.want([]);
  }
}
