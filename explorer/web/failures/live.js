// Both twins trained now: the button that starts them, or links to the runs that it started.

import { make } from "../shared/format.js";
import { visit } from "../shared/address.js";

export function liveLinks(page, entry, runs) {
  if (entry.plane) return [link(page, "playground", entry.plane, "Watch live in the playground")];
  if (runs) {
    return [make("span", { class: "gx-quiet" }, "Live:"), link(page, "train", { run: runs.sick }, "Sick run"),
      link(page, "train", { run: runs.cured }, "Cured run"),
      link(page, "compare", { runs: `${runs.sick},${runs.cured}` }, "Compare both")];
  }
  const button = make("button", { type: "button", class: "gx-button",
    title: "Trains both on this computer, one after the other, each less than two minutes on two processor cores" }, "Watch live");
  button.addEventListener("click", () => {
    button.disabled = true;
    page.ask({ verb: "live", entry: entry.id });
  });
  return [button];
}

function link(page, where, query, label) {
  const address = `${page.root}${where}?${new URLSearchParams(query)}`;
  const element = make("a", { class: "gx-button", href: address, target: "_self" }, label);
  element.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    visit(address);
  });
  return element;
}
