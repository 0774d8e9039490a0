// A lane of the race: one large picture, the found ones, and how many were drawn. The brute-force lane draws from a
// model that cannot be asked, one sample after the other, until enough of them show what is wanted.

import { askJson, askPictures, Refused } from "../shared/decoder.js";
import { count, make, setText } from "../shared/format.js";
import { draw, erase } from "../shared/picture.js";
import { emptyPicture, sample } from "./common.js";

const PACE_MS = 100; // between two draws: one can watch, and still does not wait
const CALM_MS = 500; // for somebody who wants less motion
const BATCH = 16;
const FAR_BATCH = 64; // where a link is followed to where it ended
export const FAR = 4000; // draws that a link may ask for
const SURE = 0.5;

/** What both lanes look like. */
export class Lane {
  number;

  constructor(title, label) {
    this.title = make("h3", {}, ...title);
    this.about = make("p", { class: "gx-quiet" });
    this.now = emptyPicture({ class: "gx-picture gx-now", role: "img", "aria-label": label });
    this.verdict = make("p", { class: "gx-verdict" }, "\u00a0");
    this.draws = make("b", { class: "gx-draws" }, "0");
    this.expected = make("p", { class: "gx-expected" }, "\u00a0");
    this.found = make("div", { class: "gx-found", role: "group", "aria-label": `Found: ${label}` });
    this.counted = make("p", { class: "gx-counted" }, "\u00a0");
    this.element = make("section", { class: "gx-lane gx-panel", "aria-label": label }, this.title, this.about,
      make("div", { class: "gx-lane-now" }, make("div", {}, this.now, this.verdict),
        make("div", { class: "gx-lane-count" }, this.draws, make("span", {}, "draws"), this.expected)),
      this.counted, this.found);
  }

  /** So many empty places for what is found. */
  places(goal) {
    if (this.found.children.length !== goal) {
      this.found.replaceChildren(...Array.from({ length: goal }, () => emptyPicture({ class: "gx-picture gx-empty" })));
    }
    for (const canvas of this.found.children) blank(canvas);
    this.number = 0;
  }

  keep(pictures, at, name) {
    const canvas = this.found.children[this.number];
    if (!canvas) return;
    this.number += 1;
    draw(canvas, pictures, at);
    canvas.classList.remove("gx-empty");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
  }

  showNow(pictures, at, verdict, isFound) {
    draw(this.now, pictures, at);
    this.now.classList.toggle("gx-hit", isFound);
    setText(this.verdict, verdict);
    this.verdict.classList.toggle("gx-hit", isFound);
  }

  clear(goal) {
    this.places(goal);
    blank(this.now);
    this.now.classList.remove("gx-hit");
    this.verdict.classList.remove("gx-hit");
    setText(this.verdict, "\u00a0");
    setText(this.draws, "0");
    setText(this.counted, "\u00a0");
  }
}

function blank(canvas) {
  erase(canvas);
  canvas.classList.add("gx-empty");
  canvas.removeAttribute("role");
}

/** Draws from a model until ``goal`` samples show ``wanted``. One run at a time; ``stop`` ends it. */
export class BruteForce {
  root; current;

  constructor(root) {
    Object.assign(this, { root, current: null });
  }

  get running() {
    return this.current !== null;
  }

  stop() {
    this.current = null;
  }

  /**
   * ``onDraw({ pictures, at, index, seen, found })`` for each draw. With ``upTo`` it goes there without a pause.
   * Resolves to { draws, found, done } or null where it was stopped by ``stop``.
   */
  async run({ model, seed, wanted, goal, upTo = null, onDraw }) {
    const mine = (this.current = {});
    const far = upTo !== null;
    const pause = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM_MS : PACE_MS;
    const batch = far ? FAR_BATCH : BATCH;
    let draws = 0;
    let found = 0;
    try {
      let coming = this.fetch(model, seed, 0, batch);
      let due = performance.now();
      while (found < goal && !(far && draws >= upTo)) {
        const { pictures, names, probabilities } = await coming;
        if (this.current !== mine) return null;
        const column = names.indexOf(wanted);
        coming = this.fetch(model, seed, draws + batch, batch); // while these are looked at
        coming.catch(() => {}); // it is awaited next, if at all
        for (let at = 0; at < batch && found < goal && !(far && draws >= upTo); at += 1) {
          const row = probabilities[at] ?? [];
          const isFound = row[column] > SURE;
          draws += 1;
          found += isFound ? 1 : 0;
          onDraw({ pictures, at, draws, found, isFound, seen: says(row, names, wanted) });
          if (far) continue;
          due = Math.max(due + pause, performance.now());
          await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
          if (this.current !== mine) return null;
        }
      }
      return { draws, found, done: found >= goal };
    } finally {
      if (this.current === mine) this.current = null;
    }
  }

  async fetch(model, seed, start, batch) {
    const points = Array.from({ length: batch }, (_, at) => ({ z: sample(seed, start + at) }));
    const [pictures, read] = await Promise.all([
      askPictures(this.root, model, points), askJson(this.root, model, "read", { points }),
    ]);
    if (!read.names.length) throw new Refused("There is no classifier for these pictures.");
    return { pictures, ...read };
  }
}

/** What the classifier sees, in a word: the class, or whether the attribute is there. */
function says(row, names, wanted) {
  const sum = row.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > 0.02) return row[names.indexOf(wanted)] > SURE ? wanted : `no ${wanted}`; // not exclusive
  const best = row.indexOf(Math.max(...row));
  return row[best] > SURE ? names[best] : "unclear";
}

/** The share of a model's samples that show something: { matching, of }. */
export async function shareOf(root, model, wanted) {
  const { matching, of } = await askJson(root, model, "find", { wanted: { [wanted]: true }, count: 1 });
  return { matching, of };
}

export const words = { draws: (n) => `${count(n)} ${n === 1 ? "draw" : "draws"}` };
