// What the views of the Digits page share: words, points, choices and links.

import { visit } from "../shared/address.js";
import { fileAddress } from "../shared/decoder.js";
import { make, setText } from "../shared/format.js";

export const TERMS = {
  z: "The latent vector: the random numbers that a picture is made from. For a digit they determine the handwriting.",
  y: "The class that the generator is asked for, given to it beside z.",
  unconditional: "It was trained without classes: its only input is z, so no class can be chosen.",
  classifier: "A network that was trained to classify real pictures. It classifies the generated ones, and can be wrong.",
};

export const term = (name, text = name) => make("abbr", { title: TERMS[name], tabindex: 0 }, text);

/** Class names of one character each can be typed. */
export const isTypeable = (classes) => classes.length > 0 && classes.every((name) => [...name].length === 1);

/** "a 7", "an 8", or the name of a class of things. */
export function one(name) {
  if (!/^[0-9]$/.test(name)) return `“${name}”`;
  return `${name === "8" ? "an" : "a"} ${name}`;
}

/** "7s", or the name of a class of things. */
export const several = (name) => (/^[0-9]$/.test(name) ? `${name}s` : `“${name}”`);

export const sample = (seed, index) => [[`${seed}.${index}`, 1]];

/** Sample ``index`` of a seed as one class; null for a model without classes. */
export const pointAt = (seed, index, y) => (y === null ? { z: sample(seed, index) } : { z: sample(seed, index), y });

/** The weights of a mixture: all of class ``from`` at 0, all of ``to`` at 1. */
export function mixture(classes, from, to, t) {
  const weights = new Array(classes).fill(0);
  weights[from] += Number((1 - t).toFixed(4));
  weights[to] += Number(t.toFixed(4));
  return weights;
}

export const newSeed = () => Math.floor(Math.random() * 1_000_000);

// Parts that stand side by side

export const beside = (...parts) => make("span", { class: "gx-row" }, ...parts);
export const atEnd = (...parts) => make("span", { class: "gx-row gx-end" }, ...parts);
export const head = (...parts) => make("div", { class: "gx-row gx-head" }, ...parts);
export const foot = (...parts) => make("div", { class: "gx-row gx-foot" }, ...parts);

/** A place for a picture, grey until it is drawn. */
export const emptyPicture = (attributes = {}) =>
  make("canvas", { class: "gx-picture", width: 28, height: 28, ...attributes });

/** A few choices, one of which is set. */
export class Choice {
  constructor(label, options, onChoose, words = String) {
    this.buttons = new Map();
    this.element = make("div", { class: "gx-choice", role: "group", "aria-label": label });
    for (const option of options) {
      const made = button(words(option), () => onChoose(option));
      this.buttons.set(option, made);
      this.element.append(made);
    }
  }

  set(value) {
    for (const [option, made] of this.buttons) made.setAttribute("aria-pressed", String(option === value));
  }
}

export function button(text, onClick, attributes = {}) {
  const made = make("button", { type: "button", class: "gx-button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** A seed that can be read, set and drawn anew. */
export class Seed {
  constructor(onChange) {
    this.field = make("input", { class: "gx-field gx-seed", type: "number", min: 0, max: 9_999_999, step: 1,
      "aria-label": "Seed", title: "The same seed gives the same pictures again." });
    this.field.addEventListener("change", () => {
      const value = Math.round(Number(this.field.value));
      if (Number.isFinite(value) && value >= 0 && value <= 9_999_999) onChange(value);
      else this.field.value = this.shown;
    });
    this.element = make("span", { class: "gx-row gx-seeds" },
      button("New seed", () => onChange(newSeed()), { class: "gx-button gx-strong gx-new-seed" }),
      make("label", { class: "gx-labelled" }, "seed", this.field));
  }

  set(seed) {
    this.shown = seed;
    if (document.activeElement !== this.field || Number(this.field.value) !== seed) this.field.value = seed;
  }
}

/** Links that download: ``wishes`` is a list of [words, kind, wish, name of the file without its ending]. */
export class Downloads {
  constructor(label) {
    this.element = make("span", { class: "gx-downloads gx-row", role: "group", "aria-label": label },
      make("span", { class: "gx-quiet" }, label));
    this.links = [];
  }

  set(root, model, wishes) {
    while (this.links.length > wishes.length) this.links.pop().remove();
    while (this.links.length < wishes.length) {
      this.links.push(make("a", { class: "gx-button" }));
      this.element.append(this.links[this.links.length - 1]);
    }
    wishes.forEach(([words, kind, wish, name], at) => {
      setText(this.links[at], words);
      this.links[at].setAttribute("href", fileAddress(root, model, kind, wish));
      this.links[at].setAttribute("download", `${name}.${kind}`);
    });
  }
}

/** The address of a point on the page of the latent space. */
export function latentAddress(root, model, seed, index, y) {
  const asked = new URLSearchParams({ model, z: `${seed}.${index}` });
  if (y !== null) asked.set("y", y);
  return `${root}latent?${asked}`;
}

/** A link to another page of the app that does not load the app anew. */
export function link(words, address, attributes = {}) {
  const made = make("a", { class: "gx-button", ...attributes }, ...[words].flat());
  if (address) made.setAttribute("href", address);
  made.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !made.href) return;
    event.preventDefault();
    visit(made.href);
  });
  return made;
}

/** As many pixels downwards as are left on the screen for something that begins at ``element``. */
export function roomBelow(place, element, least = 240) {
  const inside = element.getBoundingClientRect().top - place.getBoundingClientRect().top;
  return Math.max(least, window.innerHeight - ABOVE - inside - BELOW);
}

const ABOVE = 152; // the app's own bar, the page's title and the choice of a model
const BELOW = 24;
