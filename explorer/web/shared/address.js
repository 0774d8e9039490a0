// What is set on a page lies in its URL, so that a link shows the same again, Back works, and a page left and entered
// again in the same tab is as it was. The model is chosen by the page's own picker; all other parameters are set here.

const MODEL = "model";

export class Address {
  /** @type {string} */ page;
  /** @type {string[]} */ names;
  /** @type {(texts: any) => void} */ onBack;
  /** @type {string | null} */ model;

  /**
   * ``names``: the page's own parameters; ``onBack(values)`` is called when somebody goes back or forward.
   * @param {string} page
   * @param {string[]} names
   * @param {(texts: any) => void} onBack
   */
  constructor(page, names, onBack) {
    Object.assign(this, { page, names, onBack, model: null });
    this.listener = () => onBack(this.read());
    window.addEventListener("popstate", this.listener);
  }

  /**
   * The page's parameters as texts; those that are not there are missing.
   * @returns {any} texts by name
   */
  read() {
    const all = new URLSearchParams(window.location.search);
    /** @type {Record<string, any>} */
    const found = {};
    for (const name of this.names) if (all.has(name)) found[name] = all.get(name) ?? "";
    return found;
  }

  /** The model that the URL names, or null. */
  get modelInUrl() {
    return new URLSearchParams(window.location.search).get(MODEL);
  }

  /**
   * What to start with: the URL's parameters, or, where it has none, those that this tab left the page with.
   * @param {string | null} model
   * @returns {any} texts by name
   */
  start(model) {
    this.model = model;
    const given = [null, model].includes(this.modelInUrl) ? this.read() : {}; // not those of a model that was left
    if (Object.keys(given).length) return given;
    let kept = {};
    try {
      kept = JSON.parse(window.sessionStorage.getItem(this.key) ?? "{}");
    } catch { /* a browser that keeps nothing, or something foreign under our name */ }
    if (Object.keys(kept).length) this.write(kept, "replaceState");
    return kept;
  }

  /**
   * Set the page's parameters, texts by name; a step that Back undoes.
   * @param {Record<string, any>} values
   */
  push(values) {
    this.write(values, "pushState");
  }

  /**
   * The same without a step of its own.
   * @param {Record<string, any>} values
   */
  replace(values) {
    this.write(values, "replaceState");
  }

  /** @type {(values: Record<string, any>, how: "pushState" | "replaceState") => void} */
  write(values, how) {
    const all = new URLSearchParams(window.location.search);
    if (this.model) all.set(MODEL, this.model);
    for (const name of this.names) {
      if (values[name] === undefined || values[name] === null || values[name] === "") all.delete(name);
      else all.set(name, values[name]);
    }
    const search = all.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7C", "|").replaceAll("%7E", "~");
    if (`?${search}` !== window.location.search) window.history[how](window.history.state, "", `?${search}`);
    try {
      window.sessionStorage.setItem(this.key, JSON.stringify(values));
    } catch { /* nothing is kept, then */ }
  }

  get key() {
    return `gan-explorer:${this.page}:${this.model}`;
  }

  close() {
    window.removeEventListener("popstate", this.listener);
  }
}

/**
 * Go to another address of the app without loading it anew: Streamlit takes it for a step in the history.
 * @param {string} address
 */
export function visit(address) {
  window.history.pushState(null, "", address);
  window.dispatchEvent(new PopStateEvent("popstate", { state: null }));
}
