// Links to other pages: real ones, for a new tab or to copy, which change the page without loading the app anew.

import { make } from "../shared/format.js";

const PAGES = [["latent", "Latent space"], ["arithmetic", "Arithmetic"], ["digits", "Digits"]];
const TRANSLATE = ["translate", "Translate"]; // first of what a model is opened in that reads pictures
const NO_CLASSES = "This model was trained without labels, so it cannot be asked for a class.";

/** A link to a page with its parameters; ``gallery`` is { root, ask }, whose ``ask`` changes with every rerun. */
export function link(gallery, page, query, attributes, ...children) {
  const search = new URLSearchParams(query).toString();
  const address = `${gallery.root}${page}${search ? `?${search}` : ""}`;
  const element = make("a", { href: address, target: "_self", ...attributes }, ...children);
  element.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    gallery.ask({ verb: "open", page, query });
  });
  return element;
}

/** The pages that a model can be opened in; what it cannot do is greyed out and says why. */
export function pageLinks(gallery, { id, title, name, conditional, translates }) {
  return make("div", { class: "gx-row gx-pages", role: "group", "aria-label": `Open ${name || title} in` },
    ...(translates ? [TRANSLATE, ...PAGES] : PAGES).map(([page, label]) => page !== "digits" || conditional
      ? link(gallery, page, { model: id }, { class: "gx-button" }, label)
      : make("span", { class: "gx-button gx-off", role: "link", "aria-disabled": "true", tabindex: 0, title: NO_CLASSES,
        "aria-label": `${label}: ${NO_CLASSES}` }, label)));
}
