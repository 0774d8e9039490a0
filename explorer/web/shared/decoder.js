// What a page asks of a model: pictures of points while somebody drags, and everything else as JSON.

export class Refused extends Error {
  /** @type {number | undefined} */ status; // of the answer, where it was one of HTTP
}

/**
 * Ask the server something of a model; an answer that is no success throws its sentence.
 * @param {string} root
 * @param {string} model
 * @param {string} verb
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 */
export async function ask(root, model, verb, body, signal) {
  const options = body === undefined ? { signal } : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal,
  };
  const answer = await fetch(`${root}api/models/${encodeURIComponent(model)}${verb ? `/${verb}` : ""}`, options);
  if (!answer.ok) throw new Refused(await answer.text());
  return answer;
}

export const askJson = async (/** @type {Parameters<typeof ask>} */ ...wish) => (await ask(...wish)).json();

/**
 * Hear each newest line of an answer of many lines of JSON, as it comes.
 * @param {Response} answer
 * @param {(line: any) => void} hear
 */
export async function eachLine(answer, hear) {
  const reader = /** @type {ReadableStream<any>} */ (answer.body).pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length) hear(JSON.parse(lines[lines.length - 1]));
  }
}

/**
 * The pictures of an answer.
 * @param {Response} answer
 * @returns {Promise<Pictures>}
 */
export async function picturesOf(answer) {
  const [count, height, width, channels] = (answer.headers.get("x-shape") ?? "").split(",").map(Number);
  return { count, height, width, channels, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

/**
 * Pictures of points, or of what ``body`` asks for instead.
 * @param {string} root
 * @param {string} model
 * @param {unknown} points
 * @returns {Promise<Pictures>}
 */
export async function askPictures(root, model, points, verb = "pictures", body = /** @type {object} */ ({ points }), signal = /** @type {AbortSignal | undefined} */ (undefined)) {
  return picturesOf(await ask(root, model, verb, body, signal));
}

/**
 * The address of a file to download: png, gif or mp4.
 * @param {string} root
 * @param {string} model
 * @param {string} kind
 * @param {object} wish
 */
export function fileAddress(root, model, kind, wish) {
  return `${root}api/models/${encodeURIComponent(model)}/file/${kind}?ask=${encodeURIComponent(JSON.stringify(wish))}`;
}

/** @typedef {{ model: any, asking: (model: any) => Promise<any>, show: (found: any) => void, refused: () => void }} Wish */

/**
 * Decodes while somebody drags: one request is under way, and of all that was wished for meanwhile only the newest
 * follows, so that the picture always ends where the slider is.
 */
export class Decoder {
  /** @type {string} */ root;
  /** @type {(sentence: string) => void} */ onTrouble;
  /** @type {any} */ model;
  /** @type {boolean} */ busy;
  /** @type {Wish | null} */ next;
  /** @type {boolean} */ closed;

  /**
   * @param {string} root
   * @param {{ onTrouble?: (sentence: string) => void }} wishes ``onTrouble`` hears what goes wrong, "" where all is well again
   */
  constructor(root, { onTrouble = () => {} } = {}) {
    Object.assign(this, { root, onTrouble, model: null, busy: false, next: null, closed: false });
  }

  /**
   * Show the pictures of some points as soon as can be: ``show(pictures)`` is called for the newest wish only once, or
   * ``refused()`` where the server will not draw them.
   * @param {unknown} points
   * @param {(pictures: Pictures) => void} show
   */
  want(points, show, refused = () => {}) {
    this.wantOf((model) => askPictures(this.root, model, points), show, refused);
  }

  /**
   * The same of whatever ``asking(model)`` promises.
   * @param {(model: any) => Promise<any>} asking
   * @param {(found: any) => void} show
   */
  wantOf(asking, show, refused = () => {}) {
    this.next = { model: this.model, asking, show, refused };
    if (!this.busy) this.run();
  }

  async run() {
    this.busy = true;
    while (this.next && !this.closed) {
      const wish = this.next, { model, asking, show } = wish;
      this.next = null;
      try {
        const found = await asking(model);
        if (!this.closed && model === this.model) {
          show(found);
          this.onTrouble("");
        }
      } catch (error) {
        if (this.closed) break;
        this.onTrouble(error instanceof Refused ? error.message : "The server does not answer; trying again.");
        if (error instanceof Refused) {
          wish.refused();
          continue;
        }
        this.next ??= wish; // the line is broken: the last wish is kept
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    this.busy = false;
  }

  close() {
    this.closed = true;
  }
}
