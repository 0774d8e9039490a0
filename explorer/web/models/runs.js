// The runs that can be explored: from their first checkpoint on, the newest first.

import { Contact } from "./contact.js";
import { ago, duration, make, setText, stateIcon, stateWord } from "../shared/format.js";
import { link, pageLinks } from "./links.js";

const SHOWN = 12;

export class Runs {
  page; items; shown; runs;

  constructor(page) {
    Object.assign(this, { page, items: new Map(), shown: SHOWN, runs: [] });
    this.list = make("div", { class: "gx-runs" });
    this.more = make("button", { type: "button", class: "gx-button", hidden: "" });
    this.more.addEventListener("click", () => {
      this.shown += SHOWN;
      this.show(this.runs);
    });
    this.element = make("section", { "aria-label": "Runs trained here" }, make("h2", {}, "Trained here"),
      make("p", { class: "gx-quiet" }, "A run can be explored from its first checkpoint on. Publish it to keep it."),
      this.list, this.more);
  }

  show(runs) {
    this.runs = runs;
    this.element.hidden = !runs.length;
    const before = this.items;
    this.items = new Map();
    for (const run of runs.slice(0, this.shown)) {
      const item = before.get(run.id) ?? this.make(run);
      this.items.set(run.id, item);
      this.fill(item, run);
    }
    [...this.items.values()].forEach(({ element }, index) => {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
    while (this.list.children.length > this.items.size) this.list.lastElementChild.remove();
    this.more.hidden = runs.length <= this.shown;
    setText(this.more, `Show more (${runs.length - this.items.size} left)`);
  }

  make(run) {
    const { page } = this, { id } = run;
    const item = { contact: new Contact(`Newest samples of the run ${id}`, 2, 2), name: make("strong", {}), state: make("span", { class: "gx-run-state" }), time: make("span", {}),
      quality: make("span", { class: "gx-quiet" }) };
    const publish = make("button", { type: "button", class: "gx-button" }, "Publish");
    publish.addEventListener("click", () => page.ask({ verb: "publish", id }));
    item.links = make("div", {});
    item.element = make("article", { class: "gx-run", "data-run": id }, item.contact.element,
      make("div", { class: "gx-words" }, item.name, make("span", { class: "gx-line" }, item.state, item.time), item.quality),
      item.links, make("div", { class: "gx-row" }, publish, link(page, "train", { run: id }, { class: "gx-button" }, "Its training")));
    return item;
  }

  fill(item, run) {
    setText(item.name, run.name || run.title);
    setText(item.time, `${duration(run.seconds)} · ${ago(run.created_at)}`);
    setText(item.quality, run.measured || "not measured");
    item.quality.title = run.measured_on ?? "";
    if (item.shownState !== run.state) {
      item.shownState = run.state;
      item.state.replaceChildren(stateIcon(run.state), stateWord(run.state));
    }
    if (!item.links.firstChild) item.links.append(pageLinks(this.page, run));
    if (run.thumbnail && item.thumbnail !== run.thumbnail) {
      item.thumbnail = run.thumbnail;
      item.contact.fromGrid(this.page.root + run.thumbnail, run.size, run).catch(() => {});
    }
  }
}
