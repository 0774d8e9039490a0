import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Decoder, Refused, ask, askJson, askPictures, fileAddress } from "../../../explorer/web/shared/decoder.js";

let asked;
const answer = (shape) => new Response(new Uint8Array(shape.reduce((a, b) => a * b)), { headers: { "x-shape": shape.join() } });
const settle = () => new Promise(setImmediate);

beforeEach(() => {
  asked = [];
  globalThis.fetch = (address, options) => new Promise((resolve, reject) => asked.push({ address, options, resolve, reject }));
});

test("a name of a model is one part of the address, whatever it holds", async () => {
  const wish = ask("http://host/", "a/b?c", "");
  assert.equal(asked[0].address, "http://host/api/models/a%2Fb%3Fc");
  asked[0].resolve(new Response("{}"));
  await wish;
  assert.equal(fileAddress("/", "m", "png", { points: [] }), "/api/models/m/file/png?ask=%7B%22points%22%3A%5B%5D%7D");
});

test("a refusal is the server's sentence", async () => {
  const wish = askJson("/", "m", "read", { points: [] });
  asked[0].resolve(new Response("Too many points: 99.", { status: 400 }));
  await assert.rejects(wish, (error) => error instanceof Refused && error.message === "Too many points: 99.");
  assert.equal(asked[0].options.method, "POST");
});

test("pictures come with their shape", async () => {
  const wish = askPictures("/", "m", [{ z: [["0.0", 1]] }]);
  asked[0].resolve(answer([2, 4, 5, 3]));
  const { count, height, width, channels, bytes } = await wish;
  assert.deepEqual([count, height, width, channels, bytes.length], [2, 4, 5, 3, 120]);
});

test("while one request is under way only the newest wish is kept", async () => {
  const shown = [];
  const decoder = new Decoder("/");
  decoder.model = "m";
  for (const number of [1, 2, 3]) decoder.want([number], () => shown.push(number));
  assert.equal(asked.length, 1);
  asked[0].resolve(answer([1, 1, 1, 1]));
  await settle();
  assert.deepEqual(JSON.parse(asked[1].options.body), { points: [3] });
  asked[1].resolve(answer([1, 1, 1, 1]));
  await settle();
  assert.deepEqual(shown, [1, 3]);
  assert.equal(decoder.busy, false);
});

test("whatever else is asked keeps the same order: one request, then the newest wish", async () => {
  const shown = [], refused = [];
  const decoder = new Decoder("/");
  decoder.model = "m";
  for (const verb of ["stages", "styles", "attention"]) {
    decoder.wantOf((model) => askJson("/", model, verb, {}), ({ found }) => shown.push(found), () => refused.push(verb));
  }
  assert.deepEqual(asked.map(({ address }) => address), ["/api/models/m/stages"]);
  asked[0].resolve(new Response('{"found": 1}'));
  await settle();
  assert.equal(asked[1].address, "/api/models/m/attention");
  asked[1].resolve(new Response("No.", { status: 400 }));
  await settle();
  assert.deepEqual([shown, refused], [[1], ["attention"]]);
});

test("pictures of a model that was left are not shown", async () => {
  const shown = [];
  const decoder = new Decoder("/");
  decoder.model = "old";
  decoder.want([1], () => shown.push("old"));
  decoder.model = "new";
  asked[0].resolve(answer([1, 1, 1, 1]));
  await settle();
  assert.deepEqual(shown, []);
});

test("a refused wish is told and not asked again; a broken line is tried again after a second", async () => {
  const said = [];
  const decoder = new Decoder("/", { onTrouble: (text) => said.push(text) });
  decoder.want([1], () => {});
  asked[0].resolve(new Response("No.", { status: 400 }));
  await settle();
  assert.equal(asked.length, 1);
  mock.timers.enable({ apis: ["setTimeout"] });
  decoder.want([2], () => {});
  asked[1].reject(new TypeError("network"));
  await settle();
  mock.timers.tick(1000);
  await settle();
  assert.deepEqual(JSON.parse(asked[2].options.body), { points: [2] });
  asked[2].resolve(answer([1, 1, 1, 1]));
  await settle();
  mock.timers.reset();
  assert.deepEqual(said, ["No.", "The server does not answer; trying again.", ""]);
});
