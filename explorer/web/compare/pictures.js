// The samples of several runs side by side, all at one moment of the horizontal axis.

import { X_AXES } from "../shared/charts.js";
import { count, duration, make, setText } from "../shared/format.js";
import { Grid } from "../shared/grid.js";

const LEAST = 260; // pixels that a run's pictures need beside the curves

export class Pictures {
  root; figures; runs;

  constructor(root) {
    Object.assign(this, { root, figures: new Map(), runs: [] });
    this.element = make("div", { class: "gx-pictures" });
  }

  set(runs) {
    this.runs = runs;
    const gone = new Set(this.figures.keys());
    for (const run of runs) {
      gone.delete(run.source.id);
      if (!this.figures.has(run.source.id)) this.figures.set(run.source.id, this.make(run));
      this.refresh(run);
    }
    for (const id of gone) {
      this.figures.get(id).grid.close();
      this.figures.delete(id);
    }
    const wanted = runs.map(({ source }) => this.figures.get(source.id).element);
    if (wanted.some((element, index) => this.element.children[index] !== element) || this.element.children.length !== wanted.length) {
      this.element.replaceChildren(...wanted);
    }
    this.fit();
  }

  make({ source }) {
    const figure = { letter: make("b", {}), name: make("span", { class: "gx-name" }),
      caption: make("span", { class: "gx-caption" }, "\u00a0") };
    figure.grid = new Grid(this.root, (grid) => {
      setText(figure.caption, [`step ${count(grid.step)}`, duration(grid.seconds), figure.grid.left].filter(Boolean).join(" · "));
      this.fit(); // its true size is known
    });
    figure.element = make("figure", { "data-run": source.id },
      make("figcaption", { class: "gx-over" }, figure.letter, figure.name), figure.grid.element, figure.caption);
    return figure;
  }

  /** A run's words and grids have changed. */
  refresh({ source, letter, role, name }) {
    const figure = this.figures.get(source.id);
    if (!figure) return;
    setText(figure.letter, letter);
    figure.letter.style.color = `var(--gx-${role})`;
    setText(figure.name, name);
    const attempt = source.status.attempt;
    if (figure.grid.run !== source.id || figure.grid.grids !== source.samples || figure.grid.attempt !== attempt) {
      figure.grid.set(source.id, source.samples, attempt);
    }
    const { display, conditional, classes, condition } = source.run;
    const described = JSON.stringify([display, conditional, classes, condition]);
    if (figure.described !== described) {
      figure.described = described;
      figure.grid.describe({ display, conditional, classes, condition });
    }
  }

  /** Show each run at a place on an axis (``unitOf(source)`` of it are one of the run's own), or its newest: null. */
  show(at, axis, unitOf) {
    const { column } = X_AXES[axis];
    for (const { source } of this.runs) {
      const { grid } = this.figures.get(source.id);
      const limit = at === null ? Infinity : at * unitOf(source) * (1 + 1e-9);
      const index = Math.max(0, source.samples.findLastIndex((row) => row[column] <= limit));
      if (!source.samples.length) continue;
      if (grid.wanted !== index || grid.index !== index) grid.want(index);
      if (at !== null) grid.prepare([index + 1]);
    }
  }

  /** Give every run the same room: few beside the curves, where there is width for both, many above them. */
  fit() {
    const { parentElement: body } = this.element;
    const width = body?.clientWidth;
    const many = this.runs.length;
    if (!width || !many) return;
    const narrow = width < 700;
    const gap = narrow ? 12 : 24;
    const half = ((many === 1 ? 0.4 : 0.52) * width - gap * (many - 1)) / many; // of the width for all of them
    const beside = half >= LEAST;
    const inOneRow = many <= 4 && (width - gap * (many - 1)) / many >= LEAST;
    const columns = beside || inOneRow ? many : Math.min(narrow ? 2 : 3, many);
    body.classList.toggle("gx-beside", beside);
    this.element.style.setProperty("--gx-columns", String(columns));
    const room = { width: Math.floor(beside ? half : (width - gap * (columns - 1)) / columns),
      height: Math.max(260, window.innerHeight * (many > columns ? 0.38 : 0.55)) };
    for (const { grid, element } of this.figures.values()) {
      grid.fit(room);
      element.style.width = `${grid.width}px`;
    }
  }

  close() {
    for (const { grid } of this.figures.values()) grid.close();
  }
}
