import assert from "node:assert/strict";
import { test } from "node:test";
import { toldApart } from "../../../explorer/web/compare/names.js";

const at = (hour, second) => new Date(2026, 10, 29, hour, 5, second).getTime() / 1000;

test("runs of one name say when each was made, and others do not", () => {
  const names = toldApart([{ name: "DCGAN", made: at(14, 9) }, { name: "mine", made: at(15, 0) }, { name: "DCGAN", made: at(9, 30) }]);
  assert.deepEqual(names, ["29 Nov, 14:05:09: DCGAN", "mine", "29 Nov, 09:05:30: DCGAN"]);
  assert.deepEqual(toldApart([{ name: "a" }, { name: "a", made: undefined }]), ["a", "a"]);
});
