// One game on the page: its picture, its numbers and its curves.

import { Findings } from "../shared/findings.js";
import { make, setText } from "../shared/format.js";
import { UnderWay } from "../shared/under_way.js";
import { Curves } from "./curves.js";
import { Game } from "./game.js";
import { Plane } from "./plane.js";

const FIGURES = [
  ["step", "Step", "Updates of G; in brackets those of D."],
  ["real", "D on real", "What D says of the real points, on average."],
  ["fake", "D on fakes", "What D says of the fakes, on average."],
  ["push", "Push", "How strong the gradient is that moves a fake: the middle one (median) of the arrows' gradients."],
  ["outside", "Outside", "Share of the fakes that lie outside of the picture."],
];

const DOCTOR = {
  about: "Watches losses, gradients and where the fakes lie, from the last change of a setting on, and names what goes wrong.",
  offer: ({ name, goes_on: goesOn }) => ({
    label: `${goesOn ? "Go on with" : "Play beside, same seed, with"} ${name}`,
    title: goesOn ? "The game goes on as it is, with these settings." : "A second game begins anew with these settings; this one begins anew too.",
  }),
};

export class Card {
  glide;

  /** ``cure(remedy)`` hears which remedy of the doctor's a person chose. */
  constructor(root, name, cure) {
    this.name = name;
    this.game = new Game(root, () => this.show());
    this.plane = new Plane(name);
    this.curves = new Curves(name);
    this.doctor = new Findings((_wish, remedy) => cure(remedy), DOCTOR);
    this.title = make("h2", { class: "gx-name" });
    this.figures = new Map(FIGURES.map(([id, label, about]) => {
      const value = make("dd", {}, "–");
      return [id, { value, term: make("div", { "data-figure": id }, make("dt", {}, make("abbr", { title: about }, label)), value) }];
    }));
    this.first = new UnderWay("Loading the networks…", "p", "gx-first"); // its first picture: a server loads torch before
    this.element = make("article", { class: "gx-game", "data-game": name },
      make("div", { class: "gx-seen" }, this.title, make("div", { class: "gx-drawn" }, this.plane.canvas, this.first.element),
        make("dl", { class: "gx-figures" }, ...[...this.figures.values()].map(({ term }) => term)), this.plane.said),
      this.curves.element, this.doctor.element);
  }

  /** Its title: nothing where it is alone, else how it differs. */
  call(title) {
    setText(this.title, title);
    this.title.hidden = !title;
    this.title.title = title;
  }

  show() {
    const { frame, known, real } = this.game;
    if (!frame) return;
    this.first.end();
    this.plane.show(frame, known, real, { glide: this.glide });
    this.curves.show(this.game);
    if (frame.doctor) this.findings = frame.doctor;
    this.doctor.show(this.findings, { step: frame.row[0] });
    const fixed = (value) => value.toFixed(2).replace("-", "−");
    const told = { step: `${frame.row[0]} (${frame.row[1]})`, real: fixed(frame.d_real), fake: fixed(frame.d_fake),
      push: fixed(frame.strength), outside: `${Math.round(100 * frame.outside)} %` };
    for (const [id, { value }] of this.figures) setText(value, told[id]);
    this.element.dataset.step = frame.row[0];
    this.element.dataset.dStep = frame.row[1];
    this.element.dataset.seed = known.config.seed;
  }

  /** Look the same again in other colours. */
  paint(colors, theme) {
    this.plane.colors = this.curves.colors = colors;
    this.curves.font = theme.font;
    this.doctor.setTheme(theme);
    this.plane.draw();
    if (this.game.frame) this.curves.show(this.game);
  }

  close() {
    this.first.end();
    this.plane.close();
    this.game.close();
  }
}
