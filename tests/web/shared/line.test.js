import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Line } from "../../../explorer/web/shared/line.js";

let streams;
let shown;
let heard;
let over;

beforeEach(() => {
  [streams, heard, over] = [[], [], false];
  globalThis.document = { hidden: false, addEventListener: (_name, listener) => (shown = listener), removeEventListener: () => (shown = null) };
  globalThis.EventSource = class {
    constructor(address) {
      Object.assign(this, { address, closed: false, kinds: {} });
      streams.push(this);
    }

    addEventListener(kind, listener) {
      this.kinds[kind] = listener;
    }

    close() {
      this.closed = true;
    }
  };
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => mock.timers.reset());

const line = () => new Line({ address: () => `/events?after=${heard.length}`, hear: (kind) => heard.push(kind), ended: () => over });
const open = () => streams.filter(({ closed }) => !closed).length;
const look = (hidden) => {
  document.hidden = hidden;
  shown();
};

test("a broken line is taken up again, later each time, until it holds", () => {
  const made = line();
  made.open();
  for (const wait of [1000, 2000, 4000, 8000, 8000]) {
    streams.at(-1).onerror();
    assert.equal(open(), 0);
    mock.timers.tick(wait - 1);
    assert.equal(open(), 0);
    mock.timers.tick(1);
    assert.equal(open(), 1);
  }
  streams.at(-1).onopen();
  streams.at(-1).onerror();
  mock.timers.tick(1000);
  assert.equal(open(), 1);
});

test("it goes on from what was heard", () => {
  line().open();
  streams[0].kinds.all({});
  streams[0].onerror();
  mock.timers.tick(1000);
  assert.deepEqual(streams.map(({ address }) => address), ["/events?after=0", "/events?after=1"]);
});

test("a page out of sight gives its stream back after three seconds, and takes it again when it is seen", () => {
  line().open();
  look(true);
  mock.timers.tick(2999);
  assert.equal(open(), 1);
  mock.timers.tick(1);
  assert.equal(open(), 0);
  look(false);
  assert.equal(open(), 1);
});

test("a glance away costs nothing", () => {
  line().open();
  look(true);
  mock.timers.tick(1000);
  look(false);
  mock.timers.tick(10_000);
  assert.deepEqual([streams.length, open()], [1, 1]);
});

test("what has ended rests until there is something new to hear", () => {
  const made = line();
  made.open();
  over = true;
  streams[0].kinds.more({});
  mock.timers.tick(1500);
  assert.equal(open(), 0);
  look(false);
  assert.equal(open(), 0, "being seen again is no reason");
  made.wake();
  assert.equal(open(), 1);
});

test("a closed one asks for nothing and hears of nothing", () => {
  const made = line();
  made.open();
  streams[0].onerror();
  made.close();
  mock.timers.tick(20_000);
  assert.deepEqual([streams.length, open(), shown], [1, 0, null]);
});
