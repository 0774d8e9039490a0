// What a person asked for reaches the page, whatever else happens to it at that moment.

const LOOK_MS = 200;
const QUIET = 3; // looks at a page that does not run, before it is asked again
const LATE_MS = 30_000; // asked for longer ago, it is not meant any more

/**
 * Tells the page a widget's wishes, each again until the page has heard.
 *
 * A page's run may be cut short by the next one before it came to this widget. Streamlit then calls nobody back, and what
 * was told with the run is gone. So each wish has an id, the page says which it heard (``data.heard``), and a page that has
 * come to rest without having heard is told once more. Hearing one twice does nothing: see assets.py.
 */
export class Telling {
  /** @type {Component["setTriggerValue"]} */ send;
  /** @type {number | null} */ timer = null;

  constructor() {
    /** @type {Map<string, { id: string, value: unknown, at: number }>} */
    this.waiting = new Map(); // by name
    this.quiet = 0;
  }

  /**
   * What Streamlit calls a widget with: which wishes were heard, and how to tell.
   * @param {Component} component
   */
  listen({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    for (const [name, { id }] of this.waiting) if (data.heard?.[name] === id) this.waiting.delete(name);
    if (!this.waiting.size) this.close();
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  tell(name, value) {
    const wish = { id: `${Date.now()}-${Math.random().toString(36).slice(2)}`, value };
    this.waiting.set(name, { ...wish, at: Date.now() });
    this.quiet = 0;
    this.send(name, wish);
    this.timer ??= setInterval(() => this.look(), LOOK_MS);
  }

  look() {
    this.quiet = atRest() ? this.quiet + 1 : 0;
    if (this.quiet < QUIET) return;
    this.quiet = 0;
    for (const [name, { id, value, at }] of this.waiting) {
      if (Date.now() - at > LATE_MS) this.waiting.delete(name);
      else this.send(name, { id, value });
    }
    if (!this.waiting.size) this.close();
  }

  close() {
    clearInterval(this.timer ?? undefined);
    this.timer = null;
  }
}

/** Whether the page's script has come to its end, as Streamlit marks it for tests of pages. */
function atRest() {
  const state = document.querySelector("[data-test-script-state]")?.getAttribute("data-test-script-state");
  return state !== "running" && state !== "rerunRequested";
}
