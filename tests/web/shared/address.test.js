import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Address } from "../../../explorer/web/shared/address.js";

let steps;
let listeners;
let kept;

beforeEach(() => {
  [steps, listeners, kept] = [[], {}, new Map()];
  const location = { search: "" };
  const go = (how) => (_state, _title, address) => {
    location.search = address;
    steps.push(how);
  };
  globalThis.window = {
    location,
    history: { state: null, pushState: go("push"), replaceState: go("replace") },
    addEventListener: (name, heard) => (listeners[name] = heard),
    removeEventListener: (name) => delete listeners[name],
    sessionStorage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) },
  };
});

test("values are written beside those of others, and empty ones go", () => {
  window.location.search = "?embed=true";
  const address = new Address("latent", ["z", "tab"], () => {});
  address.start("faces");
  address.push({ z: "0.1,2", tab: "walk" });
  assert.equal(window.location.search, "?embed=true&model=faces&z=0.1,2&tab=walk");
  address.replace({ z: "m:1|2~3", tab: "" });
  assert.equal(window.location.search, "?embed=true&model=faces&z=m:1|2~3");
  assert.deepEqual(address.read(), { z: "m:1|2~3" });
  assert.deepEqual(steps, ["push", "replace"]);
});

test("the same address is no step of its own", () => {
  const address = new Address("latent", ["z"], () => {});
  address.push({ z: "1" });
  address.push({ z: "1" });
  assert.deepEqual(steps, ["push"]);
});

test("what looks like markup comes back as it was", () => {
  const address = new Address("latent", ["own"], () => {});
  const odd = "a&b=c#d?e%f+g h<script>";
  address.push({ own: odd });
  assert.deepEqual(address.read(), { own: odd });
});

test("a page that is entered again is as this tab left it, for each model", () => {
  new Address("latent", ["z"], () => {}).start("faces");
  const left = new Address("latent", ["z"], () => {});
  left.start("faces");
  left.push({ z: "3.4" });
  window.location.search = "";
  assert.deepEqual(new Address("latent", ["z"], () => {}).start("faces"), { z: "3.4" });
  window.location.search = "";
  assert.deepEqual(new Address("latent", ["z"], () => {}).start("digits"), {});
  assert.deepEqual(new Address("digits", ["z"], () => {}).start("faces"), {}, "nor on another page");
});

test("a link wins over what was kept, unless it is of a model that was left", () => {
  kept.set("gan-explorer:latent:faces", JSON.stringify({ z: "9.9" }));
  window.location.search = "?model=faces&z=1.1";
  assert.deepEqual(new Address("latent", ["z"], () => {}).start("faces"), { z: "1.1" });
  window.location.search = "?model=digits&z=1.1";
  assert.deepEqual(new Address("latent", ["z"], () => {}).start("faces"), { z: "9.9" });
});

test("something foreign under our name, or a browser that keeps nothing, is no trouble", () => {
  kept.set("gan-explorer:latent:faces", "{half");
  const address = new Address("latent", ["z"], () => {});
  assert.deepEqual(address.start("faces"), {});
  window.sessionStorage.setItem = () => {
    throw new Error("full");
  };
  address.push({ z: "1" });
  assert.equal(window.location.search, "?model=faces&z=1");
});

test("Back is heard until the page is closed", () => {
  const heard = [];
  const address = new Address("latent", ["z"], (values) => heard.push(values));
  window.location.search = "?z=7";
  listeners.popstate();
  address.close();
  assert.deepEqual(heard, [{ z: "7" }]);
  assert.equal(listeners.popstate, undefined);
});
