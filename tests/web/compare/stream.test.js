import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Together } from "../../../explorer/web/compare/stream.js";
import { COLUMNS as CURVES } from "../described.js";

let streams;

beforeEach(() => {
  streams = [];
  globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
  globalThis.EventSource = class {
    constructor(address) {
      Object.assign(this, { address, closed: false, heard: {} });
      streams.push(this);
    }

    addEventListener(kind, listener) {
      this.heard[kind] = listener;
    }

    close() {
      this.closed = true;
    }
  };
});

const columns = Object.fromEntries(CURVES.map((name) => [name, ""]));
const tell = (kind, id, told) => streams.at(-1).heard[kind]({ lastEventId: id, data: JSON.stringify(told) });
const all = { columns, measures: [1], events: [], samples: [], run: { count: 10 }, status: { state: "running" } };

test("one line tells of several runs, each from where it was heard", () => {
  const news = [];
  const together = new Together("/", (source, told) => news.push([source.id, told]));
  together.follow(["a", "b"]);
  assert.equal(streams[0].address, "/api/events?runs=a%2Cb&after=%2C");
  tell("all", "a@10", all);
  tell("more", "a@20", { measures: [2], status: { state: "paused" }, rows: [CURVES.map(() => 1)] });
  const a = together.sources.get("a");
  assert.deepEqual([a.measures, a.status.state, a.run.count, a.history.length], [[1, 2], "paused", 10, 1]);
  together.follow(["a", "c"]);
  assert.equal(streams[0].closed, true);
  assert.equal(streams[1].address, "/api/events?runs=a%2Cc&after=20%2C");
  assert.equal(together.sources.get("a").history.length, 1, "what was told of a run stays");
  assert.deepEqual(news.map(([id, told]) => [id, told !== null]), [["a", false], ["a", true]]);
});

test("a run that is deleted is not asked for again", () => {
  const together = new Together("/", () => {});
  together.follow(["a", "b"]);
  tell("deleted", "a@", {});
  together.follow(["a", "b"]);
  assert.equal(streams.at(-1).address, "/api/events?runs=b&after=");
  tell("deleted", "b@", {});
  together.follow(["a", "b"]);
  assert.equal(streams.length, 2);
  assert.ok(streams.every(({ closed }) => closed));
});

test("runs that have ended are listened to again when the list of runs says something new of them", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const together = new Together("/", () => {});
  together.follow(["a"]);
  tell("all", "a@10", { ...all, status: { state: "finished" } });
  together.know([{ id: "a", state: "finished" }]);
  mock.timers.tick(1500);
  assert.equal(streams[0].closed, true);
  together.know([{ id: "a", state: "finished" }, { id: "b", state: "running" }]);
  assert.equal(streams.length, 1, "nothing new of this one");
  together.know([{ id: "a", state: "queued" }]);
  assert.equal(streams.length, 2);
  assert.match(streams.at(-1).address, /after=10$/);
  together.close();
  mock.timers.reset();
});
