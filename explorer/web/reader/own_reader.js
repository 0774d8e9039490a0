// A reader of one's own labelled pictures: a button that trains it in the background, how far it is, and how well it tells
// each name.

import { count, make, setText } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";

const OFTEN_MS = 1000, SELDOM_MS = 30_000; // between two looks: while it is trained, and while it may be started elsewhere
const PATIENCE_MS = 8000; // from the click until the server has begun
const GIVES = "Labelled sliders, a filter, equations and side effects need one. It takes some minutes, in the background: you may "
  + "leave this page.";

/** A balanced accuracy or a share of a class, in percent. */
const percent = (share) => `${(100 * share).toFixed(share >= 0.995 && share < 1 ? 1 : 0)} %`;

class OwnReader {
  place; root; model; stamp; known; ask; timer; seen; problem;

  constructor(place, root) {
    Object.assign(this, { place, root, model: null, stamp: "", known: null, clickedAt: 0 });
    this.says = make("p", { class: "gx-reader-says" });
    this.button = make("button", { type: "button", class: "gx-button" }, "Train a reader");
    this.button.addEventListener("click", () => this.train());
    this.done = make("i", {});
    this.bar = make("div", { class: "gx-progress", role: "progressbar", "aria-label": "Training the reader",
      "aria-valuemin": 0, "aria-valuemax": 100 }, this.done);
    this.message = make("span", { class: "gx-message", role: "status" });
    this.work = make("div", { class: "gx-work", hidden: "" }, this.bar, this.message);
    this.trouble = make("p", { class: "gx-trouble", role: "alert" });
    this.summary = make("summary", {});
    this.table = make("div", { class: "gx-scroll", tabindex: 0, role: "region", "aria-label": "What the reader tells" });
    this.notes = make("ul", { class: "gx-quiet" });
    this.again = make("button", { type: "button", class: "gx-button gx-small" }, "Train it anew");
    this.again.addEventListener("click", () => this.train());
    this.details = make("details", { hidden: "" }, this.summary, this.table, this.notes, this.again);
    this.offer = make("div", { class: "gx-row", hidden: "" }, this.says, this.button);
    place.replaceChildren(make("section", { "aria-label": "Reader of these pictures" }, this.offer, this.work, this.trouble,
      this.details));
    this.onShown = () => document.hidden || this.look();
    document.addEventListener("visibilitychange", this.onShown);
  }

  update({ data, setTriggerValue }) {
    this.ask = (wish) => setTriggerValue("asked", { ...wish, model: this.model, at: Date.now() });
    const { model, stamp, problem } = data;
    if (model !== this.model) {
      Object.assign(this, { known: null, clickedAt: 0, seen: stamp, problem: "" });
      this.offer.hidden = this.details.hidden = this.work.hidden = true;
      setText(this.trouble, "");
    }
    Object.assign(this, { model, stamp });
    if (problem) Object.assign(this, { problem, clickedAt: 0 });
    this.look();
  }

  train() {
    this.clickedAt = Date.now();
    this.problem = "";
    this.ask({ verb: "train" });
    this.tell({ state: "working", share: 0, message: "Starting" });
    this.lookLater(OFTEN_MS);
  }

  async look() {
    clearTimeout(this.timer);
    if (this.closed || document.hidden) return;
    const { model } = this;
    try {
      const answer = await fetch(`${this.root}api/models/${encodeURIComponent(model)}/reader`);
      if (this.closed || model !== this.model) return;
      if (answer.ok) this.show(await answer.json());
      else if (answer.status === 404) return; // the model is gone, which the page says
    } catch {
      // the server is away; all stays as it is until it comes back
    }
    if (!this.work.hidden) this.lookLater(OFTEN_MS);
    else if (!this.known || !(this.known.rows.length || this.known.why)) this.lookLater(SELDOM_MS);
  }

  lookLater(ms) {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.look(), ms);
  }

  show(known) {
    this.known = known;
    const beginning = !known.work && this.clickedAt && Date.now() - this.clickedAt < PATIENCE_MS && known.stamp === this.stamp;
    if (!beginning) {
      this.clickedAt = 0;
      this.tell(known.work);
    }
    if (known.stamp !== this.seen && known.work?.state !== "working") { // the page is to open the model anew
      this.seen = known.stamp;
      this.ask({ verb: "look" });
    }
  }

  /** How far it is, why it failed, or what it tells. */
  tell(work) {
    const working = work?.state === "working", { known } = this;
    this.work.hidden = !working;
    this.place.dataset.state = working ? "working" : known?.told ? "ready" : "none";
    if (working) {
      const done = Math.round(100 * work.share);
      setText(this.message, `${work.message}, ${done} %`);
      this.bar.setAttribute("aria-valuenow", String(done));
      this.done.style.transform = `scaleX(${work.share.toFixed(3)})`;
    }
    setText(this.trouble, working ? "" : this.problem
      || (work?.state === "failed" ? `The reader could not be trained: ${work.message}` : known?.problem ?? ""));
    const ready = Boolean(known?.rows.length);
    this.details.hidden = !ready || working;
    this.offer.hidden = ready || working || !known;
    if (ready) this.render(known);
    else if (known) this.propose(known);
  }

  propose({ why, labels, problem }) {
    this.button.hidden = Boolean(why);
    const state = problem ? "The reader of these pictures cannot be used" : "No reader of these pictures yet";
    setText(this.says, why || `${state}, and they have labels (${labels}). ${GIVES}`);
    this.says.classList.toggle("gx-quiet", Boolean(why));
  }

  render({ rows, notes, checked_on: where, kind, told }) {
    const key = JSON.stringify([rows, notes]);
    if (key === this.key) return;
    this.key = key;
    const [one, all] = kind === "classes" ? ["class", "classes"] : ["attribute", "attributes"];
    setText(this.summary, told === rows.length ? `Your reader tells ${count(told)} ${told === 1 ? one : all}`
      : `Your reader tells ${count(told)} of ${count(rows.length)} ${rows.length === 1 ? one : all}`);
    const how = kind === "classes" ? "Share of the pictures of a class that are told rightly"
      : "Balanced accuracy (half for pictures with the attribute, half for those without)";
    const caption = make("caption", {}, `${how}, on ${where}.`);
    const heads = [one, "told rightly", ""].map((head) => make("th", { scope: "col" }, head));
    const body = rows.map(({ name, accuracy, why }) => make("tr", { class: why ? "gx-quiet" : null },
      make("th", { scope: "row" }, name), make("td", {}, accuracy === null ? "–" : percent(accuracy)),
      make("td", {}, why)));
    this.table.replaceChildren(make("table", {}, caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body)));
    this.notes.replaceChildren(...notes.map((note) => make("li", {}, `${note}.`)));
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onShown);
    this.place.replaceChildren();
  }
}

export const mount = mounting("own-reader", OwnReader);
