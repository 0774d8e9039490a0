// One failure's card: what goes wrong in a sentence, how both twins ended, and the two ways to see it.

import { make, setText } from "../shared/format.js";
import { Chart, scalesOf } from "./chart.js";
import { Picture } from "./picture.js";
import { badge } from "./twin.js";
import { liveLinks } from "./live.js";

const TWINS = ["sick", "cured"];

export class Card {
  page; entry;

  /** ``page``: { root, recordings, open(entry), ask(wish) }. */
  constructor(page, entry, number) {
    Object.assign(this, { page, entry });
    this.twins = TWINS.map((which) => ({ which, chart: new Chart(entry.curves[0]),
      picture: entry.plane ? new Picture(which) : null,
      canvas: make("canvas", { class: "gx-twin-picture", role: "img", "aria-label": `Last pictures of the ${which} twin` }) }));
    this.trouble = make("p", { class: "gx-quiet", role: "status" });
    this.live = make("div", { class: "gx-row" });
    this.play = make("button", { type: "button", class: "gx-button gx-strong" }, "▶ Replay");
    this.play.addEventListener("click", () => page.open(entry.id, true));
    const title = make("button", { type: "button", class: "gx-card-title" }, `${number}. ${entry.title}`);
    title.addEventListener("click", () => page.open(entry.id, false));
    this.element = make("article", { class: "gx-panel gx-failure", "data-entry": entry.id },
      make("h2", {}, title), make("p", { class: "gx-sentence" }, entry.sentence),
      make("div", { class: "gx-pair" }, ...this.twins.map(({ which, chart, picture, canvas }) => make("div", { class: "gx-half" },
        make("h3", {}, badge(which, entry.badges), make("span", { class: "gx-why" }, which === "sick" ? entry.cause : entry.remedy)),
        picture ? picture.element : canvas, chart.element))),
      this.trouble, make("div", { class: "gx-row gx-actions" }, this.play, this.live));
    this.seen = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.load());
    this.seen.observe(this.element);
    this.sized = new ResizeObserver(() => this.draw());
    this.sized.observe(this.element);
  }

  async load() {
    this.seen.disconnect();
    try {
      if (this.entry.missing) throw new Error(this.entry.missing);
      this.recording = await this.page.recordings.recording(this.entry.id);
      const strip = this.entry.plane ? null : await this.page.recordings.pictures(this.entry.id, "card");
      this.take(strip);
    } catch (error) {
      setText(this.trouble, error.message);
      this.play.disabled = true;
    }
  }

  take(strip) {
    const twins = TWINS.map((which) => this.recording.twins[which]);
    this.twins.forEach(({ chart, picture, canvas }, index) => {
      chart.set(twins[index], scalesOf(chart.id, twins)[index]);
      if (picture) picture.set(twins[index], null);
      else {
        const edge = strip.naturalHeight;
        Object.assign(canvas, { width: edge, height: edge });
        canvas.getContext("2d").drawImage(strip, index * edge, 0, edge, edge, 0, 0, edge, edge);
      }
    });
    this.draw();
  }

  setTheme(theme) {
    this.theme = theme;
    this.twins.forEach(({ chart }) => chart.setTheme(theme));
    this.draw();
  }

  draw() {
    if (!this.recording || !this.theme) return;
    this.twins.forEach(({ which, chart, picture }) => {
      const { steps } = this.recording.twins[which];
      chart.show(steps);
      picture?.show(steps, this.theme.colors);
    });
  }

  setLive(runs) {
    this.live.replaceChildren(...liveLinks(this.page, this.entry, runs));
  }

  close() {
    this.seen.disconnect();
    this.sized.disconnect();
  }
}
