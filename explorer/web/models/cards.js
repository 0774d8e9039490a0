// One card a model: ten of its pictures, what it is, the pages it opens in, how good it is, and how it was made.

import { Contact, enlarged } from "./contact.js";
import { make, setText } from "../shared/format.js";
import { pageLinks } from "./links.js";

const TIMES = 4; // by which a grid is enlarged for a download

export class ModelCards {
  page; cards; pending;

  constructor(page) {
    Object.assign(this, { page, cards: new Map(), pending: new Map() });
    this.list = make("div", { class: "gx-cards" });
    this.element = make("section", { "aria-label": "Models", class: "gx-models" }, make("h2", {}, "Explore a model"), this.list);
  }

  show(models) {
    keep(this.cards, models, ({ id }) => id, (model) => card(this.page, model));
    this.arrange();
  }

  showPublications(publications) {
    keep(this.pending, publications, ({ name, state }) => `${name} ${state}`, (one) => pendingCard(this.page, one),
      (element, one) => element.tell(one));
    this.arrange();
  }

  /** Put every card in its place, and touch none that is there already. */
  arrange() {
    const wanted = [...this.cards.values(), ...this.pending.values()].map(({ element }) => element);
    wanted.forEach((element, index) => {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
    while (this.list.children.length > wanted.length) this.list.lastElementChild.remove();
    this.element.hidden = !wanted.length;
  }
}

/** Make, change or drop the entries of a map so that it follows a list; what has not changed stays as it is. */
function keep(known, list, idOf, build, tell = /** @type {((element: any, one: any) => void) | null} */ (null)) {
  const before = new Map(known);
  known.clear();
  for (const one of list) {
    const id = idOf(one), key = JSON.stringify(one), old = before.get(id);
    if (old && tell) tell(old.element, one);
    known.set(id, old && (tell || old.key === key) ? old : { key, element: build(one) });
  }
}

function card(page, model) {
  const { root } = page, { id, title } = model;
  const address = `${root}api/models/${id}/preview`;
  const contact = new Contact(`Ten samples of ${title}`);
  contact.fromGrid(address, model.size, model).catch(() => contact.element.classList.add("gx-none"));
  const own = model.ships ? null : make("div", { class: "gx-row gx-own" },
    button("Rename", () => page.ask({ verb: "rename", id })), button("Delete", () => page.ask({ verb: "delete", id })));
  return make("article", { class: "gx-card", "data-model": id, "aria-label": title },
    contact.element,
    make("div", { class: "gx-title" }, make("h3", {}, title),
      make("span", { class: "gx-badge" }, model.ships ? "ships with GAN Explorer" : "yours")),
    make("p", {}, model.about),
    make("p", { class: "gx-quiet" }, [id, ...model.facts].join(" · ")),
    pageLinks(page, model),
    quality(model),
    details("How it was trained", model.command ? code(model.command) : make("p", {}, "Its card does not contain the command."),
      table(model.training), further(page, model)),
    details("Data, licence, picture", origin(model.origin), downloads(address, id)),
    own);
}

function further(page, { id, title }) {
  const element = button("Train it further", () => page.ask({ verb: "further", id }));
  element.title = `Open the settings of ${title} as a new run that begins with its networks.`;
  return make("div", { class: "gx-row" }, element);
}

function quality({ quality: rows, quality_note: note }) {
  if (!rows.length) return make("p", { class: "gx-quiet gx-quality" }, "Quality: ", note.charAt(0).toLowerCase() + note.slice(1));
  const head = make("tr", {}, make("td", {}), make("th", { scope: "col" }, "samples"), make("th", { scope: "col" }, "real"));
  const lines = rows.map(({ name, value, real, why }) => make("tr", {},
    make("th", { scope: "row" }, make("abbr", { title: why, tabindex: 0 }, name)), make("td", {}, make("b", {}, value)),
    make("td", {}, real ?? "–")));
  return make("div", { class: "gx-quality" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)),
    note ? make("p", { class: "gx-quiet" }, note) : null);
}

function details(summary, ...parts) {
  return make("details", {}, make("summary", {}, summary), ...parts);
}

function code(command) {
  const copy = button("Copy", async () => {
    await navigator.clipboard?.writeText(command).catch(() => {});
    setText(copy, "Copied");
    setTimeout(() => setText(copy, "Copy"), 1500);
  });
  return make("div", { class: "gx-code" }, make("pre", { tabindex: 0 }, make("code", {}, command)), copy);
}

function table(rows) {
  return make("dl", {}, ...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function origin({ name, source, licence, citation }) {
  return table([["Data", name], ["Licence", licence], ["Source", source], ["Cite", citation]].filter(([, value]) => value));
}

function downloads(address, id) {
  const large = button(`Preview, ${TIMES} times enlarged`, async () => {
    const file = URL.createObjectURL(await enlarged(address, TIMES));
    make("a", { href: file, download: `${id}-${TIMES}x.png` }).click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
  });
  return make("div", { class: "gx-row" }, make("a", { class: "gx-button", href: address, download: `${id}.png` }, "Preview as PNG"),
    large);
}

function pendingCard(page, { name, run, title, state }) {
  const message = make("p", { role: "status" }), done = make("i", {});
  const bar = make("div", { class: "gx-bar", role: "progressbar", "aria-label": `Publishing ${name}`, "aria-valuemin": 0,
    "aria-valuemax": 100 }, done);
  const failed = state === "failed";
  const element = make("article", { class: "gx-card gx-pending", "data-publication": name, "data-state": state },
    make("div", { class: "gx-title" }, make("h3", {}, title || name),
      make("span", { class: "gx-badge" }, failed ? "not published" : "being published")),
    failed ? null : make("p", {}, "Its quality is being measured. You can go on exploring meanwhile."),
    failed ? null : bar, message,
    failed ? make("div", { class: "gx-row" }, button("Try again", () => page.ask({ verb: "publish", id: run, name })),
      button("Dismiss", () => page.ask({ verb: "dismiss", name }))) : null);
  element.tell = (one) => {
    setText(message, failed ? `It could not be published: ${one.message}` : `${one.message}…`);
    message.classList.toggle("gx-trouble", failed);
    bar.setAttribute("aria-valuenow", String(Math.round(100 * one.share)));
    done.style.transform = `scaleX(${one.share.toFixed(3)})`;
  };
  element.tell(arguments[1]);
  return element;
}

function button(label, onClick) {
  const element = make("button", { type: "button", class: "gx-button" }, label);
  element.addEventListener("click", onClick);
  return element;
}
