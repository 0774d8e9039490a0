// Beside the picture, after a change: D's output for it, and the nearest training pictures.

import { askJson, askPictures, Refused } from "../shared/decoder.js";
import { fixed, make, percent, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";

const SETTLE_MS = 250;
const NEAREST = 4;
const ABOUT = {
  probability: "The discriminator's probability that this is a real picture. 50 % means that it cannot tell.",
  score: "The discriminator's score: higher is more like a training picture. It has no unit, so it is shown beside those of the other seven.",
  nearest: "The training pictures with the smallest root mean square difference of the pixels (the number below, 0 to 255), and what D says of each.",
};

/** A probability in percent; small ones keep a digit that tells them from none. */
const share = (value) => (value > 0 && value < 0.0095 ? `${(100 * value).toFixed(value < 0.00095 ? 2 : 1)} %` : percent(value));

export class Beside {
  constructor(root, onPrepare) {
    this.root = root;
    this.says = make("b", { class: "gx-says" }, "–");
    this.term = make("abbr", { tabindex: 0, title: ABOUT.probability }, "D says");
    this.scale = make("div", { class: "gx-scale", "aria-hidden": "true" });
    this.legend = make("p", { class: "gx-quiet gx-legend" }, "\u00a0");
    this.tiles = Array.from({ length: NEAREST }, () => {
      const canvas = make("canvas", { class: "gx-picture", width: 28, height: 28, role: "img", "aria-label": "Not known yet" });
      const words = make("span", {}, "\u00a0");
      const says = make("span", { class: "gx-d" }, "\u00a0");
      return { canvas, words, says, element: make("figure", {}, canvas, make("figcaption", {}, words, says)) };
    });
    this.verdict = make("p", { class: "gx-verdict" }, "\u00a0");
    this.prepare = make("button", { type: "button", class: "gx-button gx-small", hidden: "" });
    this.prepare.addEventListener("click", () => {
      this.prepare.disabled = true;
      setText(this.verdict, "Being prepared; the progress is shown above.");
      onPrepare();
    });
    this.judged = make("div", { class: "gx-opinion" }, make("h2", {}, this.term, " ", this.says), this.scale, this.legend);
    this.element = make("section", { class: "gx-beside" },
      this.judged,
      make("div", { class: "gx-nearest" },
        make("h2", {}, make("abbr", { tabindex: 0, title: ABOUT.nearest }, "Nearest training pictures")),
        make("div", { class: "gx-near-row" }, ...this.tiles.map(({ element }) => element)),
        make("div", { class: "gx-row gx-line" }, this.verdict, this.prepare)));
  }

  /** Look at the current one of some points, as soon as nothing changes any more. */
  look(model, points, at, data) {
    this.probability = data.probability;
    const key = JSON.stringify([model, points, at, data.prepared]);
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (data.unjudged) this.without(data.unjudged);
      else this.opinion(model, points, at, key);
      this.nearest(model, points[at], data, key);
    }, SETTLE_MS);
  }

  /** There is no opinion, and why. */
  without(sentence) {
    setText(this.says, "–");
    this.scale.replaceChildren();
    setText(this.legend, sentence);
  }

  async opinion(model, points, at, key) {
    try {
      const { kind, scores } = await askJson(this.root, model, "opinion", { points });
      if (key !== this.key) return;
      const sure = kind === "probability";
      const [low, high] = sure ? [0, 1] : [Math.min(...scores), Math.max(...scores)];
      const place = (score) => `${high > low ? (100 * (score - low)) / (high - low) : 50}%`;
      this.term.title = ABOUT[kind] ?? `The discriminator's ${kind}. It is shown beside those of the other seven.`;
      setText(this.says, sure ? `${share(scores[at])} real` : fixed(scores[at], 2));
      this.scale.replaceChildren(...scores.map((score, number) => {
        const tick = make("i", number === at ? { class: "gx-this" } : {});
        tick.style.left = place(score);
        return tick;
      }));
      if (sure) {
        const bar = make("span", {});
        bar.style.width = place(scores[at]);
        this.scale.prepend(bar);
      }
      this.legend.replaceChildren(make("span", {}, sure ? "0 %: fake" : `lowest ${fixed(low, 2)}`),
        make("span", {}, "thin marks: the other seven"), make("span", {}, sure ? "100 %: real" : `highest ${fixed(high, 2)}`));
    } catch (error) {
      if (key !== this.key) return;
      this.without(error instanceof Refused ? error.message : "The server does not answer.");
    }
  }

  async nearest(model, point, data, key) {
    try {
      const { prepared, results } = await askJson(this.root, model, "nearest", { points: [point], count: NEAREST });
      if (key !== this.key) return;
      this.prepare.hidden = prepared;
      if (!prepared) {
        this.prepare.disabled = false;
        setText(this.prepare, `Prepare ${data.data}`);
        setText(this.verdict, "They are not on this computer yet.");
        return;
      }
      const { neighbours, nearer_than: nearer } = results[0];
      const wish = { indices: neighbours.map(({ index }) => index) };
      const pictures = await askPictures(this.root, model, [], "training", wish);
      if (key !== this.key) return;
      this.tiles.forEach(({ canvas, words, says }, at) => {
        const one = neighbours[at];
        if (!one) return;
        draw(canvas, pictures, at);
        const label = one.label ? `, ${one.label}` : "";
        canvas.setAttribute("aria-label", `Training picture ${one.index}${label}, distance ${one.distance.toFixed(1)}`);
        canvas.title = `Training picture ${one.index}${label}`;
        setText(words, one.distance.toFixed(1));
        setText(says, one.score === null ? "" : `D: ${this.probability ? share(one.score) : fixed(one.score, 2)}`);
      });
      setText(this.verdict, neighbours[0].distance === 0 ? "This is a training picture, pixel by pixel." : nearer === null
        ? "There is no test set to compare these distances with."
        : `Nearer to a training picture than ${percent(nearer)} of test pictures are${nearer > 0.995 ? ": perhaps a copy." : "."}`);
    } catch (error) {
      if (key === this.key) setText(this.verdict, error instanceof Refused ? error.message : "The server does not answer.");
    }
  }

  close() {
    clearTimeout(this.settling);
    this.key = null;
  }
}
