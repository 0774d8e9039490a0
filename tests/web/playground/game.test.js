import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Refused } from "../../../explorer/web/shared/decoder.js";
import { Game, read } from "../../../explorer/web/playground/game.js";

let calls;
let answers;

/** A frame in the server's form: a length, JSON, whole numbers of 16 bits. */
function frame(about, arrays = {}) {
  const shapes = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, [values.length]]));
  let text = JSON.stringify({ ...about, unit: 100, shapes });
  while (text.length % 2) text += " ";
  const numbers = Int16Array.from(Object.values(arrays).flat());
  const bytes = new Uint8Array(4 + text.length + 2 * numbers.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  bytes.set(new Uint8Array(numbers.buffer), 4 + text.length);
  return bytes.buffer;
}

const whole = (id, step) => frame({ id, config: { seed: 1 }, rows: [[step, step]], row: [step, step] });

beforeEach(() => {
  [calls, answers] = [[], []];
  globalThis.fetch = async (address, { body } = {}) => {
    calls.push([address, body && JSON.parse(body)]);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : new Response(answer);
  };
});

test("a frame's numbers come in units of the plane, and the surface from 0 to 1", () => {
  const { fake, surface, row } = read(frame({ row: [3, 3] }, { fake: [150, -200], surface: [-32767, 0, 32767] }));
  assert.deepEqual([[...fake], [...surface], row], [[1.5, -2], [0, 0.5, 1], [3, 3]]);
});

test("requests go one after the other, though one fails", async () => {
  answers = [whole("g1", 0), new Response("No.", { status: 400 }), frame({ row: [1, 1] })];
  const game = new Game("/", () => {});
  const all = [game.begin({ seed: 1 }), game.advance(1, "x"), game.advance(1, "both")];
  const results = await Promise.allSettled(all);
  assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(calls.map(([address]) => address), ["/api/plane", "/api/plane/g1/advance", "/api/plane/g1/advance"]);
  assert.deepEqual(game.rows, [[0, 0], [1, 1]]);
});

test("a game that the server let go goes on from what was kept, and says so", async () => {
  answers = [whole("g1", 0), new Response("saved text"), new Response("gone", { status: 404 }), whole("g2", 5)];
  const game = new Game("/", () => {});
  await game.begin({ seed: 1 });
  await game.save();
  await assert.rejects(game.advance(1, "both"), (error) => error instanceof Refused && error.goesOn && /goes on from step 5/.test(error.message));
  assert.deepEqual(calls.at(-1), ["/api/plane", { saved: "saved text" }]);
  assert.equal(game.id, "g2");
});

test("no answer at all is told apart from a refusal", async () => {
  answers = [new TypeError("network")];
  await assert.rejects(new Game("/", () => {}).begin({}), (error) => error.isOffline && !(error instanceof Refused));
});

test("the rows of a long game are thinned, and the newest stays", () => {
  const game = new Game("/", () => {});
  for (let step = 0; step < 2000; step += 1) game.take({ row: [step, step] });
  assert.ok(game.rows.length <= 601);
  assert.deepEqual(game.rows.at(-1), [1999, 1999]);
  assert.deepEqual(game.rows[0], [0, 0]);
  game.take({ row: [1999, 1999] });
  assert.deepEqual(game.rows.filter(([step]) => step === 1999).length, 1, "a frame asked twice is one row");
});
