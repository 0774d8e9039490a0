import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, heldApart, marked, marksOf, meanOf, nineOf, picked, resultOf, stateOf, textsOf } from "../../../explorer/web/arithmetic/state.js";
import { editWords, whyUnlabelled } from "../../../explorer/web/arithmetic/words.js";

const FULL = { a: "0.1,0.2", b: "0.3", c: "1.4", s: "1.5", seed: "7", page: "2", want: "smile,no beard", y: "3",
  moves: "smile@0.5;pca-1@-2", hold: "beard,hair", edit: "no glasses@-0.75@v.abc", yes: "0.1,0.2", no: "0.3,0.4", tool: "marks", slot: "b" };

test("a state's texts give the state again", () => {
  assert.deepEqual(textsOf(stateOf(FULL)), FULL);
  const rest = textsOf(stateOf({}));
  assert.ok(Object.values(rest).every((text) => text === ""));
});

test("an address that somebody wrote gives a state within its bounds", () => {
  const state = stateOf({ a: "0.1,x,0.2<b>,1.2", s: "99", seed: "-4", page: "1e9", y: "nan", moves: "smile@1e99;<i>@1;@;pca-1@0", edit: "a@b",
    tool: "other", slot: "z", hold: "Beard,hair", want: "" });
  assert.deepEqual(state.a, ["0.1", "1.2"]);
  assert.deepEqual([state.strength, state.seed, state.page, state.y], [2, 0, 9999, 0]);
  assert.deepEqual(state.moves, { smile: 100 });
  assert.deepEqual([state.edits, state.tool, state.slot, state.hold, state.wanted], [[], "labels", "a", ["hair"], {}]);
  assert.equal(stateOf({ a: Array.from({ length: 20 }, (_, k) => `0.${k}`).join() }).a.length, 9);
});

test("the states of two addresses share nothing", () => {
  const one = stateOf({});
  one.moves.smile = 1;
  one.wanted.beard = true;
  assert.deepEqual([stateOf({}).moves, stateOf({}).wanted], [{}, {}]);
});

test("C + s (A - B), each slot by its mean", () => {
  const state = stateOf({ a: "0.1,0.2", b: "0.3", c: "0.4", s: "2" });
  assert.deepEqual(resultOf(state).z, [["0.4", 1], ["0.1", 1], ["0.2", 1], ["0.3", -2]]);
  assert.deepEqual(meanOf(state, "a").z, [["0.1", 0.5], ["0.2", 0.5]]);
  assert.deepEqual(resultOf({ ...state, b: [] }).z, [["0.4", 1]], "C alone while B is empty");
  assert.equal(resultOf({ ...state, c: [] }), null);
  assert.equal("y" in resultOf(state), false);
  assert.equal(resultOf({ ...state, y: 0 }).y, 0, "class 0 is a class");
});

test("nine pictures: the result in the middle, eight neighbours that noise moved", () => {
  const nine = nineOf(stateOf({ c: "0.4", seed: "5" }));
  assert.equal(nine.length, 9);
  assert.deepEqual(nine[4].z, [["0.4", 1]]);
  assert.deepEqual(nine[0].z[1], ["n.5.0", 0.25]);
  assert.deepEqual(nine[8].z[1], ["n.5.7", 0.25]);
  assert.deepEqual(nineOf(stateOf({})), []);
});

test("a direction keeps to what is held, but not to itself", () => {
  assert.equal(heldApart("smile", []), "smile");
  assert.equal(heldApart("smile", ["beard", "smile", "hair"]), "smile~beard,hair");
  assert.equal(heldApart("smile~beard", ["hair"]), "smile~beard");
  assert.equal(heldApart("smile", [ALL, "hair"]), "smile~all");
});

test("marks make a direction from two of each kind on", () => {
  assert.equal(marksOf({ yes: ["0.1", "0.2"], no: ["0.3"] }), null);
  assert.equal(marksOf({ yes: ["0.1", "0.2"], no: ["0.3", "0.4"] }), "m:0.1,0.2|0.3,0.4");
});

test("a click makes a sample an exemplar and takes it back, and the third opens the next slot where that is empty", () => {
  const state = stateOf({ a: "0.1,0.2", c: "0.9" });
  assert.deepEqual(picked(state, "0.3"), { a: ["0.1", "0.2", "0.3"], slot: "b" });
  assert.deepEqual(picked(state, "0.1"), { a: ["0.2"] });
  assert.deepEqual(picked({ ...state, b: ["0.4"] }, "0.3"), { a: ["0.1", "0.2", "0.3"] });
  assert.deepEqual(picked({ ...state, slot: "c", c: ["0.5", "0.6"] }, "0.7"), { c: ["0.5", "0.6", "0.7"] }, "there is none after C");
  assert.equal(picked(stateOf({ a: Array.from({ length: 9 }, (_, k) => `0.${k}`).join() }), "1.0"), null, "no tenth");
});

test("another mark is another direction: what was moved along the one before is forgotten", () => {
  const state = stateOf({ yes: "0.1,0.2", no: "0.3,0.4", moves: "m:0.1,0.2|0.3,0.4@2;smile@1" });
  assert.deepEqual(marked(state, "0.3", "yes"), { yes: ["0.1", "0.2", "0.3"], no: ["0.4"], moves: { smile: 1 } });
  assert.deepEqual(marked(state, "0.1", "yes"), { yes: ["0.2"], no: ["0.3", "0.4"], moves: { smile: 1 } });
  assert.deepEqual(marked(stateOf({ moves: "smile@1" }), "0.1", "no"), { yes: [], no: ["0.1"], moves: { smile: 1 } });
});

test("words on an edit, and on attributes that are not there", () => {
  assert.equal(editWords({ shows: true, kept: true, way: 0.5 }, "smile", true), "");
  assert.match(editWords({ shows: false, kept: true, way: 0.5 }, "smile", false), /takes from this picture smile/);
  assert.match(editWords({ shows: true, kept: false, way: 0.5 }, "smile", true), /gave smile, and something else/);
  assert.match(editWords({ shows: true, kept: true, way: 0.9 }, "smile", true), /long one/);
  const page = { classes: [], condition: "" }, about = { attributes: ["smile"] };
  assert.equal(whyUnlabelled(page, null, null), "");
  assert.equal(whyUnlabelled(page, about, null), "Finding directions …");
  assert.equal(whyUnlabelled(page, about, null, true), "", "the error is said elsewhere");
  assert.equal(whyUnlabelled(page, about, [{}]), "");
  assert.match(whyUnlabelled(page, about, []), /sees no differences/);
  assert.match(whyUnlabelled(page, { attributes: [] }, []), /no classifier/);
  assert.match(whyUnlabelled({ ...page, classes: ["0", "1"] }, about, []), /takes a class as input/);
});
