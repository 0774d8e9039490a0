// Messages of the page: what was done, for a while, and what went wrong, until it works again.

import { Refused } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";

const SAID_MS = 8000;

export class Notice {
  /**
   * ``player`` is stopped by what is a fault of this page.
   * @param {{ playing: boolean, stop: () => void }} player
   */
  constructor(player) {
    this.player = player;
    this.element = make("p", { class: "gx-notice", role: "status" });
  }

  /** @param {string} text */
  say(text, isTrouble = false) {
    clearTimeout(this.timer);
    setText(this.element, text);
    this.isBad = isTrouble;
    this.element.classList.toggle("gx-bad", isTrouble);
    if (text && !isTrouble) this.timer = setTimeout(() => setText(this.element, ""), SAID_MS);
  }

  /** All is well again. */
  well() {
    if (this.isBad) this.say("");
  }

  /**
   * Say what went wrong; returns whether playing must stop.
   * @param {any} error of ``game.js``, or another one
   */
  trouble(error) {
    const { isOffline } = error;
    if (!isOffline && !error.isNumbers && !(error instanceof Refused)) {
      this.player.stop();
      throw error;
    }
    const again = this.player.playing ? "; trying again." : "; try again in a moment.";
    this.say(isOffline ? error.message.replace(/\.$/, again) : error.message, true);
    return !isOffline && !error.goesOn;
  }

  /**
   * Do a job and say what goes wrong with it.
   * @template T
   * @param {() => Promise<T>} job
   * @returns {Promise<T | null>}
   */
  async guarded(job) {
    try {
      return await job();
    } catch (error) {
      if (error.name !== "AbortError") this.trouble(error);
      return null;
    }
  }

  close() {
    clearTimeout(this.timer);
  }
}
