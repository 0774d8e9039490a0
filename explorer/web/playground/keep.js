// Saved games: files that a person saves and opens, and the state of this tab.

import { offer } from "../shared/download.js";
import { SHARED } from "./state.js";

const KEPT = "gan-explorer:playground:games";
const KEEP_MS = 15_000; // so much of playing is lost at most where the server is started anew

export class Keeper {
  /** ``page``: the playground. */
  constructor(page) {
    this.page = page;
    this.timer = setInterval(() => page.player.playing && this.keep(), KEEP_MS);
  }

  // In this tab

  /** Note which games these are, so that a page left and entered again goes on. */
  remember() {
    const { page } = this;
    const games = page.cards.map(({ game }) => ({ id: game.id, saved: game.kept }));
    const write = (kept) => window.sessionStorage.setItem(KEPT, JSON.stringify({ wanted: page.wanted(), games: kept }));
    try {
      write(games);
    } catch {
      try {
        write(games.map(({ id }) => ({ id }))); // large networks do not fit
      } catch { /* nothing is kept, then */ }
    }
  }

  /** The games that this tab was at, { id, saved } each, if their settings are those that are wanted; else null. */
  remembered() {
    try {
      const { wanted, games } = JSON.parse(window.sessionStorage.getItem(KEPT) ?? "{}");
      return JSON.stringify(wanted) === JSON.stringify(this.page.wanted()) && games.every(({ id }) => id) ? games : null;
    } catch {
      return null;
    }
  }

  /** Fetch the games as they are, to go on from where the server should let go of them. */
  async keep() {
    try {
      await Promise.all(this.page.cards.filter(({ game }) => game.frame).map(({ game }) => game.save()));
      this.remember();
    } catch { /* the next one */ }
  }

  // As files

  save() {
    const { page } = this;
    return page.notice.guarded(async () => {
      for (const [at, { game }] of page.cards.entries()) {
        offer(new Blob([await game.save()], { type: "application/json" }), `${this.nameOf(at)}.json`);
      }
    });
  }

  /** The planes as they are seen, a picture each, as fine as the screen. */
  async picture() {
    for (const [at, { game, plane }] of this.page.cards.entries()) {
      if (!game.frame) continue; // nothing is drawn yet
      const blob = await new Promise((done) => { plane.canvas.toBlob(done, "image/png"); });
      offer(blob, `${this.nameOf(at)}.png`);
    }
  }

  /** What a file of one of the games is called. */
  nameOf(at) {
    const { cards } = this.page;
    const { game: { config: { data, seed }, frame } } = cards[at];
    return `${data}-${seed}-step-${frame.row[0]}${cards.length > 1 ? `-${"ab"[at]}` : ""}`;
  }

  /** Go on with a saved game: as the second one, where that is being set and learns the same; else alone. */
  open(file) {
    const { page } = this;
    page.player.stop();
    return page.notice.guarded(async () => {
      const text = await file.text();
      const card = page.cards[page.second ? 1 : 0];
      card.glide = false;
      await card.game.begin(null, text);
      const config = { ...page.rules.rest, ...card.game.config };
      const differs = Object.entries(config).filter(([name, value]) => value !== page.state.config[name]);
      if (page.second && !differs.some(([name]) => SHARED.includes(name))) page.set({ beside: Object.fromEntries(differs) });
      else {
        page.keepOnly(card);
        page.set({ config, beside: null });
      }
      page.fit();
      this.remember();
      page.say(`Goes on from step ${card.game.frame.row[0]}.`);
    });
  }

  close() {
    clearInterval(this.timer);
  }
}
