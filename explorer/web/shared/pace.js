// How often something is drawn that changes all the time: seldom enough to leave the computer free.

const LEAST_PAUSE_MS = 250; // at most four drawings a second, and
const MOST_PAUSE_MS = 1000; // at least one where there is something new, though it then take
const SHARE = 10; // more than a tenth of the time

export class Pace {
  pause = LEAST_PAUSE_MS;
  drawnAt = 0;
  /** @type {number[]} */ took = [];

  /** Milliseconds until the next drawing may begin. */
  get wait() {
    return Math.max(0, this.drawnAt + this.pause - performance.now());
  }

  /** Let the next drawing begin at once. */
  hurry() {
    this.drawnAt = 0;
  }

  /**
   * A drawing has ended that began at ``started``; returns the milliseconds that one usually takes.
   * @param {number} started
   */
  ended(started) {
    this.drawnAt = performance.now();
    this.took = [...this.took.slice(-4), this.drawnAt - started];
    const usual = Math.min(...this.took); // the longer ones were waiting for other programs
    this.pause = Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, SHARE * usual));
    return usual;
  }
}
