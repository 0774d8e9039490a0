// Pictures from a person's files, and files of what is shown.

import { offer } from "../shared/download.js";
import { make } from "../shared/format.js";
import { draw } from "../shared/picture.js";
import { Cells } from "./cells.js";
import { areaAverage, bytesOf, cellsOfPixels, pictureOf } from "./coding.js";
import { decode, encode } from "./palette_png.js";

const MOST_EDGE = 1024; // to which a larger picture is made smaller first, by the browser

const UNREAD = "This file is not a picture that the browser can open; choose a PNG, JPEG, WebP, GIF or another that it shows.";

/**
 * A person's file as an input: { cells, truth }, where ``truth`` is the picture that a small one was made from, or null.
 * Throws a sentence where it cannot be used.
 */
export async function given(file, { mode, about, backward, inverted, colours }) {
  const image = await opened(file);
  try {
    const [channels, height, width] = backward ? about.output : about.input;
    if (mode === "paint") {
      const cells = new Cells(width, height), wrong = decode(pixelsOf(image, false), cells, colours);
      if (wrong) throw new Error(wrong);
      return { cells, truth: null };
    }
    const whole = cellsOfPixels(pixelsOf(image, true), channels);
    if (inverted) whole.values.forEach((value, at) => (whole.values[at] = 0xffffff - value));
    const cells = resized(whole, width), [planes, , size] = about.output;
    if (mode !== "sharpen" || backward || whole.width <= width) return { cells, truth: null };
    const bytes = bytesOf(resized(whole, size), planes);
    return { cells, truth: pictureOf({ channels: planes, height: size, width: size, bytes }, 0) };
  } finally {
    image.close();
  }
}

async function opened(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Error(UNREAD);
  }
}

/** The pixels of a picture, RGBA; of a photo they are cut square from the middle, and what is transparent is white. */
function pixelsOf(image, photo) {
  const edge = Math.min(image.width, image.height);
  const [wide, tall] = photo ? [edge, edge] : [image.width, image.height];
  const scale = Math.min(1, MOST_EDGE / Math.max(wide, tall));
  const width = Math.max(1, Math.round(wide * scale)), height = Math.max(1, Math.round(tall * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  Object.assign(pen, { imageSmoothingQuality: "high", imageSmoothingEnabled: scale < 1, fillStyle: "#fff" });
  if (photo) pen.fillRect(0, 0, width, height);
  pen.drawImage(image, (image.width - wide) / 2, (image.height - tall) / 2, wide, tall, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height);
}

const resized = (/** @type {Cells} */ cells, edge) => (cells.width === edge ? cells : areaAverage(cells, edge, edge));

/** A file chooser that looks like a button; ``onFile(file)``. */
export function chooser(words, accept, title, onFile) {
  const input = make("input", { type: "file", accept, class: "gx-file", "aria-label": words });
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = ""; // the same file can be chosen again
    if (file) onFile(file);
  });
  return make("label", { class: "gx-button gx-chooser", title }, words, input);
}

/** Take files that are dropped on a place. */
export function takeDropped(place, onFile) {
  place.addEventListener("dragover", (event) => event.preventDefault());
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  });
}

/** Save pictures side by side as one PNG, each enlarged by whole pixels to the largest. */
export function saveStrip(/** @type {Pictures[]} */ pictures, name) {
  const height = Math.max(...pictures.map((one) => one.height));
  const widths = pictures.map((one) => Math.round((one.width * height) / one.height));
  const sheet = Object.assign(document.createElement("canvas"), { width: widths.reduce((sum, one) => sum + one, 0), height });
  const pen = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  pen.imageSmoothingEnabled = false;
  let at = 0;
  pictures.forEach((one, index) => {
    const canvas = document.createElement("canvas");
    draw(canvas, one);
    pen.drawImage(canvas, at, 0, widths[index], height);
    at += widths[index];
  });
  sheet.toBlob((blob) => blob && offer(blob, `${name}.png`), "image/png");
}

/** Save a map of labels as a PNG without loss. */
export function saveMap(cells, colours, name) {
  offer(new Blob([encode(cells, colours)], { type: "image/png" }), `${name}.png`);
}
