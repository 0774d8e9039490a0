// One twin: what is wrong or what cures it, its picture, its curves, and what the doctor says at the moment shown.

import { count, make, setText } from "../shared/format.js";
import { Chart } from "./chart.js";
import { lastAt } from "./data.js";
import { Picture } from "./picture.js";

const SIGNS = { sick: "✕", cured: "✓" };

export const badge = (which, names) => make("span", { class: `gx-badge gx-${which}` }, `${SIGNS[which]} ${names[which]}`);

export class Twin {
  constructor(which, { curves, badges }) {
    this.which = which;
    this.why = make("span", { class: "gx-why" });
    this.picture = new Picture(which);
    this.charts = curves.map((id) => new Chart(id));
    this.doctor = make("p", { class: "gx-doctor" });
    this.element = make("section", { class: "gx-twin", "aria-label": badges[which] },
      make("h3", {}, badge(which, badges), this.why),
      make("div", { class: "gx-both" }, this.picture.element,
        make("div", { class: "gx-twin-charts" }, ...this.charts.map(({ element }) => element))),
      this.doctor);
  }

  /** Take what is recorded; ``scales`` are the charts' axes. */
  set(twin, strip, scales, why) {
    this.twin = twin;
    setText(this.why, why);
    this.picture.set(twin, strip);
    this.charts.forEach((chart, index) => chart.set(twin, scales[index]));
  }

  /** What the doctor says of each picture. */
  setDoctor(said) {
    this.said = said;
  }

  setTheme(theme) {
    this.theme = theme;
    this.charts.forEach((chart) => chart.setTheme(theme));
  }

  /** Show the moment at a share of the run, in [0, 1]. */
  show(share) {
    if (!this.twin || !this.theme) return;
    const step = share * this.twin.steps;
    this.picture.show(step, this.theme.colors);
    this.charts.forEach((chart) => chart.show(step));
    if (this.said) this.tell(this.said[lastAt(this.twin.frames, step)] ?? []);
  }

  tell(findings) {
    const alarms = findings.filter(({ kind }) => kind === "alarm");
    const told = (alarms.length ? alarms : findings).map(({ name, since }) => `${name}, since step ${count(since)}`).join("; ");
    this.doctor.classList.toggle("gx-alarm", alarms.length > 0);
    setText(this.doctor, told ? `${alarms.length ? "⚠" : "ⓘ"} Doctor: ${told}.` : "Doctor: nothing to say.");
    this.doctor.title = findings.map(({ means }) => means).join(" ");
  }
}
