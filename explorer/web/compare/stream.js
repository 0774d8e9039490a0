// The live events of several runs over one connection, and the latest of each.

import { hasEnded } from "../shared/all_runs.js";
import { History } from "../shared/history.js";
import { Line } from "../shared/line.js";

export class Together {
  root; onNews; sources; failures;

  /** ``onNews(source, news)`` hears of every change; ``news`` is null where everything is told anew. */
  constructor(root, onNews) {
    Object.assign(this, { root, onNews, sources: new Map() });
    this.line = new Line({
      address: () => this.address(),
      hear: (kind, event) => this.take(kind, event),
      ended: () => this.there.every(({ told, status }) => told && hasEnded(status.state)),
    });
  }

  /** Follow these runs, and no others. */
  follow(ids) {
    const known = new Set(ids);
    for (const id of this.sources.keys()) if (!known.has(id)) this.sources.delete(id);
    for (const id of ids) if (!this.sources.has(id)) this.sources.set(id, blank(id));
    if (this.there.length) this.line.open();
    else this.line.stop();
  }

  get there() {
    return [...this.sources.values()].filter(({ gone }) => !gone);
  }

  address() {
    const after = this.there.map(({ position }) => position ?? "").join();
    return `${this.root}api/events?${new URLSearchParams({ runs: this.there.map(({ id }) => id).join(), after })}`;
  }

  /** What the list of all runs says. */
  know(runs) {
    this.line.know(JSON.stringify(this.there.map((source) => runs.find(({ id }) => id === source.id) ?? null)));
  }

  take(kind, { lastEventId, data }) {
    const [id, position] = lastEventId.split("@");
    const source = this.sources.get(id);
    if (!source) return;
    source.position = position;
    const told = JSON.parse(data);
    source.told = true;
    if (kind === "deleted") {
      source.gone = true;
      if (!this.there.length) this.line.stop();
    } else if (kind === "all") {
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

  close() {
    this.line.close();
    this.sources.clear();
  }
}

/** A run of which nothing has been told yet. */
const blank = (id) => ({ id, position: null, told: false, gone: false, history: new History(), measures: [], events: [],
  samples: [], run: {}, status: {} });
