// A page's stream of events. A browser opens six connections to a server in all its tabs together, and a stream holds
// one: so a page holds it only while somebody can see the page and something may come.

const RETRY_MS = [1000, 2000, 4000, 8000];
const HIDDEN_MS = 3000; // out of sight for so long, a page gives its stream back
const QUIET_MS = 1500; // so long after the last word on what has ended, too
const KINDS = ["all", "more", "deleted"];

export class Line {
  /** @type {() => string} */ address;
  /** @type {(kind: string, event: MessageEvent) => void} */ hear;
  /** @type {() => boolean | undefined} */ ended;
  /** @type {(broken: boolean) => void} */ trouble;
  /** @type {EventSource | null} */ stream;
  /** @type {boolean} */ wanted;
  /** @type {boolean} */ resting;
  failures = 0;
  /** @type {number | undefined} */ retry;
  /** @type {number | undefined} */ quiet;
  /** @type {number | undefined} */ hiding;
  /** @type {string | undefined} */ known;

  /**
   * ``address()``: where the stream goes on from what was heard last; ``hear(kind, event)`` is told each event;
   * ``ended()``: whether nothing more is to come, unless ``know`` says otherwise; ``trouble(broken)``, if given, hears
   * whether the stream is broken.
   * @param {{ address: () => string, hear: (kind: string, event: MessageEvent) => void, ended: () => boolean | undefined,
   *   trouble?: (broken: boolean) => void }} wishes
   */
  constructor({ address, hear, ended, trouble = () => {} }) {
    Object.assign(this, { address, hear, ended, trouble, stream: null, wanted: false, resting: false, failures: 0 });
    this.onShown = () => this.shown();
    document.addEventListener("visibilitychange", this.onShown);
  }

  open() {
    Object.assign(this, { wanted: true, failures: 0 });
    this.connect();
  }

  connect() {
    this.disconnect();
    this.resting = false;
    if (document.hidden || !this.wanted) return;
    const stream = new EventSource(this.address());
    this.stream = stream;
    stream.onopen = () => {
      this.failures = 0;
      this.trouble(false);
    };
    stream.onerror = () => { // the browser by itself would not know where to go on
      this.disconnect();
      this.trouble(true);
      this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
      this.failures += 1;
    };
    for (const kind of KINDS) {
      stream.addEventListener(kind, (event) => {
        this.hear(kind, event);
        this.restSoon();
      });
    }
  }

  restSoon() {
    clearTimeout(this.quiet);
    if (!this.stream || !this.ended()) return;
    this.quiet = setTimeout(() => {
      this.disconnect();
      this.resting = true;
    }, QUIET_MS);
  }

  /**
   * What the list of runs says of those on this line: where that changes while it rests, there is more to hear.
   * @param {string} said
   */
  know(said) {
    if (this.resting && said !== this.known) this.connect();
    this.known = said;
  }

  /** More is to come than it looked like. */
  wake() {
    if (this.resting) this.connect();
  }

  shown() {
    clearTimeout(this.hiding);
    if (document.hidden) this.hiding = setTimeout(() => this.disconnect(), HIDDEN_MS);
    else if (this.wanted && !this.stream && !this.resting) this.connect();
  }

  disconnect() {
    clearTimeout(this.retry);
    clearTimeout(this.quiet);
    this.stream?.close();
    this.stream = null;
  }

  /** Nothing is wanted any more, until it is opened again. */
  stop() {
    this.wanted = this.resting = false;
    this.disconnect();
    this.trouble(false);
  }

  close() {
    this.stop();
    clearTimeout(this.hiding);
    document.removeEventListener("visibilitychange", this.onShown);
  }
}
