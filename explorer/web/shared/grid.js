// One grid of samples: as large as there is room, pixels sharp, and changed only once the next is loaded.

import { count, make } from "./format.js";

const LABEL_ROOM = 28; // pixels left of the picture for the names of its rows, at least
const LABEL_TEXT = 20; // a row lower than this has smaller letters
const MOST_LETTERS = 14; // of a row's label on one line
const LINE = 13; // pixels of each line of a longer one
/** @type {Display} */
const UNKNOWN = { rows: 8, columns: 8, tile: 28, gap: 2, row_labels: [] };

/** @typedef {{ file: string, step: number, [other: string]: any }} GridRow a grid in a run's index of samples */

export class Grid {
  /** @type {string} */ root;
  /** @type {(grid: GridRow, index: number) => void} */ onShown;
  /** @type {number} */ generation;
  /** @type {GridRow[]} */ grids;
  /** @type {number} */ index; // of the grid that is seen
  /** @type {number} */ wanted;
  /** @type {boolean} */ loading;
  /** @type {string} */ run;
  /** @type {number | undefined} */ attempt;
  /** @type {{ width: number, height: number } | undefined} */ room;
  /** @type {Display} */ display = UNKNOWN;

  /**
   * ``onShown(grid, index)`` hears of each grid that has come to be seen.
   * @param {string} root
   * @param {(grid: GridRow, index: number) => void} onShown
   */
  constructor(root, onShown) {
    Object.assign(this, { root, onShown, generation: 0 });
    this.labels = make("div", { class: "gx-labels", "aria-hidden": "true" });
    this.image = make("img", { class: "gx-grid", alt: "", hidden: "" });
    this.empty = make("div", { class: "gx-empty" }, "The first pictures come with the first step.");
    this.stage = make("div", { class: "gx-stage" }, this.image, this.empty);
    this.element = make("div", { class: "gx-frame" }, this.labels, this.stage);
    this.clear();
  }

  /** Forget the run. */
  clear() {
    this.generation += 1; // a picture that is still on its way is not of this run
    Object.assign(this, { grids: [], index: -1, wanted: -1, loading: false });
    this.image.hidden = true;
    this.empty.hidden = false;
  }

  /**
   * Take a run's grids, rows of its index, by reference; ``attempt`` tells its histories apart.
   * @param {string} run
   * @param {GridRow[]} grids
   * @param {number} [attempt]
   */
  set(run, grids, attempt) {
    if (this.run !== run) this.clear();
    Object.assign(this, { run, attempt, grids });
    this.index = -1; // the same step may hold another picture in another attempt
  }

  /**
   * ``classes``: how many the data has, of which the grid may show the first only; ``condition``: what they are, if no classes.
   * @param {{ display?: Display, conditional?: boolean, classes: number, condition?: string }} run
   */
  describe({ display, conditional, classes, condition }) {
    this.display = display?.tile ? display : UNKNOWN;
    this.conditional = conditional && this.display.row_labels?.length > 0;
    const groups = this.display.groups ?? 1, shown = this.display.rows * groups;
    const first = this.conditional && shown < classes;
    const what = condition ? "examples of the condition" : "classes";
    const end = this.input(condition) ? "the truth" : "a real one";
    const input = this.input(condition) ? `the input (${condition})` : null, truth = this.display.truth ? end : null;
    const group = [input, "G's picture", truth].filter(Boolean);
    const sides = groups > 1 ? [`each ${group.length}: ${group.join(", ")}`]
      : [input && `left: ${input}`, truth && `right: ${truth}`];
    this.left = [first ? `the first ${shown} of ${classes} ${what}` : null, ...sides].filter(Boolean).join(" · ");
    this.sides = groups > 1 ? sides : [input && "first the input", truth && `last ${truth}`].filter(Boolean);
    this.labels.replaceChildren(...this.rowLabels.map((label) =>
      make("span", { title: label }, label)));
    this.fit();
  }

  /** The names of the rows; none where they are of no condition. @returns {string[]} */
  get rowLabels() {
    return this.conditional ? this.display.row_labels : [];
  }

  /**
   * Whether what a model is told stands in the first column; attributes are told by the names of the rows.
   * @param {string} [condition]
   */
  input(condition) {
    return Boolean(this.conditional && condition && (this.display.input ?? true));
  }

  /** The size in pixels of a grid as stored. */
  get size() {
    const { rows, columns, tile, gap } = this.display;
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
    const longest = Math.max(0, ...this.rowLabels.map((label) => label.length));
    const labels = this.conditional ? Math.min(110, Math.max(LABEL_ROOM, 9 * longest + 14)) : 0;
    const scale = Math.min((room.width - labels) / width, room.height / height);
    const ratio = window.devicePixelRatio || 1;
    const whole = Math.floor(scale * ratio) / ratio;
    const used = whole / scale > 0.85 ? whole : scale;
    this.stage.style.width = `${width * used}px`;
    this.stage.style.height = `${height * used}px`;
    this.labels.style.width = `${labels}px`;
    const long = longest > MOST_LETTERS;
    this.labels.classList.toggle("gx-long", long);
    this.width = width * used + labels;
    const { rows, tile, gap } = this.display;
    const margin = (height - rows * (tile + gap) + gap) / 2; // some grids have a border
    [...this.labels.children].forEach((label, row) => {
      label.style.top = `${(margin + row * (tile + gap)) * used}px`;
      label.style.height = label.style.lineHeight = long ? "" : `${tile * used}px`;
      label.style.setProperty("--gx-lines", String(Math.max(1, Math.floor((tile * used) / LINE))));
      label.style.fontSize = !long && tile * used < LABEL_TEXT ? `${Math.floor(tile * used)}px` : "";
    });
  }

  /**
   * Show a grid as soon as it is loaded; of several that are asked for meanwhile only the last.
   * @param {number} index
   */
  async want(index) {
    this.wanted = index;
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

  /**
   * @param {HTMLImageElement} fresh
   * @param {GridRow} grid
   * @param {number} number
   */
  exchange(fresh, grid, number) {
    const { rows, columns } = this.display;
    const arranged = this.conditional ? `, one row for each of ${this.rowLabels.join(", ")}` : "";
    const sides = (this.sides ?? []).map((side) => `, ${side}`).join("");
    fresh.alt = `Pictures by the generator at step ${count(grid.step)}: ${rows} rows of ${columns}${sides}${arranged}.`;
    const first = this.image.hidden || fresh.naturalWidth !== this.image.naturalWidth;
    this.image.replaceWith(fresh);
    this.image = fresh;
    this.empty.hidden = true;
    this.index = number;
    this.onShown(grid, number);
    if (first) this.fit();
  }

  /**
   * Load what will probably be wanted next.
   * @param {number[]} indices
   */
  prepare(indices) {
    for (const index of indices) if (this.grids[index]) new Image().src = this.address(this.grids[index]);
  }

  /** @param {GridRow} grid */
  address(grid) {
    return `${this.root}api/runs/${this.run}/samples/${grid.file}?v=${this.attempt ?? 1}`;
  }

  close() {
    this.generation += 1;
  }
}
