// The live view of a run: one event stream feeds the status line, the samples and the curves.

import { hasEnded, hearOfRuns } from "../shared/all_runs.js";
import { TERMS } from "../shared/charts.js";
import { Curves } from "./curves.js";
import { Findings } from "../shared/findings.js";
import { count, duration, make, resolution, setText, stateIcon, stateWord } from "../shared/format.js";
import { History } from "../shared/history.js";
import { Line } from "../shared/line.js";
import { headlines } from "../shared/measures.js";
import { mounting } from "../shared/mounting.js";
import { readTheme } from "../shared/plotting.js";
import { Samples } from "./samples.js";

const STATUS_MS = 250; // between two changes of the status line's figures
const AGREE_MS = 1500; // more than the stream takes to see a state that the page already shows

class StatusLine {
  constructor() {
    this.state = make("span", { class: "gx-state", role: "status" });
    this.note = make("span", { class: "gx-note" });
    this.message = make("span", { class: "gx-message" });
    this.figures = {};
    const list = make("dl", { class: "gx-figures" });
    for (const [id, label] of [["step", "step"], ["epoch", "epoch"], ["images", "images seen"], ["speed", "images / s"],
      ["resolution", "resolution"], ["trained", "trained for"], ["left", "time left"], ["device", "device"]]) {
      this.figures[id] = make("dd", {}, "–");
      const term = TERMS[label] ? make("abbr", { title: TERMS[label], tabindex: 0 }, label) : label;
      list.append(make("div", { class: `gx-figure gx-figure-${id}` }, make("dt", {}, term), this.figures[id]));
    }
    this.done = make("i", {});
    this.bar = make("div", { class: "gx-bar", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0,
      "aria-valuemax": 100 }, this.done);
    this.quality = make("p", { class: "gx-quality" }, "\u00a0");
    this.leftOut = make("p", { class: "gx-left-out", role: "status", hidden: "" });
    this.element = make("header", { class: "gx-status" },
      make("div", { class: "gx-headline" }, this.state, this.message, this.note), list, this.bar, this.quality, this.leftOut);
  }

  show({ status, run, history, measures, leftOut }) {
    this.leftOut.hidden = !leftOut;
    setText(this.leftOut, leftOut === 1 ? "One row of its records cannot be read and is left out."
      : `${count(leftOut)} rows of its records cannot be read and are left out.`);
    const { state } = status;
    if (this.shownState !== state) {
      this.shownState = state;
      this.state.replaceChildren(...(state ? [stateIcon(state), stateWord(state)] : []));
      this.state.dataset.state = state ?? "";
    }
    const place = status.place ? `number ${status.place} in the queue` : "";
    const moves = state === "preparing" || state === "deleted"; // other states are put into words by the page
    const longer = state === "running" && status.message !== "Training."; // why it goes on after its time
    setText(this.message, state === "queued" ? place : moves || longer ? status.message ?? "" : "");
    const step = Math.max(status.step ?? 0, history.last("step") || 0); // rows come oftener than the status
    const images = Math.max(status.images_seen ?? 0, history.last("images_seen") || 0);
    const seconds = Math.max(status.seconds ?? 0, history.last("seconds") || 0);
    const epoch = run.epoch_images ? images / run.epoch_images : status.epoch;
    const waits = state === "queued" || state === "preparing";
    setText(this.figures.step, waits && !step ? "–" : count(step));
    setText(this.figures.epoch, waits && !step ? "–" : (epoch ?? 0).toFixed(1));
    setText(this.figures.images, waits && !step ? "–" : count(images));
    setText(this.figures.speed, status.images_per_s ? count(Number(status.images_per_s.toPrecision(3))) : "–");
    const grown = resolution(history.last("resolution"), run.display?.tile);
    this.figures.resolution.parentElement.hidden = !grown; // only some networks grow
    setText(this.figures.resolution, grown);
    setText(this.figures.trained, duration(seconds));
    setText(this.figures.left, status.eta_s === null || status.eta_s === undefined ? "–" : duration(status.eta_s));
    setText(this.figures.device, status.device || "–");
    this.showProgress(status, seconds);
    this.showQuality(measures.length ? measures[measures.length - 1] : status.quality, run.display);
  }

  showProgress({ state, progress, eta_s: eta }, seconds) {
    let share = state === "preparing" ? progress ?? 0 : eta > 0 ? seconds / (seconds + eta) : 0;
    if (state === "finished") share = 1;
    this.bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
    this.bar.dataset.state = state ?? "";
    this.done.style.transform = `scaleX(${share.toFixed(4)})`;
  }

  /** The newest measure in a line: on what it was taken, and each number beside that of real pictures. */
  showQuality(quality, display) {
    const told = headlines(quality, display);
    const key = JSON.stringify([told, quality?.features, quality?.samples]);
    if (key === this.shownQuality) return;
    this.shownQuality = key;
    if (!told.length) return setText(this.quality, "\u00a0");
    const on = quality.features && `${quality.features}, ${count(quality.samples)} samples`;
    return this.quality.replaceChildren(...told.flatMap(({ title, help, first, words, real }, index) => {
      const name = make("abbr", { title: help || null, tabindex: 0 }, title);
      const aside = [index ? null : on, real && `real pictures ${real}`].filter(Boolean).join("; ");
      return [index ? " · " : "", ...(first ? [make("b", {}, words), " ", name] : [name, " ", make("b", {}, words)]),
        aside ? make("span", { class: "gx-aside" }, ` (${aside})`) : ""];
    }));
  }

  connection(text) {
    setText(this.note, text);
  }
}

class LiveRun {
  place; root; run; position; reported; failures; branch; source; report;

  constructor(place, root) {
    Object.assign(this, { place, root, run: null });
    this.status = new StatusLine();
    this.doctor = new Findings((wish) => this.branch(wish));
    this.samples = new Samples(root);
    this.curves = new Curves(root);
    this.body = make("div", { class: "gx-body" }, this.samples.element, this.curves.element);
    place.replaceChildren(this.status.element, this.doctor.element, this.body);
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(place);
    this.onResize = () => this.fit();
    window.addEventListener("resize", this.onResize);
    this.line = new Line({
      address: () => `${root}api/runs/${this.run}/events${this.position ? `?after=${encodeURIComponent(this.position)}` : ""}`,
      hear: (kind, event) => this.hear(kind, event),
      ended: () => hasEnded(this.source.status.state) && this.examined,
      trouble: (broken) => this.status.connection(broken ? "reconnecting…" : ""),
    });
    this.deaf = hearOfRuns(root, (runs) => this.line.know(JSON.stringify(runs.find(({ id }) => id === this.run) ?? null)));
  }

  update({ data, setStateValue, setTriggerValue }) {
    this.report = (state) => setStateValue("state", { run: this.run, state, at: Date.now() });
    this.branch = (wish) => setTriggerValue("branch", { ...wish, run: this.run, at: Date.now() });
    const theme = readTheme(this.place, data.palette);
    const key = JSON.stringify(theme);
    if (key !== this.themeKey) {
      this.themeKey = key;
      this.place.dataset.theme = theme.dark ? "dark" : "light";
      this.curves.setTheme(theme);
      this.doctor.setTheme(theme);
    }
    if (data.run !== this.run) this.open(data.run, data.drawnFor);
    this.explorable = data.explorable;
    if (data.drawnFor !== this.source.status.state) this.line.wake();
    this.agreeWith(data.drawnFor);
  }

  /** Ask for a rerun where the page and the stream stay of two opinions on the state; each call asks once at most. */
  agreeWith(drawnFor) {
    clearTimeout(this.agreeing);
    this.agreeing = setTimeout(() => {
      const { state } = this.source.status;
      if (state && state !== drawnFor) this.report(state);
    }, AGREE_MS);
  }

  open(run, drawnFor) {
    this.disconnect();
    Object.assign(this, { run, position: null, reported: drawnFor, examined: false });
    this.source = { history: new History(), measures: [], events: [], run: {}, status: {}, leftOut: 0 };
    this.doctor.clear();
    this.samples.clear();
    this.samples.describe({});
    this.curves.clear();
    this.curves.compareWith(run);
    this.curves.set(this.source);
    this.fit();
    this.line.open();
  }

  /** What the stream tells; ``kind`` is that of explorer/live/hub.py. */
  hear(kind, event) {
    if (kind === "all") this.takeAll(event);
    else if (kind === "more") this.takeMore(event);
    else this.gone();
  }

  gone() {
    this.disconnect();
    this.source.status = { ...this.source.status, state: "deleted", message: "This run's folder is gone.", eta_s: null };
    this.show();
  }

  takeAll(event) {
    this.position = event.lastEventId;
    const { run, status, columns, measures, events, samples, findings, left_out: leftOut } = JSON.parse(event.data);
    const history = new History();
    history.load(columns);
    this.source = { history, measures, events, run, status, leftOut };
    this.examined = Boolean(findings); // the doctor looks after the first viewer has seen the run
    this.samples.describe(run);
    this.samples.set(this.run, samples, status.attempt);
    this.curves.set(this.source);
    this.doctor.show(findings, status);
    this.fit();
    this.show();
  }

  takeMore(event) {
    this.position = event.lastEventId;
    const news = JSON.parse(event.data);
    if (news.status) this.source.status = news.status;
    if (news.left_out) this.source.leftOut = news.left_out;
    if (news.run) {
      this.source.run = news.run;
      this.samples.describe(news.run);
      this.curves.set(this.source);
    }
    if (news.rows) this.source.history.append(news.rows);
    if (news.measures) this.source.measures.push(...news.measures);
    if (news.events) this.source.events.push(...news.events);
    if (news.samples) this.samples.add(news.samples);
    this.examined ||= Boolean(news.findings);
    if (news.findings) this.doctor.show(news.findings, this.source.status);
    this.curves.grew(news);
    this.show();
  }

  show() {
    this.showing ??= setTimeout(() => {
      this.showing = null;
      this.status.show(this.source);
      this.doctor.summarise(this.source.status);
    }, STATUS_MS);
    const { state } = this.source.status;
    if (state !== this.status.shownState) this.status.show(this.source);
    if ((state && state !== this.reported) || (this.source.status.explorable && !this.explorable)) {
      this.reported = state;
      this.explorable = true;
      this.report(state);
    }
  }

  /** Give the pictures their share of the width; the curves take the rest. */
  fit() {
    const width = this.place.clientWidth;
    if (!width) return;
    const narrow = width < 700;
    this.place.classList.toggle("gx-narrow", narrow);
    const share = narrow ? 1 : 0.47;
    this.samples.fit({ width: Math.floor(width * share), height: Math.max(320, window.innerHeight * 0.55) });
  }

  disconnect() {
    clearTimeout(this.showing);
    this.showing = null;
    this.line.stop();
  }

  close() {
    clearTimeout(this.agreeing);
    this.deaf();
    this.disconnect();
    this.line.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.onResize);
    this.samples.close();
    this.curves.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("live-run", LiveRun);
