// The live events of several runs over one line, and what has been told of each.

import { History } from "../shared/history.js";

const RETRY_MS = [1000, 2000, 4000, 8000];

export class Together {
  root; onNews; sources; failures;

  /** ``onNews(source, news)`` hears of every change; ``news`` is null where everything is told anew. */
  constructor(root, onNews) {
    Object.assign(this, { root, onNews, sources: new Map(), failures: 0 });
  }

  /** Follow these runs, and no others. */
  follow(ids) {
    const known = new Set(ids);
    for (const id of this.sources.keys()) if (!known.has(id)) this.sources.delete(id);
    for (const id of ids) if (!this.sources.has(id)) this.sources.set(id, blank(id));
    this.connect();
  }

  connect() {
    this.disconnect();
    const there = [...this.sources.values()].filter(({ gone }) => !gone);
    if (!there.length) return;
    const after = there.map(({ position }) => position ?? "").join();
    const query = new URLSearchParams({ runs: there.map(({ id }) => id).join(), after });
    const stream = new EventSource(`${this.root}api/events?${query}`);
    this.stream = stream;
    stream.onopen = () => (this.failures = 0);
    stream.onerror = () => { // the browser by itself would have everything told again
      this.disconnect();
      this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
      this.failures += 1;
    };
    for (const kind of ["all", "more", "deleted"]) stream.addEventListener(kind, (event) => this.take(kind, event));
  }

  take(kind, { lastEventId, data }) {
    const [id, position] = lastEventId.split("@");
    const source = this.sources.get(id);
    if (!source) return;
    source.position = position;
    const told = JSON.parse(data);
    source.told = true;
    if (kind === "deleted") source.gone = true;
    else if (kind === "all") {
      source.history = new History();
      source.history.load(told.columns);
      for (const name of ["measures", "events", "samples", "run", "status"]) source[name] = told[name];
    } else {
      for (const name of ["run", "status"]) if (told[name]) source[name] = told[name];
      for (const name of ["measures", "events", "samples"]) source[name].push(...(told[name] ?? []));
      if (told.rows) source.history.append(told.rows);
    }
    this.onNews(source, kind === "more" ? told : null);
  }

  disconnect() {
    clearTimeout(this.retry);
    this.stream?.close();
    this.stream = null;
  }

  close() {
    this.disconnect();
    this.sources.clear();
  }
}

/** A run of which nothing has been told yet. */
const blank = (id) => ({ id, position: null, told: false, gone: false, history: new History(), measures: [], events: [],
  samples: [], run: {}, status: {} });
