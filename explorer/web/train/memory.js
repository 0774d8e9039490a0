// How much memory a run with the form's settings takes: asked a moment after they were changed.

import { make, setText } from "../shared/format.js";
import { mounting } from "../shared/mounting.js";

const PAUSE_MS = 700; // after the last change, before it is asked

class Memory {
  root; line; asked; timer; closed = false;

  constructor(place, root) {
    this.root = root;
    this.line = make("p", { role: "status" });
    place.replaceChildren(this.line);
  }

  update({ data }) {
    const asked = data.settings && JSON.stringify({ settings: data.settings });
    if (asked === this.asked) return;
    this.asked = asked;
    clearTimeout(this.timer);
    this.tell("");
    if (asked) this.timer = setTimeout(() => this.ask(asked), PAUSE_MS);
  }

  async ask(asked) {
    this.tell("Memory: finding out how much these settings take …");
    let found = { fits: null, words: "" };
    try {
      const answer = await fetch(`${this.root}api/memory`,
        { method: "POST", headers: { "content-type": "application/json" }, body: asked });
      if (answer.ok) found = await answer.json();
    } catch {
      // the server is away, which the page says
    }
    if (!this.closed && asked === this.asked) this.tell(found.words && `Memory: ${found.words}`, found.fits === false);
  }

  tell(words, tooMuch = false) {
    setText(this.line, words);
    this.line.classList.toggle("gx-too-much", tooMuch);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

export const mount = mounting("memory", Memory);
