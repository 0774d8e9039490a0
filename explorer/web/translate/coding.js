// Cells as the bytes that the server stores, and pictures of bytes; base64; what is computed of pixels.

import { Cells } from "./cells.js";

/** Bytes that a server has sent with a shape: ``x-shape`` is [K, C, h, w]. */
export async function storedOf(answer) {
  const [count, channels, height, width] = (answer.headers.get("x-shape") ?? "").split(",").map(Number);
  return { count, channels, height, width, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

/** One of stored inputs as cells: labels, or colours as 0xRRGGBB. */
export function cellsOf({ channels, height, width, bytes }, index, labelled) {
  const size = height * width, start = index * channels * size;
  const cells = new Cells(width, height);
  for (let at = 0; at < size; at += 1) {
    const one = bytes[start + at];
    if (labelled) cells.values[at] = one;
    else if (channels === 1) cells.values[at] = one * 0x010101;
    else cells.values[at] = (one << 16) | (bytes[start + size + at] << 8) | bytes[start + 2 * size + at];
  }
  return cells;
}

/** The bytes of cells as they are stored, [C, h, w]; of one channel, labels or the blue of a grey colour. */
export function bytesOf(/** @type {Cells} */ { values }, channels) {
  if (channels === 1) return Uint8Array.from(values, (value) => value & 255);
  const found = new Uint8Array(3 * values.length);
  values.forEach((value, at) => {
    found[at] = value >> 16;
    found[values.length + at] = (value >> 8) & 255;
    found[2 * values.length + at] = value & 255;
  });
  return found;
}

/** Cells as pictures that ``draw`` takes; ``colours``: of labels, as 0xRRGGBB. @returns {Pictures} */
export function picturesOfCells(/** @type {Cells} */ { width, height, values }, colours = /** @type {number[] | null} */ (null)) {
  const bytes = new Uint8Array(3 * values.length);
  values.forEach((value, at) => {
    const colour = colours ? colours[value] : value;
    bytes.set([colour >> 16, (colour >> 8) & 255, colour & 255], 3 * at);
  });
  return { count: 1, height, width, channels: 3, bytes };
}

/** One picture [H, W, C] as it is stored, [C, H, W]. */
export function planes({ height, width, channels, bytes }, index = 0) {
  const size = height * width, found = new Uint8Array(channels * size);
  for (let at = 0; at < size; at += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      found[channel * size + at] = bytes[(index * size + at) * channels + channel];
    }
  }
  return found;
}

/** One of stored pictures as ``draw`` takes it. @returns {Pictures} */
export function pictureOf({ channels, height, width, bytes }, index) {
  const size = height * width, start = index * channels * size, found = new Uint8Array(channels * size);
  for (let at = 0; at < size; at += 1) {
    for (let channel = 0; channel < channels; channel += 1) found[at * channels + channel] = bytes[start + channel * size + at];
  }
  return { count: 1, height, width, channels, bytes: found };
}

/** One of several pictures. @returns {Pictures} */
export function oneOf({ height, width, channels, bytes }, index) {
  const size = height * width * channels;
  return { count: 1, height, width, channels, bytes: bytes.subarray(index * size, (index + 1) * size) };
}

const PART = 0x8000; // arguments of a function at most

export function base64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += PART) text += String.fromCharCode(...bytes.subarray(start, start + PART));
  return btoa(text);
}

export const colourOf = (text) => parseInt(text.slice(1), 16);
export const textOf = (colour) => `#${colour.toString(16).padStart(6, "0")}`;

/** Cells of a picture that are told from its pixels, RGBA; grey by ITU-R 601-2 where the model reads one channel. */
export function cellsOfPixels({ width, height, data }, channels) {
  const cells = new Cells(width, height);
  for (let at = 0; at < cells.values.length; at += 1) {
    const [red, green, blue] = data.subarray(4 * at, 4 * at + 3);
    const grey = Math.round((299 * red + 587 * green + 114 * blue) / 1000);
    cells.values[at] = channels === 1 ? grey * 0x010101 : (red << 16) | (green << 8) | blue;
  }
  return cells;
}

/** Cells made smaller: each the mean of the area that it covers, channel by channel. */
export function areaAverage(/** @type {Cells} */ cells, width, height) {
  const found = new Cells(width, height);
  const across = cells.width / width, down = cells.height / height;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const sum = [0, 0, 0];
      for (let y = Math.floor(row * down); y < (row + 1) * down; y += 1) {
        const tall = Math.min(y + 1, (row + 1) * down) - Math.max(y, row * down);
        for (let x = Math.floor(column * across); x < (column + 1) * across; x += 1) {
          const share = tall * (Math.min(x + 1, (column + 1) * across) - Math.max(x, column * across));
          const colour = cells.at(Math.min(x, cells.width - 1), Math.min(y, cells.height - 1));
          [colour >> 16, (colour >> 8) & 255, colour & 255].forEach((part, at) => (sum[at] += share * part));
        }
      }
      const [red, green, blue] = sum.map((part) => Math.round(part / (across * down)));
      found.values[row * width + column] = (red << 16) | (green << 8) | blue;
    }
  }
  return found;
}

/** |one - other| of two pictures of one shape, grey: the mean over the channels. @returns {Pictures} */
export function difference(one, other) {
  const { height, width, channels } = one, size = height * width, bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 1) {
    let sum = 0;
    for (let channel = at * channels; channel < (at + 1) * channels; channel += 1) sum += Math.abs(one.bytes[channel] - other.bytes[channel]);
    bytes[at] = Math.round(sum / channels);
  }
  return { count: 1, height, width, channels: 1, bytes };
}

export const sameShape = (one, other) => one.height === other.height && one.width === other.width && one.channels === other.channels;

/** Mean |one - other| over all pixels and channels, in [0, 255]. */
export const meanDifference = (one, other) => one.bytes.reduce((sum, value, at) => sum + Math.abs(value - other.bytes[at]), 0) / one.bytes.length;

/** Peak signal-to-noise ratio in dB, of pixels in [0, 255]; Infinity of equal pictures. */
export function psnr(one, other) {
  const squares = one.bytes.reduce((sum, value, at) => sum + (value - other.bytes[at]) ** 2, 0);
  return 10 * Math.log10((255 * 255 * one.bytes.length) / squares);
}
