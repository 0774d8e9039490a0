// The full measure of a run: it is asked for by a button, taken by a process of its own, and shown as a table.

import { offer } from "../shared/download.js";
import { ago, count, make, setText } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";

const OFTEN_MS = 1000, SELDOM_MS = 6000; // between two looks: while it is being taken, and otherwise
const PATIENCE_MS = 8000; // from the click until the server has begun
const ABOUT = "Five draws of 10,000 samples of the best checkpoint, compared with real pictures, and the spread between draws. "
  + "It takes some minutes, in the background: you may leave this page.";
const NOT_YET = "There is nothing to measure yet: wait for its first checkpoint, at the end of its first epoch, or stop it.";

class FullMeasure {
  place; root; run; shown; clickedAt; key; evaluations; ask;

  constructor(place, root) {
    Object.assign(this, { place, root, run: null, shown: null, clickedAt: 0 });
    this.button = make("button", { type: "button", class: "gx-button" }, "Measure in full");
    this.about = make("p", { class: "gx-quiet" }, ABOUT);
    this.choice = make("select", { class: "gx-field", "aria-label": "Which measure", hidden: "" });
    this.save = make("button", { type: "button", class: "gx-button", hidden: "" }, "Download JSON");
    this.every = make("button", { type: "button", class: "gx-button", "aria-pressed": "false", hidden: "" }, "Every class");
    this.done = make("i", {});
    this.bar = make("div", { class: "gx-progress", role: "progressbar", "aria-label": "Measuring", "aria-valuemin": 0,
      "aria-valuemax": 100 }, this.done);
    this.message = make("span", { class: "gx-message", role: "status" });
    this.work = make("div", { class: "gx-work", hidden: "" }, this.bar, this.message);
    this.trouble = make("p", { class: "gx-trouble", role: "alert" });
    this.table = make("div", { class: "gx-scroll" });
    const row = make("div", { class: "gx-row" }, make("h2", {}, "Full measure"), this.button, this.choice, this.every, this.save);
    place.replaceChildren(make("section", { "aria-label": "Full measure" }, row, this.about, this.work, this.trouble, this.table));
    this.button.addEventListener("click", () => {
      this.clickedAt = Date.now();
      this.ask({ verb: "measure", run: this.run });
      this.tell({ state: "working", share: 0, message: "Starting" });
      this.lookLater(OFTEN_MS);
    });
    this.choice.addEventListener("change", () =>
      this.render(this.evaluations.find(({ step }) => String(step) === this.choice.value)));
    this.save.addEventListener("click", () => offer(new Blob([JSON.stringify(this.shown, null, 1)], { type: "application/json" }),
      `${this.run}-step-${this.shown.step}.json`));
    this.every.addEventListener("click", () => this.every.setAttribute("aria-pressed", String(this.table.classList.toggle("gx-whole"))));
    this.onShown = () => document.hidden || this.look();
    document.addEventListener("visibilitychange", this.onShown);
  }

  update({ data, setTriggerValue }) {
    this.ask = (wish) => setTriggerValue("asked", { ...wish, at: Date.now() });
    this.possible = data.possible;
    if (data.run !== this.run) {
      Object.assign(this, { run: data.run, shown: null, key: null, evaluations: [], clickedAt: 0 });
      this.table.replaceChildren();
      this.choice.hidden = this.save.hidden = this.every.hidden = true;
      this.tell(null);
    }
    this.allow();
    this.look();
  }

  /** Whether it can be asked for now. */
  allow() {
    this.button.disabled = !this.possible || !this.work.hidden;
    this.button.title = this.possible ? "" : NOT_YET;
    setText(this.about, this.possible ? ABOUT : NOT_YET);
    setText(this.button, this.evaluations?.length ? "Measure again" : "Measure in full");
  }

  async look() {
    clearTimeout(this.timer);
    if (this.closed || document.hidden) return;
    const { run } = this;
    try {
      const answer = await fetch(`${this.root}api/runs/${run}/evaluations`);
      if (this.closed || run !== this.run) return;
      if (answer.ok) this.show(await answer.json());
      else if (answer.status === 404) return; // the run is gone, which the page says
    } catch {
      // the server is away; all stays as it is until it comes back
    }
    this.lookLater(this.work.hidden ? SELDOM_MS : OFTEN_MS);
  }

  lookLater(ms) {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.look(), ms);
  }

  show({ work, evaluations, now }) {
    if (work) this.clickedAt = 0;
    const beginning = this.clickedAt && Date.now() - this.clickedAt < PATIENCE_MS;
    if (!beginning) this.tell(work);
    const key = JSON.stringify(evaluations.map(({ step, measured_at: at }) => [step, at]));
    if (key === this.key) return;
    this.key = key;
    this.evaluations = evaluations;
    this.choice.hidden = evaluations.length < 2;
    this.choice.replaceChildren(...evaluations.map(({ step, measured_at: at }) =>
      make("option", { value: step }, `step ${count(step)}, ${ago(at, now)}`)));
    this.save.hidden = !evaluations.length;
    if (evaluations.length) this.render(evaluations[0]);
    if (!work) this.clickedAt = 0;
    this.tell(work);
  }

  /** How far it is, or why it failed. */
  tell(work) {
    const working = work?.state === "working";
    this.work.hidden = !working;
    setText(this.trouble, work?.state === "failed" ? `It could not be measured: ${work.message}` : "");
    if (working) {
      const done = Math.round(100 * work.share);
      setText(this.message, `${work.message}, ${done} %`);
      this.bar.setAttribute("aria-valuenow", String(done));
      this.done.style.transform = `scaleX(${work.share.toFixed(3)})`;
    }
    this.allow();
  }

  render(found) {
    this.shown = found;
    this.choice.value = String(found.step);
    const times = found.draws > 1 ? `${found.draws} draws of ` : "";
    this.every.hidden = !(found.rows ?? []).some(([name]) => name.startsWith(" "));
    setText(this.every, found.attribute_shares ? "Every attribute" : "Every class");
    const caption = make("caption", {},
      `Step ${count(found.step)}: ${times}${count(found.samples)} samples, seed ${found.seed}, ${found.features}`);
    const rows = (found.rows ?? []).map(([name, value, real, note]) => make("tr", { class: name.startsWith(" ") ? "gx-part" : null },
      make("th", { scope: "row" }, name.trim()), make("td", {}, make("b", {}, value)), make("td", {}, real || "–"),
      make("td", { class: "gx-quiet" }, note)));
    const heads = ["measure", "samples", "real pictures", ""].map((head) => make("th", { scope: "col" }, head));
    this.table.replaceChildren(make("table", {}, caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)));
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onShown);
    this.place.replaceChildren();
  }
}

export const mount = mounting("full-measure", FullMeasure);
