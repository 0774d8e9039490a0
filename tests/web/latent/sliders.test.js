import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Directions, Names } from "../../../explorer/web/latent/sliders.js";

let kept;

beforeEach(() => {
  kept = {};
  globalThis.window = { localStorage: { getItem: (key) => kept[key] ?? null, setItem: (key, text) => (kept[key] = text) } };
});

const told = { latent: 4, prior: "gaussian", labelled: false, steered: false, styles: false };
const component = { id: "pca-1", name: "Component 1", kind: "component" };

test("a saved direction keeps its name, also when it is found as a component", () => {
  const names = new Names("faces"), saved = { id: "pca-1", name: "brightness", kind: "saved" };
  const directions = new Directions({ ...told, saved: [saved] }, names);
  assert.deepEqual(directions.in("saved", 0).map((one) => names.of(one)), ["brightness"]);
  directions.know([component], true);
  names.give("pca-1", "my own");
  assert.deepEqual(directions.in("saved", 0).map((one) => names.of(one)), ["brightness"]);
  assert.deepEqual(directions.in("component", 0).map((one) => names.of(one)), ["my own"]);
  assert.equal(directions.nameOf("pca-1"), "my own");
});

test("a name that a person gives is kept for the model and taken back", () => {
  new Names("faces").give("pca-1", "smile");
  assert.equal(new Names("faces").of(component), "smile");
  assert.equal(new Names("digits").of(component), "Component 1");
  const names = new Names("faces");
  names.give("pca-1", "");
  assert.equal(new Names("faces").of(component), "Component 1");
});
