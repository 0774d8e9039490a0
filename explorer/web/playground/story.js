// The counterfeiter and the police, told step by step beside the picture: each step lights up what it speaks of, and
// offers the button that shows it.

import { make, setText } from "../shared/format.js";

const COLLAPSE = { loss: "non-saturating", lr_g: 0.005, lr_d: 0.001, d_steps: 1, gradient_penalty: 0, r1: 0, clip: 0, smoothing: 0 };

/** ``look``: the layers that it speaks of (all where there are none); ``act``: [label, what the page is to do]. */
export const STORY = [
  { title: "Genuine notes", look: ["real"],
    text: "The bank issues genuine notes: the green dots. There is no formula for them. G and D learn from examples only.",
    act: ["Draw your own", { sketch: true }] },
  { title: "The counterfeiter", look: ["fake", "net"],
    text: "G is a counterfeiter. From random numbers z it prints fakes: the pink diamonds. The net shows how G bends the plane of z. "
      + "At first it knows nothing, and it never sees a genuine note.",
    act: ["Another beginning", { seed: true }] },
  { title: "The police learns", look: ["surface", "real", "fake"],
    text: "D is the police. It is shown genuine notes and fakes, told which is which, and draws its map: green where it takes points for "
      + "genuine, pink where it takes them for fakes, a blue line where it cannot tell. Only the map moves.",
    act: ["One D step", { action: "d" }], more: ["20 D steps", { action: "d", steps: 20 }] },
  { title: "The police explains", look: ["push", "surface", "fake"],
    text: "The police says in which direction a fake would look more genuine. This is the gradient of D's output, shown as arrows. "
      + "A long arrow is a large gradient; where D's map is flat, there is none.",
    act: ["One D step", { action: "d" }] },
  { title: "The counterfeiter improves", look: ["fake", "push"],
    text: "G changes its press a little so that its fakes move along the arrows, all with one and the same network. "
      + "Only the fakes move; the map stays.",
    act: ["One G step", { action: "g" }], more: ["5 G steps", { action: "g", steps: 5 }] },
  { title: "And so on, in turn", look: [],
    text: "The police catches up, the counterfeiter follows. In slow motion each turn is seen alone. Neither may be far ahead: "
      + "a D that knows nothing gives no useful gradient, and a D that is never wrong may give none.",
    act: ["Slow motion", { pace: "slow", play: true }], more: ["At full speed", { pace: "16", play: true }] },
  { title: "Who has won?", look: ["surface", "fake", "real"],
    text: "At the end the fakes lie where the notes lie, and the police can only guess: D says 0.5 everywhere there. "
      + "The losses do not tell that. Watch the distance and the modes covered instead.",
    act: ["Play on", { pace: "16", play: true }] },
  { title: "One note is enough?", look: ["fake", "real"],
    text: "A counterfeiter in a hurry: G learns five times as fast as D. It prints the one note that passes at the moment, "
      + "until the police knows it, then changes to the next. This is mode collapse. Beside it, with D the faster one, all modes are found.",
    act: ["Show the collapse and its cure", { settings: COLLAPSE, beside: { lr_g: 0.001, lr_d: 0.002 }, data: "ring", pace: "16", play: true }] },
  { title: "A police that is never wrong", look: ["push", "fake"],
    text: "Let the police train alone for 200 steps: it is never wrong any more. With the original minimax loss (A) the arrows "
      + "vanish where D is sure, and G does not learn. With the non-saturating loss (B) the same D gives long arrows.",
    act: ["Show both losses", { settings: { loss: "minimax", lr_d: 0.01 }, beside: { loss: "non-saturating" }, data: "ring", alone: 200 }],
    more: ["Play on", { pace: "1", play: true }] },
  { title: "Why not the mean error?", look: ["real", "fake"],
    text: "Now G is told x and draws y alone. For each x two answers are right. A learns with the squared error and predicts their mean, "
      + "which is never right. B learns from the police and draws one of the two. So a picture in place of a picture is sharp only with D.",
    act: ["Show both", { settings: { told: "x", adversarial: 0, error: 1 }, beside: { adversarial: 1, error: 0 }, data: "bands", pace: "16", play: true }] },
  { title: "Now you", look: [],
    text: "Change a loss, a rate or a network while it plays, put a second game beside it, draw your own notes. "
      + "All that is set is in the link, so you can send it to anybody.",
    act: ["To the settings", { open: "settings" }], more: ["Back to the beginning", { fresh: true }] },
];

/** Do on the page what a button of the story promises. */
export async function perform(act, page) {
  if (act.sketch) page.pick("drawing");
  if (act.seed) await page.newSeed();
  if (act.action) await page.step(act.action, act.steps);
  if (act.open) page.set({ story: null });
  if (act.fresh || act.settings) {
    const { rest } = page.rules;
    const { seed } = page.state.config;
    page.player.stop();
    page.set(act.fresh ? { config: rest, beside: null, pace: "4", story: 1, hide: [] }
      : { config: { ...rest, seed, data: act.data, ...act.settings }, beside: act.beside, pace: act.pace ?? page.state.pace });
    await page.restart();
  } else if (act.pace) page.set({ pace: act.pace });
  if (act.alone && page.ready) await page.step("d", act.alone);
  if (act.play && page.ready) page.player.start();
}

export class Story {
  previous; next; number;

  /** ``onStep(number)`` and ``onAct(what)`` hear of clicks. */
  constructor(onStep, onAct) {
    this.title = make("h2", {});
    this.text = make("p", { class: "gx-tale" });
    const button = (label, by) => {
      const made = make("button", { type: "button", class: "gx-button gx-small", "aria-label": by < 0 ? "Previous" : "Next" }, label);
      made.addEventListener("click", () => onStep(this.number + by));
      return made;
    };
    [this.previous, this.next] = [button("←", -1), button("→", 1)];
    this.place = make("span", { class: "gx-quiet" });
    this.acts = ["act", "more"].map((which) => {
      const made = make("button", { type: "button", class: `gx-button ${which === "act" ? "gx-strong" : ""}` });
      made.addEventListener("click", () => onAct(STORY[this.number - 1][which][1]));
      return made;
    });
    this.element = make("div", { class: "gx-story" }, this.title, this.text, make("div", { class: "gx-row gx-acts" }, ...this.acts),
      make("div", { class: "gx-row gx-turn" }, this.previous, this.place, this.next));
  }

  /** Show a step, counted from 1. */
  show(number) {
    this.number = Math.min(STORY.length, Math.max(1, number));
    const step = STORY[this.number - 1];
    setText(this.title, step.title);
    setText(this.text, step.text);
    setText(this.place, `${this.number} of ${STORY.length}`);
    this.previous.disabled = this.number === 1;
    this.next.disabled = this.number === STORY.length;
    ["act", "more"].forEach((which, at) => {
      this.acts[at].hidden = !step[which];
      if (step[which]) setText(this.acts[at], step[which][0]);
    });
  }
}

/** The layers that a step of the story lights up, or null where it speaks of all. */
export const lookOf = (number) => (number && STORY[number - 1]?.look.length ? STORY[number - 1].look : null);
