// What is set beside the pictures: z, the direction, D's verdict, further models, and files.

import { make, setText } from "../shared/format.js";
import { chooser } from "./files.js";
import { MOST_SEED } from "./state.js";

const ABOUT = {
  style: "The encoder reads z from a picture: what the map leaves open, such as colours, is as there.",
  z: "The random numbers that a picture is drawn from beside its input. Seed and number name them: the same two always give the same picture.",
  verdict: "D looks at patches of the picture. Over each lies what it says of it, in the colour of real or of fake pictures, the stronger the surer.",
};

export class Bar {
  wishes; also; ids;

  /** ``wishes``: what happens on each of the controls, by name. */
  constructor(wishes) {
    this.wishes = wishes;
    const button = (words, wish, attributes = {}) => {
      const made = make("button", { type: "button", class: "gx-button", ...attributes }, words);
      made.addEventListener("click", () => wishes[wish]());
      return made;
    };
    this.seed = make("input", { class: "gx-field gx-number", type: "number", min: 0, max: MOST_SEED, step: 1, "aria-label": "Seed of z", title: ABOUT.z });
    this.seed.addEventListener("change", () => {
      const value = Math.round(Number(this.seed.value));
      wishes.seed(Number.isFinite(value) ? Math.min(MOST_SEED, Math.max(0, value)) : 0);
    });
    this.direction = button("From B to A", "swap", { title: "The other direction: pictures of the second kind become those of the first" });
    this.verdict = button("What D looks at", "verdict", { title: ABOUT.verdict });
    this.others = make("span", { class: "gx-row gx-others", role: "group", "aria-label": "Other models beside it" });
    this.invert = make("input", { type: "checkbox" });
    this.invert.addEventListener("change", () => wishes.invert());
    this.inverting = make("label", { class: "gx-pair", title: "For dark ink on light paper, where the model knows light on dark" }, this.invert, "invert");
    this.own = chooser("Own picture", "image/*", "It is cut to a square, and only this app uses it. A picture can also be dropped here.", wishes.file);
    this.parts = make("span", { class: "gx-row", role: "group", "aria-label": "Map of a face" },
      chooser("Take a face's map", "image/*", "The part reader finds hair, eyes and mouth in a picture of yours: a drawn face like those that the model draws.", wishes.face),
      button("Map of the drawn face", "drawn", { title: "What the part reader finds in the face that is drawn now" }));
    this.style = make("span", { class: "gx-row", role: "group", "aria-label": "Style" },
      chooser("Style of a picture", "image/*", `${ABOUT.style} It is cut to a square, and only this app uses it.`, wishes.style));
    this.saveMap = button("Save the map", "saveMap", { title: "As a picture without loss, which can be loaded again" });
    this.files = make("span", { class: "gx-row gx-files", role: "group", "aria-label": "Download" }, make("span", { class: "gx-quiet" }, "Download"),
      button("Picture", "picture", { title: "What is drawn, at its own size" }),
      button("Strip", "strip", { title: "All that is shown, side by side" }),
      button("Pair", "pair", { title: "Input and picture side by side, as pix2pix's data sets have them" }), this.saveMap);
    this.noise = make("span", { class: "gx-row" }, button("New z", "anew", { class: "gx-button gx-strong" }),
      make("label", { class: "gx-pair" }, make("abbr", { title: ABOUT.z, tabindex: 0 }, "z"), this.seed));
    this.element = make("div", { class: "gx-row gx-controls" }, this.noise, this.style,
      this.direction, this.verdict, wishes.lens, this.own, this.parts, this.inverting, this.others);
  }

  /** Of another model: what it can do. */
  open(mode, about, rivals) {
    const paints = mode === "paint" || mode === "draw";
    this.noise.hidden = !about.noise;
    this.style.hidden = !about.encoder;
    this.direction.hidden = !about.backward;
    this.inverting.hidden = mode === "paint" || about.input[0] !== 1;
    const alike = new Set(about.labels.map(({ colour }) => colour)).size < about.labels.length; // colours name no label
    this.saveMap.hidden = !paints || alike;
    this.own.hidden = alike;
    this.parts.hidden = !about.parts;
    setText(this.saveMap, mode === "paint" ? "Save the map" : "Save the drawing");
    this.own.firstChild.textContent = { paint: "Load a map", draw: "Load a drawing" }[mode] ?? "Own picture";
    this.own.lastChild.setAttribute("aria-label", this.own.firstChild.textContent);
    this.others.hidden = !rivals.length;
    this.also = rivals.map(({ id, title }) => {
      const made = make("button", { type: "button", class: "gx-button gx-small", title: id }, `+ ${title}`);
      made.addEventListener("click", () => this.wishes.rival(id));
      return { id, made };
    });
    this.others.replaceChildren(make("span", { class: "gx-quiet" }, "beside it"), ...this.also.map(({ made }) => made));
  }

  show({ seed, index, backward, verdict }, also, about) {
    if (document.activeElement !== this.seed || Number(this.seed.value) !== seed) this.seed.value = String(seed);
    this.seed.title = `${ABOUT.z} This is number ${index} of seed ${seed}.`;
    this.direction.setAttribute("aria-pressed", String(backward));
    this.verdict.hidden = !about.verdict || backward;
    this.verdict.setAttribute("aria-pressed", String(verdict));
    this.also.forEach(({ id, made }) => made.setAttribute("aria-pressed", String(also.includes(id))));
  }
}
