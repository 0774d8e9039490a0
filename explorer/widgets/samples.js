// The grids of samples: the newest large, pixels sharp, and every earlier one a movement of the slider away.

import { count, duration, make, setText } from "./format.js";

const FRAME_MS = 140; // between two grids when played
const LABEL_ROOM = 28; // pixels left of the picture for the names of its rows, at least
const UNKNOWN = { rows: 8, columns: 8, tile: 28, gap: 2, row_labels: [] };

export class Samples {
  constructor(root) {
    this.root = root;
    this.labels = make("div", { class: "gx-labels", "aria-hidden": "true" });
    this.image = make("img", { class: "gx-grid", alt: "", hidden: "" });
    this.empty = make("div", { class: "gx-empty" }, "The first pictures come with the first step.");
    this.stage = make("div", { class: "gx-stage" }, this.image, this.empty);
    this.play = make("button", { type: "button", class: "gx-button", "aria-label": "Play all pictures" }, "▶");
    this.slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Pictures over training" });
    this.live = make("button", { type: "button", class: "gx-button", "aria-pressed": "true" }, "Newest");
    this.caption = make("figcaption", { class: "gx-caption" }, "\u00a0");
    this.element = make("figure", { class: "gx-samples" },
      make("div", { class: "gx-frame" }, this.labels, this.stage),
      make("div", { class: "gx-scrub" }, this.play, this.slider, this.live), this.caption);
    this.slider.addEventListener("input", () => {
      this.stopPlaying();
      this.look(Number(this.slider.value));
    });
    this.live.addEventListener("click", () => {
      this.stopPlaying();
      this.look(this.grids.length - 1);
    });
    this.play.addEventListener("click", () => (this.timer ? this.stopPlaying() : this.startPlaying()));
    this.clear();
  }

  /** Forget the run. */
  clear() {
    this.stopPlaying();
    this.generation = (this.generation ?? 0) + 1; // a picture that is still on its way is not of this run
    this.grids = [];
    this.index = -1;
    this.wanted = -1;
    this.following = true;
    this.loading = false;
    this.image.hidden = true;
    this.empty.hidden = false;
    setText(this.caption, "\u00a0");
    this.mark();
  }

  /** Take the run's grids: all of them, or those that are new. */
  set(run, grids, attempt) {
    if (this.run !== run) this.clear();
    const place = this.following ? null : this.grids[this.wanted]?.step;
    Object.assign(this, { run, attempt, grids: [...grids] });
    if (!grids.length) return this.mark();
    const kept = place === null ? -1 : grids.findIndex((grid) => grid.step === place);
    this.index = -1; // the same step may hold another picture in another attempt
    return this.want(kept >= 0 ? kept : grids.length - 1);
  }

  add(grids) {
    this.grids.push(...grids);
    if (this.following) this.want(this.grids.length - 1);
    this.mark();
  }

  describe(display, conditional) {
    this.display = display?.tile ? display : { ...UNKNOWN };
    this.conditional = conditional && this.display.row_labels?.length > 0;
    this.labels.replaceChildren(...(this.conditional ? this.display.row_labels : []).map((label) =>
      make("span", { title: label }, label)));
    this.fit();
  }

  /** The size in pixels of a grid as stored. */
  get size() {
    const { rows, columns, tile, gap } = this.display ?? UNKNOWN;
    const natural = !this.image.hidden && this.image.naturalWidth;
    return {
      width: natural ? this.image.naturalWidth : columns * (tile + gap) - gap,
      height: natural ? this.image.naturalHeight : rows * (tile + gap) - gap,
    };
  }

  /** Give the picture the largest size that fits, in whole device pixels a pixel where that costs little of it. */
  fit(room = this.room) {
    if (!room) return;
    this.room = room;
    const { width, height } = this.size;
    const longest = Math.max(0, ...(this.conditional ? this.display.row_labels : []).map((label) => label.length));
    const labels = this.conditional ? Math.min(110, Math.max(LABEL_ROOM, 9 * longest + 14)) : 0;
    const scale = Math.min((room.width - labels) / width, room.height / height);
    const ratio = window.devicePixelRatio || 1;
    const whole = Math.floor(scale * ratio) / ratio;
    const used = whole / scale > 0.85 ? whole : scale;
    this.stage.style.width = `${width * used}px`;
    this.stage.style.height = `${height * used}px`;
    this.element.style.setProperty("--gx-picture", `${width * used + labels}px`);
    this.labels.style.width = `${labels}px`;
    const { rows, tile, gap } = this.display ?? UNKNOWN;
    const margin = (height - rows * (tile + gap) + gap) / 2; // some grids have a border
    [...this.labels.children].forEach((label, row) => {
      label.style.top = `${(margin + row * (tile + gap)) * used}px`;
      label.style.height = label.style.lineHeight = `${tile * used}px`;
    });
  }

  look(index) {
    this.following = index >= this.grids.length - 1;
    this.want(index);
  }

  /** Show a grid as soon as it is loaded; of several that are asked for meanwhile only the last. */
  async want(index) {
    this.wanted = index;
    this.mark();
    if (this.loading) return;
    const generation = this.generation;
    this.loading = true;
    while (generation === this.generation && this.index !== this.wanted && this.wanted >= 0) {
      const number = this.wanted;
      const grid = this.grids[number];
      const fresh = make("img", { class: "gx-grid" });
      fresh.src = this.address(grid);
      try {
        await fresh.decode(); // first load and unpack, then change: nothing flickers
      } catch {
        if (generation === this.generation && number === this.wanted) break; // gone, or the line is down
        continue;
      }
      if (generation !== this.generation) return;
      this.exchange(fresh, grid, number);
    }
    if (generation === this.generation) this.loading = false;
  }

  exchange(fresh, grid, number) {
    const { rows, columns } = this.display ?? UNKNOWN;
    const arranged = this.conditional ? `, one row for each of ${this.display.row_labels.join(", ")}` : "";
    fresh.alt = `Pictures by the generator at step ${count(grid.step)}: ${rows} rows of ${columns}${arranged}.`;
    const first = this.image.hidden || fresh.naturalWidth !== this.image.naturalWidth;
    this.image.replaceWith(fresh);
    this.image = fresh;
    this.empty.hidden = true;
    this.index = number;
    setText(this.caption, `step ${count(grid.step)} · ${count(grid.images_seen)} images · ${duration(grid.seconds)}`);
    if (first) this.fit();
    if (!this.following) {
      for (const neighbour of [number - 1, number + 1, number + 2]) {
        if (this.grids[neighbour]) new Image().src = this.address(this.grids[neighbour]);
      }
    }
  }

  address(grid) {
    return `${this.root}api/runs/${this.run}/samples/${grid.file}?v=${this.attempt ?? 1}`;
  }

  /** Bring slider and buttons in line. */
  mark() {
    const last = Math.max(0, this.grids.length - 1);
    this.slider.max = String(last);
    this.slider.value = String(Math.max(0, this.wanted));
    const few = this.grids.length < 2;
    this.slider.disabled = this.play.disabled = this.live.disabled = few;
    this.live.setAttribute("aria-pressed", String(this.following));
    const grid = this.grids[this.wanted];
    this.slider.setAttribute("aria-valuetext", grid ? `step ${count(grid.step)}` : "no pictures yet");
  }

  startPlaying() {
    if (this.wanted >= this.grids.length - 1) this.look(0);
    this.play.textContent = "❚❚";
    this.play.setAttribute("aria-label", "Hold");
    this.timer = setInterval(() => {
      if (this.wanted >= this.grids.length - 1) this.stopPlaying();
      else if (!this.loading) this.look(this.wanted + 1);
    }, FRAME_MS);
  }

  stopPlaying() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "▶";
    this.play.setAttribute("aria-label", "Play all pictures");
  }

  close() {
    this.stopPlaying();
    this.generation += 1;
  }
}
