// The row of buttons: play, single steps, begin anew, compare, keep.

import { smallButton } from "../shared/button.js";
import { make, setText } from "../shared/format.js";
import { PACES } from "./state.js";

export class Bar {
  /** ``page``: the playground, whose methods the buttons call. */
  constructor(page) {
    this.play = smallButton("Play", "Play or pause (space)", () => page.toggle(), { class: "gx-button gx-strong gx-play" });
    this.paces = new Map(PACES.map((pace) => {
      const [name, about] = pace === "slow" ? ["Slow", "Slow motion: each update of D and of G is seen alone"]
        : [`${pace}×`, `${pace} ${pace === "1" ? "step" : "steps"} from picture to picture`];
      return [pace, smallButton(name, about, () => page.set({ pace }), { class: "gx-button gx-small", "data-pace": pace })];
    }));
    this.count = make("select", { class: "gx-field", "aria-label": "How many steps" },
      ...[10, 50, 200, 1000].map((steps) => make("option", { value: steps }, `${steps} steps`)));
    this.beside = smallButton("Compare", "A second game beside it: same points, same beginning, other settings", () => page.compare());
    this.file = make("input", { type: "file", accept: ".json,application/json", hidden: "", "aria-label": "A saved game" });
    this.file.addEventListener("change", () => {
      const [file] = this.file.files;
      if (file) page.keeper.open(file).finally(() => { this.file.value = ""; });
    });
    const group = (label, ...children) => make("div", { class: "gx-row gx-group", role: "group", "aria-label": label }, ...children);
    this.element = make("div", { class: "gx-row gx-actions" },
      group("Play", this.play, ...this.paces.values()),
      group("Steps",
        smallButton("D step", "One update of D alone (key D)", () => page.step("d"), { class: "gx-button gx-small gx-of-d" }),
        smallButton("G step", "One update of G alone (key G)", () => page.step("g"), { class: "gx-button gx-small gx-of-g" }),
        this.count, smallButton("Run", "Run so many steps, then pause", () => page.runSome(Number(this.count.value)))),
      group("Game",
        smallButton("Reset", "From the beginning, with the same seed (key R)", () => page.restart()),
        smallButton("New seed", "Another beginning", () => page.newSeed()), this.beside,
        smallButton("Save", "Keep the game as a file, with its networks", () => page.keeper.save()),
        smallButton("Picture", "Download what is seen as a picture", () => page.keeper.picture()),
        smallButton("Open", "Go on with a game that was kept", () => this.file.click()), this.file));
  }

  show({ pace, beside }, playing) {
    setText(this.play, playing ? "Pause" : "Play");
    this.play.setAttribute("aria-pressed", String(playing));
    for (const [id, button] of this.paces) button.setAttribute("aria-pressed", String(id === pace));
    this.beside.setAttribute("aria-pressed", String(beside !== null));
  }
}
