// A small button with a tooltip.

import { make } from "./format.js";

/**
 * @param {string} text
 * @param {string | null} about its tooltip
 * @param {(event: MouseEvent) => void} onClick
 * @param {Record<string, any>} attributes further ones
 */
export function smallButton(text, about, onClick, attributes = {}) {
  const made = make("button", { type: "button", class: "gx-button gx-small", title: about, ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}
