// The data of an entry: its recording, its pictures, the doctor's findings. Loaded once a page.

export class Recordings {
  root; found; said; strips;

  constructor(root) {
    Object.assign(this, { root, found: new Map(), said: new Map(), strips: new Map() });
  }

  /** The recording of an entry; rejects with the server's sentence where there is none. */
  recording(entry) {
    return this.once(this.found, entry, async () => (await this.ask(entry)).json());
  }

  /** What the doctor says, by twin, for each picture. */
  doctor(entry) {
    return this.once(this.said, entry, async () => (await this.ask(`${entry}/doctor`)).json());
  }

  /** A loaded image of an entry's pictures: ``sick``, ``cured`` or ``card``. */
  pictures(entry, which) {
    return this.once(this.strips, `${entry}/${which}`, async () => {
      const image = new Image();
      image.src = `${this.root}api/failures/${entry}/${which}.webp`;
      await image.decode();
      return image;
    });
  }

  async ask(path) {
    const answer = await fetch(`${this.root}api/failures/${path}`);
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }

  once(kept, key, load) {
    if (!kept.has(key)) {
      const loading = load();
      loading.catch(() => kept.delete(key)); // the next who asks tries again
      kept.set(key, loading);
    }
    return kept.get(key);
  }
}

/** Index of the last of rising steps that is not above a step; 0 where all are. */
export function lastAt(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}
