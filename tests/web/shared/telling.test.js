import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Telling } from "../../../explorer/web/shared/telling.js";

let script;
let sent;
let telling;

beforeEach(() => {
  script = "notRunning";
  sent = [];
  globalThis.document = { querySelector: () => ({ getAttribute: () => script }) };
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  telling = new Telling();
  telling.listen({ data: {}, setTriggerValue: (name, wish) => sent.push([name, wish]) });
});

afterEach(() => {
  telling.close();
  mock.timers.reset();
});

test("a wish is told once, and again only where a page at rest has not heard", () => {
  telling.tell("asked", { verb: "stop" });
  assert.equal(sent.length, 1);
  script = "running";
  mock.timers.tick(5000);
  assert.equal(sent.length, 1);
  script = "notRunning";
  mock.timers.tick(600);
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[1], sent[0]);
});

test("what was heard is not told again", () => {
  telling.tell("asked", 1);
  telling.listen({ data: { heard: { asked: sent[0][1].id } }, setTriggerValue: () => assert.fail("told again") });
  mock.timers.tick(5000);
});

test("a newer wish of the same name takes the older one's place", () => {
  telling.tell("asked", 1);
  telling.tell("asked", 2);
  mock.timers.tick(600);
  assert.deepEqual(sent.map(([, { value }]) => value), [1, 2, 2]);
});

test("after half a minute a wish is given up", () => {
  telling.tell("asked", 1);
  mock.timers.tick(31_000);
  const told = sent.length;
  mock.timers.tick(10_000);
  assert.equal(sent.length, told);
});
