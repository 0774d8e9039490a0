// All runs in a few words each, asked for every two seconds while the page can be seen: once for all parts of a page.

const EVERY_MS = 2000;
const ENDED = new Set(["stopped", "finished", "failed", "lost"]);
/** @type {Set<{ root: string, hear: (runs: any[]) => void }>} */
const hearers = new Set();
/** @type {any[] | null} */
let list = null;
/** @type {string | null} */
let tag = null;
/** @type {number | undefined} */
let timer;
let asking = false;

/** Whether a run in that state does nothing until somebody resumes it. */
export const hasEnded = (/** @type {string} */ state) => ENDED.has(state);

/**
 * Have ``hear(runs)`` told of all runs at once, where they are known, and whenever they change; returns how to stop it.
 * @param {string} root
 * @param {(runs: any[]) => void} hear
 */
export function hearOfRuns(root, hear) {
  const hearer = { root, hear };
  if (!hearers.size) document.addEventListener("visibilitychange", look);
  hearers.add(hearer);
  if (list) hear(list);
  look();
  return () => {
    hearers.delete(hearer);
    if (hearers.size) return;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    list = tag = null; // of another time, when somebody asks again
  };
}

async function look() {
  clearTimeout(timer);
  const [first] = hearers;
  if (!first || document.hidden || asking) return;
  asking = true;
  try {
    const answer = await fetch(`${first.root}api/runs`, { headers: tag ? { "if-none-match": tag } : {} });
    if (answer.ok) {
      tag = answer.headers.get("etag");
      const runs = await answer.json();
      list = runs;
      for (const { hear } of [...hearers]) hear(runs);
    }
  } catch {
    // the server is away; all stays as it is until it comes back
  }
  asking = false;
  if (hearers.size) timer = setTimeout(look, EVERY_MS);
}
