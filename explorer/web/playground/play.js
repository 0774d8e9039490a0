// Playing: ask for the next steps once the last ones are drawn. Pausing is not asking.

const FRAME_MS = 33; // more pictures a second than this nobody sees
const SLOW_MS = 1100;
const AGAIN_MS = 1000;

export class Player {
  page; playing; run; turn; goal; frames;

  /** ``page`` has ``state``, ``cards``, ``changed()``, ``doing(action)``, and a ``notice``. */
  constructor(page) {
    Object.assign(this, { page, playing: false, run: 0, turn: 0, goal: null, frames: 0 });
  }

  /** Play; up to ``goal`` steps of the first game, where one is given. */
  async start(goal = null) {
    const run = (this.run += 1);
    Object.assign(this, { playing: true, goal });
    this.page.changed();
    while (this.run === run) {
      const began = performance.now();
      const slow = this.page.state.pace === "slow" && goal === null;
      try {
        await (slow ? this.oneTurn() : this.some());
        if (this.run === run) this.page.notice.well();
      } catch (error) {
        if (error.name === "AbortError") return;
        if (this.run !== run) return;
        if (this.page.notice.trouble(error)) this.stop();
        else await wait(AGAIN_MS);
      }
      this.frames += 1;
      if (this.goal !== null && this.page.cards[0].game.frame.row[0] >= this.goal) this.stop();
      await wait((slow ? SLOW_MS : FRAME_MS) - (performance.now() - began));
      await new Promise(requestAnimationFrame); // none comes while nobody looks
    }
  }

  stop() {
    this.run += 1;
    const was = this.playing;
    Object.assign(this, { playing: false, goal: null });
    if (was) this.page.changed();
  }

  /** Some steps of all games, in step with each other. */
  async some() {
    const pace = this.goal !== null ? 16 : Number(this.page.state.pace);
    const left = this.goal === null ? pace : Math.min(pace, this.goal - this.page.cards[0].game.frame.row[0]);
    await this.all(Math.max(1, left), "both");
  }

  /** One update of one network, as in slow motion: k times D, then G. */
  async oneTurn() {
    const k = Math.max(...this.page.cards.map(({ game }) => game.config.d_steps));
    this.turn = (this.turn + 1) % (k + 1);
    const action = this.turn === 0 ? "g" : "d";
    this.page.doing(action);
    await Promise.all(this.page.cards.filter(({ game }) => action === "g" || this.turn <= game.config.d_steps)
      .map((card) => this.one(card, 1, action, true)));
  }

  all(steps, action, glide = false) {
    return Promise.all(this.page.cards.map((card) => this.one(card, steps, action, glide)));
  }

  async one(card, steps, action, glide) {
    card.glide = glide;
    const frame = await card.game.advance(steps, action);
    if (frame.trouble) throw Object.assign(new Error(frame.trouble), { isNumbers: true });
  }
}

const wait = (ms) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : null);
