import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Recordings, lastAt } from "../../../explorer/web/failures/data.js";

let answers;
let asked;

beforeEach(() => {
  [answers, asked] = [[], []];
  globalThis.fetch = async (address) => {
    asked.push(address);
    return answers.shift();
  };
});

test("a recording is fetched once, though several ask for it", async () => {
  answers = [Response.json({ steps: [1] })];
  const recordings = new Recordings("/");
  const [one, other] = await Promise.all([recordings.recording("collapse"), recordings.recording("collapse")]);
  assert.equal(one, other);
  assert.deepEqual(asked, ["/api/failures/collapse"]);
});

test("after a failure the next who asks tries again", async () => {
  answers = [new Response("No recording.", { status: 404 }), Response.json({ steps: [] })];
  const recordings = new Recordings("/");
  await assert.rejects(recordings.doctor("collapse"), /No recording\./);
  assert.deepEqual(await recordings.doctor("collapse"), { steps: [] });
});

test("the last step that is not above a step", () => {
  const steps = [0, 10, 10, 20];
  assert.deepEqual([-5, 0, 9, 10, 19, 20, 99].map((step) => lastAt(steps, step)), [0, 0, 0, 2, 2, 3, 3]);
});
