import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Cells } from "../../../explorer/web/translate/cells.js";
import { decode, encode } from "../../../explorer/web/translate/palette_png.js";

const COLOURS = [0xbfd7ea, 0xe8b287, 0x5b3a29];
const pixels = (width, height, colours, alpha = 255) => ({ width, height,
  data: Uint8ClampedArray.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255, alpha])) });

test("a map's file is one that others read: its numbers are the labels, its palette their colours", () => {
  const cells = new Cells(300, 250); // more than one block of zlib
  cells.values.forEach((_, at) => (cells.values[at] = (at * 7) % 3));
  const code = "import io, json, sys; from PIL import Image; p = Image.open(io.BytesIO(sys.stdin.buffer.read())); p.load();"
    + "print(json.dumps([p.mode, p.size, list(p.getdata())[:9], p.getpalette()[:9], sum(p.getdata())]))";
  const read = JSON.parse(execFileSync(process.env.PYTHON ?? "python3", ["-c", code], { input: encode(cells, COLOURS) }).toString());
  assert.deepEqual(read, ["P", [300, 250], [0, 1, 2, 0, 1, 2, 0, 1, 2],
    [0xbf, 0xd7, 0xea, 0xe8, 0xb2, 0x87, 0x5b, 0x3a, 0x29], cells.values.reduce((sum, one) => sum + one, 0)]);
});

test("pixels give their labels again, a block of them too", () => {
  const cells = new Cells(2, 1);
  assert.equal(decode(pixels(2, 1, [COLOURS[2], COLOURS[0]]), cells, COLOURS), "");
  assert.deepEqual([...cells.values], [2, 0]);
  const [a, b] = COLOURS;
  assert.equal(decode(pixels(4, 2, [a, a, b, b, a, a, b, b]), cells, COLOURS), "");
  assert.deepEqual([...cells.values], [0, 1]);
});

test("what is no such map is told in a sentence", () => {
  const cells = new Cells(2, 1);
  assert.match(decode(pixels(3, 1, [0, 0, 0]), cells, COLOURS), /^The picture is 3 × 1; a map of this model is 2 × 1/);
  assert.match(decode(pixels(2, 1, [COLOURS[0], 0x123456]), cells, COLOURS), /column 2 and row 1 .*#123456/);
  assert.match(decode(pixels(2, 1, [COLOURS[0], COLOURS[0]], 254), cells, COLOURS), /column 1 and row 1/);
});
