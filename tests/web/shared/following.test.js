import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../../../explorer/web/shared/following.js";

/** An element that hears of pointers, and what it was told of in order. */
function scene(wanted = (event) => !event.button) {
  const element = Object.assign(new EventTarget(), { captured: [], setPointerCapture: (id) => element.captured.push(id) });
  const heard = [];
  const note = (name) => (event) => heard.push(`${name} ${event.pointerId}`);
  const stop = follow(element, {
    down: (event) => (note("down")(event), wanted(event)), move: note("move"), up: note("up"), hover: note("hover"),
  });
  const send = (kind, pointerId, more = {}) => {
    const event = Object.assign(new Event(`pointer${kind}`, { cancelable: true }), { pointerId, ...more });
    element.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return { element, heard, send, stop };
}

test("one pointer is followed from where it is pressed to where it is lifted", () => {
  const { element, heard, send } = scene();
  send("move", 1);
  assert.equal(send("down", 1), true);
  send("move", 1);
  send("up", 1);
  send("move", 1);
  assert.deepEqual(heard, ["hover 1", "down 1", "move 1", "up 1", "hover 1"]);
  assert.deepEqual(element.captured, [1]);
});

test("a second one changes nothing until the first is lifted", () => {
  const { heard, send } = scene();
  send("down", 3);
  assert.equal(send("down", 4), true); // nor is a click or a zoom made of it
  send("move", 4);
  send("up", 4);
  send("move", 3);
  send("cancel", 3);
  send("down", 4);
  assert.deepEqual(heard, ["down 3", "move 3", "up 3", "down 4"]);
});

test("one that is not wanted is left to the browser, and after the end none is heard of", () => {
  const { heard, send, stop } = scene();
  assert.equal(send("down", 1, { button: 2 }), false);
  send("move", 1);
  send("up", 1);
  stop();
  send("down", 1);
  assert.deepEqual(heard, ["down 1", "hover 1"]);
});
