// The Models page: what to try first, the models, those being published, and the runs that can be explored.

import { hearOfRuns } from "../shared/all_runs.js";
import { make } from "../shared/format.js";
import { ModelCards } from "./cards.js";
import { Runs } from "./runs.js";
import { Steps } from "./steps.js";
import { mounting } from "../shared/mounting.js";

const EVERY_MS = 3000, OFTEN_MS = 1000; // between two looks at what is being published; often while something is

class Gallery {
  place; tag; working; unreadKey;

  constructor(place, root) {
    this.page = { root, ask: (/** @type {object} */ _wish) => {} };
    Object.assign(this, { place, heard: false, working: new Set() });
    this.steps = new Steps(this.page);
    this.models = new ModelCards(this.page);
    this.runs = new Runs(this.page);
    this.unread = make("div", { class: "gx-unread", role: "status" });
    place.replaceChildren(this.steps.element, this.models.element, this.unread, this.runs.element);
    this.onShown = () => document.hidden || this.look();
    document.addEventListener("visibilitychange", this.onShown);
    this.deaf = hearOfRuns(root, (runs) => {
      this.heard = true;
      this.runs.show(runs.filter((run) => run.explorable));
    });
  }

  update({ data, setTriggerValue }) {
    const { steps, models, unread, runs, publications } = data;
    this.page.ask = (wish) => setTriggerValue("asked", wish);
    this.steps.show(steps);
    this.models.show(models);
    this.showPublications(publications);
    this.unread.hidden = !unread.length;
    const key = JSON.stringify(unread);
    if (key !== this.unreadKey) this.unread.replaceChildren(...unread.map((one) => this.unreadModel(one)));
    this.unreadKey = key;
    if (!this.heard) this.runs.show(runs);
    this.lookLater();
  }

  /** A model that cannot be used: why, and the way to be rid of it. */
  unreadModel({ id, sentence, why }) {
    if (why === "newer") return make("p", { "data-model": id }, "The model ", make("b", {}, id), " was made by a newer version of the program. ", sentence);
    const remove = make("button", { type: "button", class: "gx-button", "aria-label": `Delete the damaged model ${id}` }, "Delete");
    remove.addEventListener("click", () => this.page.ask({ verb: "delete", id }));
    return make("p", { "data-model": id }, "⚠ The model ", make("b", {}, id), " is damaged and cannot be used. ", sentence, " ", remove);
  }

  /** The models being published. */
  async look() {
    if (this.closed || document.hidden) return;
    try {
      const publications = await fetch(`${this.page.root}api/publications`);
      if (publications.ok && !this.closed) this.showPublications(await publications.json());
    } catch {
      // the server is away; all stays as it is until it comes back
    }
    this.lookLater();
  }

  lookLater() {
    clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => this.look(), this.working.size ? OFTEN_MS : EVERY_MS);
  }

  /** One that is gone is done: the page is asked for the model that it has become. */
  showPublications(publications) {
    const names = new Set(publications.map(({ name }) => name));
    for (const name of this.working) if (!names.has(name)) this.page.ask({ verb: "settled", name });
    this.working = new Set(publications.filter(({ state }) => state === "working").map(({ name }) => name));
    this.models.showPublications(publications);
  }

  close() {
    this.closed = true;
    this.deaf();
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onShown);
    this.steps.close();
    this.place.replaceChildren();
  }
}

export const mount = mounting("gallery", Gallery);
