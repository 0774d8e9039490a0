import assert from "node:assert/strict";
import { test } from "node:test";
import { Cells } from "../../../explorer/web/translate/cells.js";
import * as coding from "../../../explorer/web/translate/coding.js";

const COLOURED = { count: 2, channels: 3, height: 1, width: 2, bytes: Uint8Array.from([9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6]) };

test("stored planes become cells and the same planes again", () => {
  const cells = coding.cellsOf(COLOURED, 1, false);
  assert.deepEqual([...cells.values], [0x010305, 0x020406]);
  assert.deepEqual([...coding.bytesOf(cells, 3)], [1, 2, 3, 4, 5, 6]);
  const grey = coding.cellsOf({ count: 1, channels: 1, height: 1, width: 2, bytes: Uint8Array.from([7, 255]) }, 0, false);
  assert.deepEqual([[...grey.values], [...coding.bytesOf(grey, 1)]], [[0x070707, 0xffffff], [7, 255]]);
  const labels = coding.cellsOf({ count: 1, channels: 1, height: 1, width: 2, bytes: Uint8Array.from([0, 3]) }, 0, true);
  assert.deepEqual([[...labels.values], [...coding.bytesOf(labels, 1)]], [[0, 3], [0, 3]]);
});

test("pictures are interleaved, and taken apart again", () => {
  const picture = coding.pictureOf(COLOURED, 1);
  assert.deepEqual([...picture.bytes], [1, 3, 5, 2, 4, 6]);
  assert.deepEqual([...coding.planes(picture)], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...coding.picturesOfCells(new Cells(2, 1, Uint32Array.of(1, 0)), [0x102030, 0xff0000]).bytes], [255, 0, 0, 16, 32, 48]);
});

test("base64 is that of every byte, of long contents too", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 31) % 256);
  assert.equal(coding.base64(bytes), Buffer.from(bytes).toString("base64"));
});

test("an area average weighs what a cell covers in part", () => {
  const three = new Cells(3, 1, Uint32Array.from([0x000000, 0x5a5a5a, 0xffffff]));
  const two = coding.areaAverage(three, 2, 1);
  assert.deepEqual([...two.values], [0x1e1e1e, 0xc8c8c8], "(0 + 90/2) / 1.5 = 30 and (90/2 + 255) / 1.5 = 200");
  const quarter = coding.areaAverage(new Cells(2, 2, Uint32Array.from([0xff0000, 0x00ff00, 0x0000ff, 0x000000])), 1, 1);
  assert.equal(quarter.values[0], 0x404040, "a quarter of 255 in each channel, rounded");
});

test("grey is that of ITU-R 601-2", () => {
  const pixels = { width: 3, height: 1, data: Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]) };
  assert.deepEqual([...coding.bytesOf(coding.cellsOfPixels(pixels, 1), 1)], [76, 150, 29]);
  assert.deepEqual([...coding.cellsOfPixels(pixels, 3).values], [0xff0000, 0x00ff00, 0x0000ff]);
});

test("differences and the peak signal-to-noise ratio", () => {
  const picture = (...bytes) => ({ height: 1, width: 2, channels: 1, bytes: Uint8Array.from(bytes) });
  assert.deepEqual([...coding.difference(picture(0, 9), picture(4, 3)).bytes], [4, 6]);
  assert.equal(coding.meanDifference(picture(0, 9), picture(4, 3)), 5);
  assert.ok(Math.abs(coding.psnr(picture(0, 0), picture(3, 4)) - 10 * Math.log10(65025 / 12.5)) < 1e-9);
  assert.equal(coding.psnr(picture(1, 2), picture(1, 2)), Infinity);
});
