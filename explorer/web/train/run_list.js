// The list of runs. It hears of all of them every two seconds, and touches only what has changed.

import { hearOfRuns } from "../shared/all_runs.js";
import { acceptDecimalCommas } from "../shared/decimal_comma.js";
import { ago, duration, make, setText, stateIcon, stateWord, UNREAD } from "../shared/format.js";
import { KeyedList } from "../shared/keyed_list.js";
import { mounting } from "../shared/mounting.js";

const AGES_MS = 2000; // between two looks at the clock
const LIVING = new Set(["preparing", "running", "paused", "stopping"]);

class RunList {
  place; root; tag; choose;

  constructor(place, root) {
    acceptDecimalCommas(); // for the whole page; it stands here since this list is in every view of it
    Object.assign(this, { place, root });
    this.empty = make("p", { class: "gx-none", hidden: "" }, "No runs yet.");
    const list = make("ul", {});
    this.runs = new KeyedList(list, (id) => this.makeItem(id), (item, run) => this.fill(item, run));
    place.replaceChildren(this.empty, list);
    this.deaf = hearOfRuns(root, (runs) => this.show(runs));
    this.timer = setInterval(() => document.hidden || this.showTimes(), AGES_MS);
  }

  update({ data, setTriggerValue }) {
    this.choose = (id) => setTriggerValue("selected", id);
    this.select(data.selected);
  }

  show(runs) {
    this.empty.hidden = runs.length > 0;
    this.runs.show(runs);
    this.showTimes();
    this.select(this.selected);
  }

  makeItem(id) {
    const item = { picture: make("img", { alt: "", loading: "lazy", decoding: "async" }), name: make("span", { class: "gx-name" }),
      state: make("span", { class: "gx-run-state" }), time: make("span", { class: "gx-time" }), age: make("span", { class: "gx-age" }),
      quality: make("span", { class: "gx-run-quality" }), where: make("span", { class: "gx-run-where" }) };
    item.button = make("button", { type: "button" }, make("span", { class: "gx-thumb" }, item.picture),
      make("span", { class: "gx-words" }, make("span", { class: "gx-line" }, item.name, item.age),
        make("span", { class: "gx-line" }, item.state, item.time), item.where, item.quality));
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
    item.where.hidden = !run.where;
    setText(item.where, run.where ?? "");
    setText(item.quality, UNREAD.has(run.state) ? run.message : run.measured || "\u00a0");
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
      else setText(time, UNREAD.has(run.state) ? "" : duration(run.seconds));
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
    clearInterval(this.timer);
    this.deaf();
    this.place.replaceChildren();
  }
}

export const mount = mounting("run-list", RunList);
