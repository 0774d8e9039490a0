// A small button with a tooltip.

import { make } from "./format.js";

export function smallButton(text, about, onClick, attributes = {}) {
  const made = make("button", { type: "button", class: "gx-button gx-small", title: about, ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}
