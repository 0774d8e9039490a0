// The grids of samples of a run: the newest large, and every earlier one a movement of the slider away.

import { count, duration, make, setText } from "../shared/format.js";
import { Grid } from "../shared/grid.js";
import { Player } from "../shared/player.js";

export class Samples {
  constructor(root) {
    this.grid = new Grid(root, (grid, number) => this.shown(grid, number));
    this.slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Pictures over training" });
    this.live = make("button", { type: "button", class: "gx-button", "aria-pressed": "true" }, "Newest");
    this.caption = make("figcaption", { class: "gx-caption" }, "\u00a0");
    this.player = new Player({
      start: () => this.wanted >= this.last && this.look(0),
      next: () => {
        if (this.wanted >= this.last) return false;
        if (!this.grid.loading) this.look(this.wanted + 1);
        return true;
      },
    });
    this.element = make("figure", { class: "gx-samples" }, this.grid.element,
      make("div", { class: "gx-scrub" }, this.player.button, this.slider, this.live), this.caption);
    this.slider.addEventListener("input", () => {
      this.player.stop();
      this.look(Number(this.slider.value));
    });
    this.live.addEventListener("click", () => {
      this.player.stop();
      this.look(this.last);
    });
    this.clear();
  }

  get grids() {
    return this.grid.grids;
  }

  get last() {
    return this.grids.length - 1;
  }

  get wanted() {
    return this.grid.wanted;
  }

  /** Forget the run. */
  clear() {
    this.player.stop();
    this.grid.clear();
    this.following = true;
    setText(this.caption, "\u00a0");
    this.mark();
  }

  /** Take the run's grids: all of them, or those that are new. */
  set(run, grids, attempt) {
    if (this.grid.run !== run) this.clear();
    const place = this.following ? null : this.grids[this.wanted]?.step;
    this.grid.set(run, [...grids], attempt);
    if (!grids.length) return this.mark();
    const kept = place === null ? -1 : grids.findIndex((grid) => grid.step === place);
    return this.want(kept >= 0 ? kept : grids.length - 1);
  }

  add(grids) {
    this.grids.push(...grids);
    if (this.following) this.want(this.last);
    this.mark();
  }

  /** @param {{ display?: any, conditional?: any, classes?: any, condition?: any }} run */
  describe({ display, conditional, classes, condition }) {
    this.grid.describe({ display, conditional, classes, condition });
    this.measure();
  }

  fit(room) {
    this.grid.fit(room);
    this.measure();
  }

  measure() {
    if (this.grid.width) this.element.style.setProperty("--gx-picture", `${this.grid.width}px`);
  }

  look(index) {
    this.following = index >= this.last;
    this.want(index);
  }

  want(index) {
    this.grid.want(index);
    this.mark();
  }

  shown(grid, number) {
    setText(this.caption, [`step ${count(grid.step)}`, `${count(grid.images_seen)} images`, duration(grid.seconds),
      this.grid.left].filter(Boolean).join(" · "));
    this.measure();
    if (!this.following) this.grid.prepare([number - 1, number + 1, number + 2]);
  }

  /** Bring slider and buttons in line. */
  mark() {
    this.slider.max = String(Math.max(0, this.last));
    this.slider.value = String(Math.max(0, this.wanted));
    const few = this.grids.length < 2;
    this.slider.disabled = this.player.button.disabled = this.live.disabled = few;
    this.live.setAttribute("aria-pressed", String(this.following));
    const grid = this.grids[this.wanted];
    this.slider.setAttribute("aria-valuetext", grid ? `step ${count(grid.step)}` : "no pictures yet");
  }

  close() {
    this.player.stop();
    this.grid.close();
  }
}
