// A number in one hand: the same z for each digit. For other classes: a row of them, say an outfit, in one style.

import { make, setText } from "../shared/format.js";
import { draw, erase } from "../shared/picture.js";
import { Decoder } from "../shared/decoder.js";
import { nounOf } from "../shared/told.js";
import { Downloads, Seed, atEnd, beside, button, emptyPicture, foot, head, isTypeable, pointAt, roomBelow,
  term } from "./common.js";

export const HANDS = 6;
export const LONGEST = 12;

export class Row {
  pictures; drawn;

  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {});
    this.field = make("input", { class: "gx-field gx-number", type: "text", maxlength: LONGEST, autocomplete: "off",
      spellcheck: "false", "aria-label": "What to write" });
    this.seed = new Seed((seed) => stage.set({ seed, hand: 0 }));
    this.back = button("Remove last", () => stage.set({ row: stage.state.row.slice(0, -1) }));
    this.clear = button("Clear", () => stage.set({ row: [] }));
    this.large = make("div", { class: "gx-written", role: "img", "aria-label": "Nothing written yet" });
    this.hands = make("div", { class: "gx-hands", role: "group", "aria-label": "Hands to choose from" });
    this.note = make("p", { class: "gx-quiet gx-note" });
    this.downloads = new Downloads("Download");
    this.element = make("section", {},
      head(this.title, beside(this.field, this.back, this.clear), atEnd(this.seed.element)),
      this.large, foot(this.note, atEnd(this.downloads.element)), this.hands);
    this.field.addEventListener("input", () => this.typed());
    this.decoder = new Decoder(stage.root, { onTrouble: stage.trouble });
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(stage.place);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
    this.onKey = (event) => this.arrows(event);
    this.hands.addEventListener("keydown", this.onKey);
  }

  /** A class button was clicked: it writes here. */
  add(y) {
    const { row } = this.stage.state;
    if (row.length < LONGEST) this.stage.set({ row: [...row, y] });
  }

  typed() {
    const { classes } = this.stage;
    const known = [...this.field.value].map((letter) => classes.indexOf(letter)).filter((y) => y >= 0);
    const unknown = [...this.field.value].find((letter) => !classes.includes(letter));
    this.refused = unknown === undefined ? ""
      : `There is no class “${unknown}”; this model writes ${classes.join(" ")}.`;
    if (unknown !== undefined) this.field.value = known.map((y) => classes[y]).join("");
    this.stage.set({ row: known }, "keep");
  }

  show() {
    const { root, model, classes, state } = this.stage;
    const { row, hand, seed } = state;
    const typeable = isTypeable(classes);
    const written = row.map((y) => classes[y]).join(typeable ? "" : ", ");
    this.field.hidden = !typeable;
    if (typeable && this.field.value !== written) this.field.value = written;
    setText(this.title, typeable ? "Write a number in one hand" : "Compose a row in one style");
    this.back.hidden = typeable;
    this.back.disabled = this.clear.disabled = !row.length;
    this.seed.set(seed);
    setText(this.seed.element.querySelector(".gx-new-seed"), typeable ? "Other hands" : "Other styles");
    this.noteOn(row, classes, typeable);
    const places = Math.max(1, row.length);
    this.build(places);
    this.large.setAttribute("aria-label", row.length ? `${written} in hand ${hand + 1}` : "Nothing written yet");
    [...this.hands.children].forEach((choice, index) => {
      choice.setAttribute("aria-pressed", String(index === hand));
      choice.setAttribute("aria-label", `${written || "Nothing yet"} in hand ${index + 1}`);
      choice.disabled = !row.length;
    });
    this.downloads.element.hidden = !row.length;
    if (!row.length) {
      this.decoder.next = null;
      this.wanted = null;
      for (const canvas of this.element.querySelectorAll("canvas")) {
        erase(canvas);
      }
      delete this.element.dataset.shown;
      return;
    }
    const mine = row.map((y) => pointAt(seed, hand, y));
    const file = `${model}-${typeable ? written : row.join("-")}-seed-${seed}-hand-${hand + 1}`.replaceAll("@", "-");
    this.downloads.set(root, model, [["PNG", "png", { points: mine, columns: row.length, gap: 0 }, file],
      ["enlarged 16×", "png", { points: mine, columns: row.length, gap: 0, scale: 16 }, `${file}-large`]]);
    const points = [];
    for (let index = 0; index < HANDS; index += 1) row.forEach((y) => points.push(pointAt(seed, index, y)));
    this.decoder.model = model;
    this.wanted = JSON.stringify({ model, seed, row });
    const wanted = this.wanted;
    if (this.pictures && this.drawn === wanted) this.draw();
    else this.decoder.want(points, (pictures) => {
      if (this.wanted !== wanted) return;
      Object.assign(this, { pictures, drawn: wanted });
      this.draw();
    });
  }

  noteOn(row, classes, typeable) {
    const twice = row.find((y, at) => row.indexOf(y) !== at);
    const empty = typeable ? "Type a number, or press the buttons above."
      : "Press the buttons above: each adds a picture.";
    const alike = twice === undefined ? ""
      : `Same z and same ${nounOf(this.stage.condition)}, same picture: that is why ${typeable ? "every" : "each"} ${classes[twice]} is alike.`;
    const says = this.refused || (row.length ? alike : empty);
    if (says) setText(this.note, says);
    else this.note.replaceChildren("One ", term("z"), typeable ? " for all digits: one hand." : " for all: one style.");
  }

  build(places) {
    if (places === this.places) return;
    this.places = places;
    const blank = () => Array.from({ length: places }, () => emptyPicture());
    this.large.replaceChildren(...blank());
    const held = [...this.hands.children].indexOf(document.activeElement);
    this.hands.replaceChildren(...Array.from({ length: HANDS }, (_, index) => {
      const one = make("button", { type: "button", class: "gx-hand" }, ...blank());
      one.addEventListener("click", () => this.stage.set({ hand: index }));
      return one;
    }));
    if (held >= 0) this.hands.children[held].focus();
    this.fit();
  }

  draw() {
    const { row, hand, seed } = this.stage.state;
    const places = row.length;
    if (this.pictures.count !== HANDS * places) return;
    [...this.large.children].forEach((canvas, at) => draw(canvas, this.pictures, hand * places + at));
    [...this.hands.children].forEach((one, index) => {
      [...one.children].forEach((canvas, at) => draw(canvas, this.pictures, index * places + at));
    });
    this.element.dataset.shown = JSON.stringify({ model: this.stage.model, seed, hand, row });
  }

  arrows(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || !this.stage.state.row.length) return;
    event.preventDefault();
    const hand = (this.stage.state.hand + by + HANDS) % HANDS;
    this.stage.set({ hand });
    this.hands.children[hand].focus();
  }

  fit() {
    const width = this.element.clientWidth;
    if (!width || !this.places) return;
    const height = roomBelow(this.stage.place, this.large, 300) - 80;
    const set = (element, size) => element.style.setProperty("--gx-cell", `${Math.floor(size)}px`);
    set(this.large, Math.max(24, Math.min(280, height * 0.6, width / this.places)));
    const three = width < 700 ? 1 : this.places > 6 ? 2 : 3;
    this.hands.style.setProperty("--gx-columns", three);
    const across = (width - (three - 1) * 12) / three - 20;
    const rows = HANDS / three;
    const down = (height * 0.4 - (rows - 1) * 12) / rows - 18;
    set(this.hands, Math.max(16, Math.min(96, across / this.places, Math.max(36, down))));
  }

  close() {
    this.decoder.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
  }
}
