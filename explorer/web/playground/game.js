// One game on the server: one request at a time, each answered with a frame. Without requests nothing is computed.

import { Refused } from "../shared/decoder.js";

const MOST_ROWS = 600;

export class Game {
  root; onFrame; id; frame; known; rows; kept;

  constructor(root, onFrame) {
    Object.assign(this, { root, onFrame, id: null, frame: null, known: null, rows: [], kept: null });
    this.line = Promise.resolve();
    this.control = new AbortController();
  }

  get config() {
    return this.known?.config;
  }

  /** A new game by its settings, or one that goes on by the text of a saved one. */
  begin(config, saved = null) {
    return this.inTurn(async () => {
      const frame = await this.ask("", saved ? { saved } : { config });
      this.id = frame.id;
      this.kept = saved;
      return this.take(frame);
    });
  }

  /** Go on with a game that the server holds already. */
  rejoin(id) {
    return this.inTurn(async () => {
      const frame = await this.ask(`/${id}/advance`, { steps: 0, whole: true });
      this.id = id;
      return this.take(frame);
    });
  }

  advance(steps, action) {
    return this.inTurn(async () => this.take(await this.own("advance", { steps, action })));
  }

  change(settings) {
    return this.inTurn(async () => this.take(await this.own("change", { settings })));
  }

  /** The text of the game as it is, to be kept. */
  async save() {
    return this.inTurn(async () => {
      this.kept = await (await this.fetched(`/${this.id}/saved`)).text();
      return this.kept;
    });
  }

  // One after the other

  inTurn(job) {
    const mine = this.line.then(job);
    this.line = mine.catch(() => {});
    return mine;
  }

  /** Ask something of this game; where the server has let go of it, it goes on from what was kept. */
  async own(verb, body) {
    try {
      return await this.ask(`/${this.id}/${verb}`, body);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404 || !this.config) throw error;
      const again = await this.ask("", this.kept ? { saved: this.kept } : { config: this.config });
      this.id = again.id;
      this.take(again);
      const told = `The server no longer held this game; it goes on from step ${again.row[0]}.`;
      throw Object.assign(new Refused(told), { goesOn: true });
    }
  }

  async ask(place, body) {
    const answer = await this.fetched(place, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    return read(await answer.arrayBuffer());
  }

  /** Throws the server's sentence, or ``isOffline`` where there is no answer at all. */
  async fetched(place, options = {}) {
    let answer;
    try {
      answer = await fetch(`${this.root}api/plane${place}`, { ...options, signal: this.control.signal });
    } catch (error) {
      throw error.name === "AbortError" ? error : Object.assign(new Error("The server does not answer."), { isOffline: true });
    }
    if (!answer.ok) throw Object.assign(new Refused(await answer.text()), { status: answer.status });
    return answer;
  }

  take(frame) {
    if (frame.config) {
      this.known = frame;
      this.rows = frame.rows;
      this.real = frame.real;
    } else {
      const last = this.rows[this.rows.length - 1];
      if (last && last[0] === frame.row[0] && last[1] === frame.row[1]) this.rows.pop();
      this.rows.push(frame.row);
      if (this.rows.length > MOST_ROWS) this.rows = this.rows.filter((row, at) => at % 2 === 0 || row === frame.row);
    }
    this.before = this.frame;
    this.frame = frame;
    this.onFrame(frame, this);
    return frame;
  }

  close() {
    this.control.abort();
  }
}

/** A frame: a length, so much JSON, whole numbers of 16 bits; places come in units of the plane, D's surface from 0 to 1. */
export function read(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const frame = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  let at = 4 + size;
  for (const [name, shape] of Object.entries(frame.shapes)) {
    const length = shape.reduce((a, b) => a * b, 1);
    const whole = new Int16Array(buffer, at, length);
    frame[name] = name === "surface" ? Float32Array.from(whole, (value) => (value + 32767) / 65534)
      : Float32Array.from(whole, (value) => value / frame.unit);
    at += 2 * length;
  }
  return frame;
}
