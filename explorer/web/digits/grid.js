// The grid that explains conditioning: one z a row, one class a column.

import { make, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { Decoder } from "../shared/decoder.js";
import { drawConditions, nounOf } from "../shared/told.js";
import { Choice, Downloads, Seed, atEnd, beside, emptyPicture, foot, head, isTypeable, latentAddress, link, pointAt,
  roomBelow, term } from "./common.js";

export const ROWS = [5, 10];
const SMALL = 84; // pixels, below which a class of several letters stands upright over its column
const MOST_CELLS = 400; // pictures that are asked for at once

export class Grid {
  cells;

  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {});
    this.rows = new Choice("Rows", ROWS, (rows) => stage.set({ rows }));
    this.seed = new Seed((seed) => stage.set({ seed }));
    this.says = make("p", { class: "gx-grid-says", "aria-live": "off" });
    this.table = make("table", { class: "gx-grid" });
    this.scroll = make("div", { class: "gx-grid-scroll" }, this.table);
    this.downloads = new Downloads("Download the grid");
    this.element = make("section", {},
      head(this.title,
        atEnd(beside("rows", this.rows.element), this.seed.element)),
      this.scroll, foot(this.says, atEnd(this.downloads.element)));
    this.decoder = new Decoder(stage.root, { onTrouble: stage.trouble });
    const over = (event) => this.mark(event.target);
    const out = () => this.mark(null);
    for (const kind of ["pointerover", "focusin"]) this.table.addEventListener(kind, over);
    for (const kind of ["pointerleave", "focusout"]) this.table.addEventListener(kind, out);
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(stage.place);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
  }

  /** The table anew, with grey cells. */
  build(rows, classes) {
    this.cells = [];
    const { root, model, condition } = this.stage;
    const tops = condition ? classes.map((name) => emptyPicture({ role: "img", "aria-label": name })) : [];
    const top = classes.map((name, y) => make("th", { scope: "col", title: name }, tops[y] ?? name));
    drawConditions(root, model, condition, tops);
    const body = Array.from({ length: rows }, (_, row) => {
      const line = make("tr", {}, make("th", { scope: "row" }, make("i", {}, "z"), make("sub", {}, String(row + 1))));
      classes.forEach((_name, y) => {
        const canvas = emptyPicture();
        const cell = link(canvas, null, { class: "gx-tile", "data-row": row, "data-y": y });
        this.cells.push({ cell, canvas });
        line.append(make("td", {}, cell));
      });
      return line;
    });
    this.table.replaceChildren(make("thead", {}, make("tr", {}, make("td", {}), ...top)), make("tbody", {}, ...body));
    this.mark(null);
  }

  show() {
    const { root, model, classes, condition, state } = this.stage;
    const { seed } = state;
    const rows = Math.max(1, Math.min(state.rows, Math.floor(MOST_CELLS / classes.length)));
    const columns = classes.slice(0, MOST_CELLS);
    this.title.replaceChildren("One ", term("z"), ` a row, one ${nounOf(condition)} a column`);
    const key = JSON.stringify([rows, columns, condition && model]);
    if (key !== this.key) {
      this.key = key;
      this.build(rows, columns);
    }
    this.table.classList.toggle("gx-worded", !isTypeable(classes) && !condition);
    this.rows.set(state.rows);
    this.seed.set(seed);
    const points = [];
    for (let row = 0; row < rows; row += 1) columns.forEach((_, y) => points.push(pointAt(seed, row, y)));
    const file = `${model}-grid-seed-${seed}`.replaceAll("@", "-");
    this.downloads.set(root, model, [
      ["PNG", "png", { points, columns: columns.length }, file],
      ["enlarged 4×", "png", { points, columns: columns.length, scale: 4 }, `${file}-large`],
    ]);
    this.cells.forEach(({ cell }, at) => {
      const row = Math.floor(at / columns.length);
      const y = at % columns.length;
      cell.setAttribute("href", latentAddress(root, model, seed, row, y));
      cell.setAttribute("aria-label", `z ${row + 1}, ${nounOf(condition)} ${columns[y]}: open in the latent space`);
    });
    this.decoder.model = model;
    this.decoder.want(points, (pictures) => {
      this.cells.slice(0, pictures.count).forEach(({ canvas }, at) => draw(canvas, pictures, at));
      this.element.dataset.shown = JSON.stringify({ model, seed, rows });
    });
    this.fit();
  }

  /** Light up the row and the column of a cell, and say what they have in common. */
  mark(target) {
    const at = target?.closest?.(".gx-tile");
    const row = at ? Number(at.dataset.row) : null;
    const y = at ? Number(at.dataset.y) : null;
    this.table.classList.toggle("gx-marking", at !== null && at !== undefined);
    this.table.querySelectorAll("tbody tr").forEach((line, r) => {
      line.firstChild.classList.toggle("gx-on", r === row);
      [...line.children].slice(1).forEach((cell, c) => cell.classList.toggle("gx-on", r === row || c === y));
    });
    this.table.querySelectorAll("thead th").forEach((cell, c) => cell.classList.toggle("gx-on", c === y));
    const noun = nounOf(this.stage.condition);
    setText(this.says, row !== null && y !== null ? `Row: the same z, number ${row + 1}, in every ${noun}.  Column: the same ${noun}, ${
      this.stage.classes[y]}, from every z.` : "Point at a picture. A click opens it in the latent space.");
  }

  /** All rows on one screen where that leaves them large enough. */
  fit() {
    if (!this.cells || !this.scroll.clientWidth) return;
    const rows = this.table.querySelectorAll("tbody tr").length;
    const columns = this.cells.length / rows;
    const byHeight = (roomBelow(this.stage.place, this.scroll, 300) - 120) / rows - 6;
    const byWidth = (this.scroll.clientWidth - 60) / columns - 8;
    const size = Math.floor(Math.max(44, Math.min(150, byHeight, byWidth)));
    this.table.style.setProperty("--gx-cell", `${size}px`);
    this.table.classList.toggle("gx-small", size < SMALL);
  }

  close() {
    this.decoder.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
  }
}
