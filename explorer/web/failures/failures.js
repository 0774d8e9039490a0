// The Failures page: all cards, or one failure played again. Which, and the moment shown, lie in the URL.

import { Address } from "../shared/address.js";
import { Card } from "./card.js";
import { Recordings } from "./data.js";
import { Replay } from "./replay.js";
import { make } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";
import { readTheme } from "../shared/plotting.js";

class Failures {
  place; root; cards; replay; recordings; themeKey; theme; ask; address;

  constructor(place, root) {
    Object.assign(this, { place, root, cards: [], replay: null, recordings: new Recordings(root) });
    this.list = make("div", { class: "gx-failures-list" });
    this.place.replaceChildren(this.list);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey);
  }

  update({ data, setTriggerValue }) {
    this.ask = (wish) => setTriggerValue("wish", wish);
    this.live = data.live;
    if (!this.address) this.begin(data);
    const theme = readTheme(this.place, data.palette);
    const key = JSON.stringify(theme);
    if (key !== this.themeKey) {
      Object.assign(this, { themeKey: key, theme });
      for (const view of [...this.cards, this.replay]) view?.setTheme(theme);
    }
    this.cards.forEach((card) => card.setLive(this.live[card.entry.id]));
    this.replay?.setLive(this.live[this.replay.entry.id]);
  }

  begin({ entries }) {
    this.entries = entries;
    const page = {
      root: this.root, recordings: this.recordings, ask: (wish) => this.ask(wish),
      open: (entry, playing) => this.choose(entry, playing), moved: (share) => this.moved(share),
      neighbours: (id) => {
        const index = entries.findIndex((one) => one.id === id);
        return { before: entries[index - 1], after: entries[index + 1], number: index + 1 };
      },
    };
    this.page = page;
    this.cards = entries.map((entry, index) => new Card(page, entry, index + 1));
    this.list.append(...this.cards.map(({ element }) => element));
    this.address = new Address("failures", ["entry", "at"], (texts) => this.open(texts));
    const texts = this.address.start(null);
    this.open(texts);
  }

  /** Show what the URL says, whatever somebody wrote there. */
  open({ entry, at }) {
    const found = this.entries.find(({ id }) => id === entry) ?? null;
    this.list.hidden = found !== null;
    if (this.replay?.entry !== found) {
      this.replay?.close();
      this.replay?.element.remove();
      this.replay = found && new Replay(this.page, found);
      if (this.replay) {
        this.place.append(this.replay.element);
        this.replay.setLive(this.live[found.id]);
        if (this.theme) this.replay.setTheme(this.theme);
      }
    }
    const share = at === undefined || at === "" ? NaN : Number(at);
    this.replay?.move(share >= 0 && share <= 100 ? share / 100 : 1);
  }

  choose(entry, playing) {
    this.address.push({ entry: entry ?? "", at: entry && playing ? "0" : "" });
    this.open(this.address.read());
    window.scrollTo?.(0, 0);
    this.place.scrollIntoView({ block: "nearest" });
    if (playing) this.replay?.play();
  }

  /** The moment was chosen, or playing came to a stop there. */
  moved(share) {
    const at = Math.round(1000 * share) / 10;
    this.address.replace({ entry: this.replay.entry.id, at: at === 100 ? "" : String(at) });
  }

  key(event) {
    if (!this.replay || event.target.closest?.("input, select, textarea, button, a, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") this.replay.button.click();
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      this.replay.stop();
      this.replay.move(this.replay.share + (event.key === "ArrowLeft" ? -0.02 : 0.02));
      this.moved(this.replay.share);
    } else if (event.key === "Escape") this.choose(null);
    else return;
    event.preventDefault();
  }

  close() {
    window.removeEventListener("keydown", this.onKey);
    this.address?.close();
    this.replay?.close();
    this.cards.forEach((card) => card.close());
    this.place.replaceChildren();
  }
}

export const mount = mounting("failures", Failures);
