// The list of runs. It asks for all of them every two seconds, and touches only what has changed.

import { ago, distance, duration, make, percent, setText, stateIcon, stateWord } from "../shared/format.js";
import { KeyedList } from "../shared/keyed_list.js";
import { mounting } from "../shared/mounting.js";

const EVERY_MS = 2000;
const LIVING = new Set(["preparing", "running", "paused", "stopping"]);

class RunList {
  place; root; tag; choose;

  constructor(place, root) {
    Object.assign(this, { place, root, tag: null });
    this.empty = make("p", { class: "gx-none", hidden: "" }, "No runs yet.");
    const list = make("ul", {});
    this.runs = new KeyedList(list, (id) => this.makeItem(id), (item, run) => this.fill(item, run));
    place.replaceChildren(this.empty, list);
    this.onShown = () => document.hidden || this.refresh();
    document.addEventListener("visibilitychange", this.onShown);
    this.refresh();
  }

  update({ data, setTriggerValue }) {
    this.choose = (id) => setTriggerValue("selected", id);
    this.select(data.selected);
  }

  async refresh() {
    clearTimeout(this.timer);
    if (this.closed || document.hidden) return;
    if (!this.asking) {
      this.asking = true;
      try {
        const answer = await fetch(`${this.root}api/runs`, { headers: this.tag ? { "if-none-match": this.tag } : {} });
        if (answer.ok && !this.closed) {
          this.tag = answer.headers.get("etag");
          this.show(await answer.json());
        }
      } catch {
        // the server is away; the list stays as it is until it comes back
      }
      this.asking = false;
    }
    this.showTimes();
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.refresh(), EVERY_MS);
  }

  show(runs) {
    this.empty.hidden = runs.length > 0;
    this.runs.show(runs);
    this.select(this.selected);
  }

  makeItem(id) {
    const item = { picture: make("img", { alt: "", loading: "lazy", decoding: "async" }), name: make("span", { class: "gx-name" }),
      state: make("span", { class: "gx-run-state" }), time: make("span", { class: "gx-time" }), age: make("span", { class: "gx-age" }),
      quality: make("span", { class: "gx-run-quality" }) };
    item.button = make("button", { type: "button" }, make("span", { class: "gx-thumb" }, item.picture),
      make("span", { class: "gx-words" }, make("span", { class: "gx-line" }, item.name, item.age),
        make("span", { class: "gx-line" }, item.state, item.time), item.quality));
    item.button.addEventListener("click", () => this.choose(id));
    item.element = make("li", { "data-run": id }, item.button);
    return item;
  }

  fill(item, run) {
    const key = JSON.stringify(run);
    if (item.key === key) return;
    Object.assign(item, { key, run });
    setText(item.name, run.name || run.title);
    item.button.title = [run.name && run.title, run.id, run.message].filter(Boolean).join("\n");
    if (item.shownState !== run.state) {
      item.shownState = run.state;
      item.state.replaceChildren(stateIcon(run.state), stateWord(run.state));
      item.state.dataset.state = run.state;
    }
    const { quality } = run;
    const shares = quality && Number.isFinite(quality.clear) ? `, ${percent(quality.clear)} clear` : "";
    if (run.state === "damaged") setText(item.quality, run.message);
    else setText(item.quality, quality && Number.isFinite(quality.frechet) ? `Fréchet ${distance(quality.frechet)}${shares}` : "\u00a0");
    if (run.thumbnail && item.thumbnail !== run.thumbnail) this.exchange(item, run.thumbnail);
  }

  /** Change a picture only once the new one is unpacked; the first may come when it is scrolled to. */
  async exchange(item, address) {
    const first = !item.thumbnail;
    item.thumbnail = address;
    if (!first) {
      const fresh = new Image();
      fresh.src = this.root + address;
      await fresh.decode().catch(() => {});
    }
    if (item.thumbnail === address) item.picture.src = this.root + address;
  }

  showTimes() {
    for (const { run, time, age } of this.runs.items.values()) {
      setText(age, LIVING.has(run.state) ? "" : ago(run.created_at));
      if (run.state === "queued") setText(time, run.place ? `number ${run.place}` : "");
      else setText(time, run.state === "damaged" ? "" : duration(run.seconds));
    }
  }

  select(id) {
    this.selected = id;
    for (const [key, { button }] of this.runs.items) {
      if (key === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onShown);
    this.place.replaceChildren();
  }
}

export const mount = mounting("run-list", RunList);
