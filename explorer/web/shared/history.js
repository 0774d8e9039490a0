// The curves of one run: every point ever logged, in typed arrays, and the few that a chart needs to draw.

// The columns of every run; those of its series come after them, in the order in which the stream tells them.
const EXACT = ["step", "images_seen", "seconds"];
const NOTHING = new Float64Array(0);

/** @type {(text: string, exact: boolean) => Float32Array | Float64Array} */
function decode(text, exact) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return exact ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

export class History {
  constructor() {
    this.length = 0;
    this.names = EXACT;
    /** @type {Record<string, Float64Array>} */
    this.columns = Object.fromEntries(EXACT.map((name) => [name, new Float64Array(256)]));
    /** @type {Record<string, { length: number, is: boolean }>} */
    this.positive = {}; // by column: whether it is so far, and how far that was looked at
    this.smooth = new Map(); // by column: the smoothed values, and where the smoothing stands
  }

  /** @param {Record<string, string>} columns their bytes in base64; rows that follow have the same order */
  load(columns) {
    this.length = 0;
    this.positive = {};
    this.smooth.clear();
    this.names = Object.keys(columns);
    this.columns = {};
    for (const name of this.names) {
      const values = decode(columns[name], EXACT.includes(name));
      this.columns[name] = new Float64Array(Math.max(256, values.length * 1.5));
      this.columns[name].set(values);
      this.length = values.length;
    }
  }

  /** @param {(number | null)[][]} rows in the order of the columns that were loaded */
  append(rows) {
    if (this.length + rows.length > this.columns.step.length) {
      for (const name of this.names) {
        const larger = new Float64Array(2 * (this.length + rows.length));
        larger.set(this.columns[name].subarray(0, this.length));
        this.columns[name] = larger;
      }
    }
    for (const row of rows) {
      for (let column = 0; column < this.names.length; column += 1) {
        this.columns[this.names[column]][this.length] = row[column] ?? NaN;
      }
      this.length += 1;
    }
  }

  /**
   * All values of a column; none where the run has no such series.
   * @param {string} name
   */
  values(name) {
    return this.columns[name]?.subarray(0, this.length) ?? NOTHING;
  }

  /**
   * A moving average in which the start does not pull towards zero; worked on only for points that are new.
   * @param {string} name
   * @param {number} decay
   */
  smoothed(name, decay) {
    if (!this.columns[name]) return NOTHING;
    let state = this.smooth.get(name);
    if (!state || state.decay !== decay || state.values.length < this.length) {
      const fresh = { decay, done: 0, sum: 0, weight: 0, values: new Float64Array(this.columns.step.length) };
      if (state?.decay === decay) {
        fresh.values.set(state.values.subarray(0, state.done));
        Object.assign(fresh, { done: state.done, sum: state.sum, weight: state.weight });
      }
      this.smooth.set(name, (state = fresh));
    }
    const values = this.columns[name];
    for (; state.done < this.length; state.done += 1) {
      const value = values[state.done];
      if (Number.isNaN(value)) {
        state.values[state.done] = NaN;
        continue;
      }
      state.sum = decay * state.sum + (1 - decay) * value;
      state.weight = decay * state.weight + (1 - decay);
      state.values[state.done] = state.sum / state.weight;
    }
    return state.values.subarray(0, this.length);
  }

  /**
   * The mean of the last twentieth of a column, of 20 to 500 points; NaN where there is nothing.
   * @param {string} name
   */
  recent(name) {
    const span = Math.min(500, Math.max(20, Math.ceil(this.length / 20)));
    let sum = 0;
    let found = 0;
    for (const value of this.values(name).subarray(Math.max(0, this.length - span))) {
      if (!Number.isNaN(value)) {
        sum += value;
        found += 1;
      }
    }
    return found ? sum / found : NaN;
  }

  /**
   * Images seen at a step, which the rows of events do not tell.
   * @param {number} step
   */
  imagesAt(step) {
    const index = this.indexAt("step", step);
    return index < 0 ? 0 : this.columns.images_seen[index];
  }

  /**
   * Whether a log scale can show all values of a column; looks only at points that are new.
   * @param {string} name
   */
  isPositive(name) {
    const known = this.positive[name] ?? { length: 0, is: true };
    const values = this.values(name);
    for (; known.length < values.length && known.is; known.length += 1) known.is = !(values[known.length] <= 0);
    this.positive[name] = known;
    return known.is;
  }

  /**
   * Where a value in rising values of a column is first reached: the index of a row, or -1 where there is none.
   * @param {string} name
   * @param {number} value
   */
  indexAt(name, value) {
    return Math.min(firstAtLeast(this.values(name), value), this.length - 1);
  }

  /** @param {string} name */
  last(name) {
    return this.length ? this.columns[name]?.[this.length - 1] ?? NaN : NaN;
  }
}

/**
 * Index of the first value that is not below a limit, in rising values.
 * @param {Float64Array} values
 * @param {number} limit
 */
function firstAtLeast(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The points to draw: all where they are few, else the least and the greatest of each bucket, so that no peak is lost.
 * A bucket holds a power of two of points counted from the run's start: buckets that are full never change again, and
 * the curve does not shimmer as it grows.
 * @param {Float64Array} xs rising
 * @param {Float64Array} ys
 * @param {number[] | null} range of the xs that are seen; null: all
 * @param {number} buckets
 */
export function thin(xs, ys, range, buckets) {
  const from = range ? Math.max(0, firstAtLeast(xs, range[0]) - 1) : 0;
  const to = range ? Math.min(xs.length, firstAtLeast(xs, range[1]) + 2) : xs.length;
  if (to - from <= 2 * buckets) return { x: Array.from(xs.subarray(from, to)), y: Array.from(ys.subarray(from, to)) };
  let size = 4;
  while ((to - from) / size > buckets) size *= 2;
  const x = [];
  const y = [];
  for (let start = Math.floor(from / size) * size; start < to; start += size) {
    let least = -1;
    let most = -1;
    const end = Math.min(start + size, to);
    for (let index = start; index < end; index += 1) {
      const value = ys[index];
      if (Number.isNaN(value)) continue;
      if (least < 0 || value < ys[least]) least = index;
      if (most < 0 || value > ys[most]) most = index;
    }
    if (least < 0) {
      x.push(xs[start]);
      y.push(NaN); // a gap stays a gap
      continue;
    }
    const [first, second] = least < most ? [least, most] : [most, least];
    x.push(xs[first]);
    y.push(ys[first]);
    if (second !== first) {
      x.push(xs[second]);
      y.push(ys[second]);
    }
  }
  if (x.length && xs[to - 1] > x[x.length - 1]) { // the curve ends where the run stands
    x.push(xs[to - 1]);
    y.push(ys[to - 1]);
  }
  return { x, y };
}
