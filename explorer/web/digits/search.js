// The lecture's point: a model without classes is searched by brute force until what is wanted turns up, one with
// classes is asked. Both lanes are judged by the same classifier.

import { askJson, askPictures, Refused } from "../shared/decoder.js";
import { count, figure, make, setText } from "../shared/format.js";
import { BruteForce, Lane, shareOf, words } from "./lane.js";
import { Choice, atEnd, beside, button, head, newSeed, one, pointAt, several, term } from "./common.js";

export const GOALS = [1, 10];
const SURE = 0.5;

export class Search {
  agreement; reached;

  constructor(stage) {
    this.stage = stage;
    this.title = make("h2", {});
    this.goals = new Choice("How many to find", GOALS, (goal) => this.reset({ goal }));
    this.start = button("Search", () => this.toggle(), { class: "gx-button gx-strong gx-start" });
    this.rivals = make("select", { class: "gx-field", "aria-label": "Model without classes" });
    this.rivals.addEventListener("change", () => this.reset({ rival: this.rivals.value }));
    this.says = make("p", { class: "gx-search-says", role: "status" });
    this.why = make("p", { class: "gx-quiet" });
    this.blind = new Lane(["Without classes: draw until one turns up"], "drawn without classes");
    this.asked = new Lane(["With classes: ask"], "asked for");
    this.lanes = make("div", { class: "gx-lanes" }, this.blind.element, this.asked.element);
    this.element = make("section", {},
      head(this.title, beside("find", this.goals.element), this.start, atEnd(this.rivals)),
      this.why, this.lanes, this.says);
    this.force = new BruteForce(stage.root);
    this.shares = new Map();
    this.done = null; // what is on the lanes, as a text
  }

  /** The model that cannot be asked. */
  get rival() {
    const { classes, model, rivals, state } = this.stage;
    if (!classes.length) return model;
    return rivals.find(({ id }) => id === state.rival)?.id ?? rivals[0]?.id ?? null;
  }

  /** The class, whether or not a classifier knows it. */
  get word() {
    return this.stage.classes[this.stage.state.y] ?? this.wanted;
  }

  get wanted() {
    return this.stage.names[this.stage.state.y];
  }

  show() {
    const { classes, rivals, state, classified, names } = this.stage;
    const conditional = classes.length > 0;
    const wanted = this.wanted;
    const possible = classified && this.rival !== null && names.length > 0;
    this.goals.set(state.goal);
    this.lanes.classList.toggle("gx-alone", !conditional);
    this.asked.element.hidden = !conditional;
    this.blind.element.hidden = this.rival === null;
    setText(this.title, this.word === undefined ? "Search" : `Wanted: ${this.what}`);
    this.start.disabled = !possible && !conditional;
    this.rivals.hidden = !conditional || rivals.length < 2;
    const key = JSON.stringify(rivals);
    if (key !== this.rivalsKey) {
      this.rivalsKey = key;
      this.rivals.replaceChildren(...rivals.map(({ id, title }) => make("option", { value: id }, `${title} · ${id}`)));
    }
    if (this.rival) this.rivals.value = this.rival;
    setText(this.why, !classified ? "There is no classifier for these pictures, so matches cannot be counted."
      : this.rival === null ? "No model without classes has learnt these pictures here; train one to compare." : "");
    this.why.hidden = !this.why.textContent;
    this.asked.about.replaceChildren(this.stage.model, ": ", term("y"), ` = ${classes[state.y]} is given beside `,
      term("z"), ".");
    this.blind.about.replaceChildren(`${this.rival}: its only input is `, term("z"), ". The ", term("classifier"),
      " looks at every draw.");
    const wish = this.wish();
    if (wish !== this.done) {
      this.done = wish;
      this.force.stop();
      setText(this.start, this.rival && classified ? "Search" : "Ask");
      this.blind.clear(this.goal);
      this.asked.clear(this.goal);
      setText(this.says, "");
      delete this.element.dataset.shown;
      if (state.search !== null && state.draws !== null && this.word !== undefined) this.go(state.search, state.draws);
    }
    if (possible) this.expect(wanted);
    if (conditional && classified) this.expectAsked();
  }

  get goal() {
    return this.stage.state.goal;
  }

  /** What is wanted, in words. */
  get what() {
    if (this.stage.attributes) return `${this.goal === 1 ? "one" : "ten"} with “${this.wanted}”`;
    return this.goal === 1 ? one(this.word) : `ten ${several(this.word)}`;
  }

  /** What makes the lanes what they are; another is another search. */
  wish() {
    const { model, state } = this.stage;
    return JSON.stringify([model, this.rival, this.wanted, state.goal, state.search]);
  }

  reset(changes) {
    this.stage.set({ ...changes, search: null, draws: null });
  }

  async expect(wanted) {
    const { rival } = this;
    const key = JSON.stringify([rival, wanted]);
    if (key === this.expecting) return;
    this.expecting = key;
    const say = (text) => this.expecting === key && setText(this.blind.expected, text);
    if (!this.shares.has(key)) {
      say("counting what to expect…");
      try {
        this.shares.set(key, await shareOf(this.stage.root, rival, wanted));
      } catch (error) {
        this.expecting = null;
        setText(this.blind.expected, error instanceof Refused ? error.message : "The server does not answer.");
        return;
      }
    }
    const { matching, of } = this.shares.get(key);
    if (!matching) say(`none of ${count(of)} samples showed ${one(wanted)}: this may never end`);
    else {
      const p = `p = ${count(matching)} of ${count(of)} samples`;
      say(`expected: about ${figure(of / matching, 2)} for each: 1/p, with ${p}`);
    }
  }

  /** What to expect where one may ask: once and again G draws something else. */
  async expectAsked() {
    const { model, state, root } = this.stage;
    const key = JSON.stringify([model, state.y]);
    if (key === this.expectingAsked) return;
    this.expectingAsked = key;
    setText(this.asked.expected, "\u00a0");
    this.agreement ??= new Map();
    try {
      if (!this.agreement.has(model)) this.agreement.set(model, await askJson(root, model, "agreement"));
    } catch {
      this.expectingAsked = null; // the other lane says what is the matter
      return;
    }
    const { agrees, counts } = this.agreement.get(model);
    if (this.expectingAsked !== key || !counts[state.y]) return;
    const right = Math.round(agrees[state.y] * counts[state.y]);
    const samples = `${count(right)} of ${count(counts[state.y])} samples`;
    if (right) {
      const each = figure(counts[state.y] / right, 3);
      setText(this.asked.expected, `expected: about ${each} for each: as asked in ${samples}`);
    }
  }

  toggle() {
    if (this.force.running) {
      this.force.stop();
      setText(this.start, "Search again");
      const { draws, found } = this.reached;
      setText(this.says, `Stopped after ${words.draws(draws)}: ${found} found.`);
      this.mark(draws, found, false);
      this.stage.set({ draws }, "keep");
      return;
    }
    const search = newSeed();
    this.stage.state.search = search; // before it is shown, so that it is not taken for another search
    this.done = this.wish();
    this.stage.set({ search, draws: null });
    this.go(search);
  }

  /** Search from a seed; with ``upTo`` go where a link ended, without a pause. */
  async go(search, upTo = null) {
    const { goal, rival, wanted } = this;
    const done = this.done;
    this.reached = { draws: 0, found: 0 };
    this.blind.clear(goal);
    this.asked.clear(goal);
    delete this.element.dataset.shown;
    setText(this.says, "");
    this.stage.trouble("");
    const still = () => this.done === done && !this.closed;
    try {
      const asking = this.stage.classes.length ? this.ask(search, still) : null;
      if (!rival || !this.stage.classified) {
        await asking;
        if (still()) this.mark(goal, goal, true);
        return;
      }
      setText(this.start, "Stop");
      const onDraw = (drawn) => this.drawn(drawn);
      const running = this.force.run({ model: rival, seed: search, wanted, goal, upTo, onDraw });
      const [ended] = await Promise.all([running, asking]);
      if (!ended || !still()) return;
      setText(this.start, "Search again");
      const { draws, found } = ended;
      const stopped = `Stopped after ${words.draws(draws)}: ${found} found.`;
      setText(this.says, ended.done ? capital(this.conclusion(draws)) : stopped);
      this.mark(draws, found, ended.done);
      if (upTo === null) this.stage.set({ draws }, "keep");
    } catch (error) {
      if (!still()) return;
      this.force.stop();
      setText(this.start, "Search again");
      this.stage.trouble(error instanceof Refused ? error.message : "The server does not answer; search again.");
    }
  }

  drawn({ pictures, at, draws, found, isFound, seen }) {
    const { goal } = this;
    this.reached = { draws, found };
    if (isFound) this.blind.keep(pictures, at, `Draw ${draws}: ${seen}`);
    const verdict = isFound ? `found: ${name(seen)}` : isWord(seen) ? seen : `no: ${name(seen)}`;
    this.blind.showNow(pictures, at, verdict, isFound);
    setText(this.blind.draws, count(draws));
    setText(this.blind.counted, `${found} of ${goal} found`);
    this.blind.number = found;
  }

  mark(draws, found, done) {
    const { state } = this.stage;
    this.element.dataset.shown = JSON.stringify({ rival: this.rival, search: state.search, draws, found, done });
  }

  conclusion(draws) {
    const { goal, wanted, rival, what } = this;
    const known = this.shares.get(JSON.stringify([rival, wanted]));
    const about = known?.matching ? ` (expected: about ${figure((goal * known.of) / known.matching, 2)})` : "";
    return this.stage.classes.length
      ? `${what}: ${words.draws(draws)} by brute force${about}, ${words.draws(goal)} when asked.`
      : `${what} after ${words.draws(draws)}${about}. A model with classes needs about ${words.draws(goal)}.`;
  }

  /** The other lane: as many as are wanted, asked for at once. */
  async ask(search, still) {
    const { root, model, classes, state, classified } = this.stage;
    const { goal, wanted } = this;
    const points = Array.from({ length: goal }, (_, index) => pointAt(search, index, state.y));
    const [pictures, read] = await Promise.all([askPictures(root, model, points),
      classified ? askJson(root, model, "read", { points }) : { names: [], probabilities: [] }]);
    if (!still()) return;
    for (let at = 0; at < goal; at += 1) {
      this.asked.keep(pictures, at, `Asked for class ${classes[state.y]}, sample ${at + 1}`);
    }
    const column = read.names.indexOf(wanted);
    const agreed = read.probabilities.filter((row) => row[column] > SURE).length;
    setText(this.asked.draws, count(goal));
    this.asked.showNow(pictures, 0, `asked for ${name(this.word)}`, true);
    setText(this.asked.counted, column >= 0 ? `the classifier agrees with ${agreed} of ${goal}` : `${goal} asked for`);
  }

  leave(keep) {
    if (keep && this.force.running) this.toggle();
    this.force.stop();
    if (this.start.textContent === "Stop") setText(this.start, "Search again");
  }

  close() {
    this.closed = true;
    this.force.stop();
  }
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const isWord = (seen) => seen === "unclear" || seen.startsWith("no "); // no class's name
const name = (seen) => (isWord(seen) ? seen : one(seen));
