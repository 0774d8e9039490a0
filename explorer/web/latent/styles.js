// Style mixing: a grid of pictures whose layers take the style of one sample or of another.

import { askJson, askPictures, Decoder, Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { pointOf } from "./state.js";

const SIDE = 4; // samples of each kind
const BETWEEN = "_";
const BANDS = ["coarse", "middle", "fine"];
const ABOUT = {
  coarse: "The layers of lowest resolution: what the picture shows and how it is arranged.",
  middle: "The layers between: shapes and parts.",
  fine: "The layers of highest resolution: colours and texture.",
  noise: "Each layer adds noise of its own, which decides small things that no style decides.",
};

/** Which of three bands each layer is in, from coarse to fine. */
export const bandsOf = (layers) => Array.from({ length: layers }, (_, layer) => BANDS[Math.floor((3 * layer) / layers)]);

/** What is set, of a text in the link: { from, bands, silent }. */
export function mixOf(text) {
  const [from = "", bands = "", silent = ""] = text.split(BETWEEN);
  return {
    from: /^\d{1,7}$/.test(from) ? Number(from) : 1,
    bands: text ? BANDS.filter((band) => bands.includes(band[0])) : ["fine"],
    silent: silent.split("-").filter((layer) => /^\d{1,2}$/.test(layer)).map(Number),
  };
}

/** The text of what is set. */
export const textOf = ({ from, bands, silent }) => [from, bands.map((band) => band[0]).join(""), silent.join("-")].join(BETWEEN);

export class Styles {
  root; onMix; model; layers; key; mix; decoder;

  /** ``onMix(text)`` hears of another setting. */
  constructor(root, { onMix }) {
    Object.assign(this, { root, onMix, layers: 0, mix: mixOf("") });
    this.decoder = new Decoder(root, { onTrouble: (text) => text && setText(this.words, text) });
    this.sources = /** @type {string[]} */ ([]);
    this.from = make("input", { class: "gx-field gx-number", type: "number", min: 0, max: 9_999_999, step: 1,
      "aria-label": "Seed of the columns" });
    this.from.addEventListener("change", () => this.set({ from: Math.min(9_999_999, Math.max(0, Math.round(Number(this.from.value)) || 0)) }));
    this.bands = new Map(BANDS.map((band) => {
      const box = make("input", { type: "checkbox" });
      box.addEventListener("change", () => this.set({ bands: BANDS.filter((one) => this.bands.get(one)?.checked) }));
      return [band, box];
    }));
    this.noise = make("div", { class: "gx-row" });
    this.words = make("p", { class: "gx-line", role: "status" }, "\u00a0");
    this.grid = make("div", { class: "gx-mixed", style: `--gx-columns:${SIDE + 1}` });
    this.tiles = Array.from({ length: SIDE + SIDE * (SIDE + 1) }, () => make("canvas", { class: "gx-picture", role: "img", "aria-label": "Not drawn yet" }));
    this.grid.append(make("span", { class: "gx-quiet" }, "rows and columns"), ...this.tiles);
    const term = (band) => make("abbr", { title: ABOUT[band], tabindex: 0 }, band);
    this.element = make("div", { class: "gx-styles" },
      make("div", { class: "gx-row" }, make("label", { class: "gx-pair" }, "columns from seed", this.from),
        make("span", {}, "give the layers"),
        ...BANDS.map((band) => make("label", { class: "gx-pair" }, /** @type {HTMLElement} */ (this.bands.get(band)), term(band)))),
      this.grid, this.words,
      make("details", {}, make("summary", {}, "Noise of each layer"), make("p", { class: "gx-quiet" }, ABOUT.noise), this.noise));
  }

  set(values) {
    this.want({ ...this.mix, ...values });
    this.onMix(textOf(this.mix));
  }

  /** Show the mixtures of the current sample and those after it. */
  async show(model, spot, { seed, index, mix }) {
    this.sources = Array.from({ length: SIDE }, (_, number) => (number ? `${seed}.${index + number}` : spot.z));
    this.spot = spot;
    if (model !== this.model) {
      Object.assign(this, { model, layers: 0, key: null });
      this.decoder.model = model;
      try {
        const { layers } = await askJson(this.root, model, "");
        if (model !== this.model) return;
        this.layers = layers;
        this.switches();
      } catch (error) {
        if (model !== this.model) return;
        this.model = null; // asked again at the next change
        setText(this.words, error instanceof Refused ? error.message : "The server does not answer; load the page again.");
        return;
      }
    }
    this.want(mixOf(mix));
  }

  switches() {
    this.noise.replaceChildren(...Array.from({ length: this.layers - 1 }, (_, layer) => {
      const box = make("input", { type: "checkbox", "data-layer": layer });
      box.addEventListener("change", () => this.set({ silent: box.checked
        ? this.mix.silent.filter((one) => one !== layer) : [...this.mix.silent, layer].sort((one, other) => one - other) }));
      return make("label", { class: "gx-pair" }, box, `layer ${layer + 1}`);
    }));
  }

  want(mix) {
    this.mix = mix;
    if (this.from.value !== String(mix.from)) this.from.value = String(mix.from);
    for (const [band, box] of this.bands) box.checked = mix.bands.includes(band);
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.noise.querySelectorAll("input"))) box.checked = !mix.silent.includes(Number(box.dataset.layer));
    if (!this.layers) return;
    const body = {
      rows: this.sources.map((z) => pointOf(this.spot, z)),
      columns: Array.from({ length: SIDE }, (_, number) => ({ z: [[`${mix.from}.${number}`, 1]], psi: this.spot.psi })),
      taken: bandsOf(this.layers).map((band) => mix.bands.includes(band)),
      noise: Array.from({ length: this.layers - 1 }, (_, layer) => !mix.silent.includes(layer)),
    };
    const key = JSON.stringify([this.model, body]);
    if (key === this.key) return;
    this.key = key;
    this.decoder.wantOf((model) => askPictures(this.root, model, null, "styles", body), (pictures) => {
      this.tiles.forEach((tile, at) => {
        draw(tile, pictures, at);
        tile.setAttribute("aria-label", nameOf(at));
      });
      setText(this.words, `Each picture has the ${body.taken.some(Boolean) ? mix.bands.join(" and ") : "styles of no"} `
        + "layers of its column, and all others of its row.");
    }, () => (this.key = null));
  }

  close() {
    this.decoder.close();
  }
}

/** What a picture of the grid is: a column's, a row's, or a mixture. */
function nameOf(at) {
  if (at < SIDE) return `Column ${at + 1}`;
  const row = Math.floor((at - SIDE) / (SIDE + 1)) + 1;
  const column = (at - SIDE) % (SIDE + 1);
  return column ? `Row ${row} with column ${column}` : `Row ${row}`;
}
