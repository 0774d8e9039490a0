import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedList } from "../../../explorer/web/shared/keyed_list.js";

/** As much of an element with children as a list needs; counts how often something is moved. */
class Place {
  children = [];
  moves = 0;

  get firstChild() {
    return this.children[0] ?? null;
  }

  insertBefore(child, next) {
    this.moves += 1;
    child.remove();
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
  }
}

function shown(place) {
  const element = (id) => {
    const one = { id, remove: () => (place.children = place.children.filter((other) => other !== one)) };
    Object.defineProperty(one, "nextSibling", { get: () => place.children[place.children.indexOf(one) + 1] ?? null });
    return one;
  };
  return new KeyedList(place, (id) => ({ element: element(id) }), (item, { text }) => (item.text = text));
}

const entries = (ids, text = "") => [...ids].map((id) => ({ id, text }));
const ids = (place) => place.children.map(({ id }) => id).join("");

test("entries come, go and change places", () => {
  const place = new Place();
  const list = shown(place);
  for (const wanted of ["abc", "cab", "b", "", "xyb", "byx"]) {
    list.show(entries(wanted));
    assert.equal(ids(place), wanted);
    assert.equal(list.items.size, wanted.length);
  }
});

test("what stays where it is is filled again and not touched", () => {
  const place = new Place();
  const list = shown(place);
  list.show(entries("abc"));
  const [before] = place.children;
  place.moves = 0;
  list.show(entries("abc", "new"));
  assert.equal(place.moves, 0);
  assert.equal(place.children[0], before);
  assert.equal(list.items.get("a").text, "new");
});
