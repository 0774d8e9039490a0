// A map of labels as a PNG whose palette are the labels' colours: each pixel's number is its label, nothing is lost.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const MOST_STORED = 65_535; // bytes of a block that is not compressed

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

const bytesOfNumber = (/** @type {number} */ number) => [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];

/** @param {Iterable<number>} bytes */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** @param {Iterable<number>} bytes */
function adler(bytes) {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return ((high << 16) | low) >>> 0;
}

/**
 * @param {string} name
 * @param {number[]} content
 */
function chunk(name, content) {
  const body = [...name].map((letter) => letter.charCodeAt(0)).concat([...content]);
  return [...bytesOfNumber(content.length), ...body, ...bytesOfNumber(crc(body))];
}

/**
 * A zlib stream of blocks that are not compressed.
 * @param {Uint8Array} bytes
 */
function stored(bytes) {
  const found = [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += MOST_STORED) {
    const part = bytes.slice(start, start + MOST_STORED), { length } = part;
    found.push(start + length >= bytes.length ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255);
    for (const byte of part) found.push(byte);
  }
  return found.concat(bytesOfNumber(adler(bytes)));
}

/**
 * The file of a map.
 * @param {import("./cells.js").Cells} cells labels below ``colours.length``
 * @param {number[]} colours of the labels, 0xRRGGBB, 256 at most
 */
export function encode({ width, height, values }, colours) {
  const rows = new Uint8Array(height * (width + 1)); // each begins with the number of its filter, none
  for (let row = 0; row < height; row += 1) rows.set(values.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const palette = colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", [...bytesOfNumber(width), ...bytesOfNumber(height), 8, 3, 0, 0, 0]),
    ...chunk("PLTE", palette), ...chunk("IDAT", stored(rows)), ...chunk("IEND", []),
  ]);
}

/**
 * The labels of a picture's pixels, RGBA, by their colours; a larger picture may have a whole number of pixels a cell.
 * @param {{ width: number, height: number, data: Uint8ClampedArray }} pixels
 * @param {import("./cells.js").Cells} cells to be filled
 * @param {number[]} colours of the labels
 * @returns {string} why it is no such map, in a sentence; "" where it is
 */
export function decode({ width, height, data }, cells, colours) {
  const scale = width / cells.width;
  if (!Number.isInteger(scale) || height !== scale * cells.height) {
    return `The picture is ${width} × ${height}; a map of this model is ${cells.width} × ${cells.height}, or a whole multiple of it.`;
  }
  for (let row = 0; row < cells.height; row += 1) {
    for (let column = 0; column < cells.width; column += 1) {
      const at = 4 * (row * scale * width + column * scale);
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      const label = colours.indexOf(colour);
      if (label < 0 || data[at + 3] !== 255) {
        return `The pixel in column ${column + 1} and row ${row + 1} has no label's colour (#${colour.toString(16).padStart(6, "0")}); `
          + "load a map that was saved here, or one painted with exactly the colours of the labels.";
      }
      cells.values[row * cells.width + column] = label;
    }
  }
  return "";
}
