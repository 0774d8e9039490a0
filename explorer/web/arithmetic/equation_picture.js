// The whole equation as one picture: means with their exemplars, signs, and the result among its neighbours.

import { SLOTS } from "./state.js";

const BIG = 256;
const GAP = 24;
const SIGN = 64;
const HEAD = 56;
const SIGNS = ["−", "+", "="];

/** A canvas with the equation that an ``Equation`` shows; ``caption`` stands below it. */
export function equationPicture(equation, caption) {
  const nine = 2 * BIG;
  const width = 2 * GAP + 3 * BIG + 3 * SIGN + nine + 6 * GAP;
  const height = GAP + HEAD + nine + HEAD + GAP;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingEnabled = false; // sharp pixels
  pen.fillStyle = "#1a1c24";
  pen.textAlign = "center";
  const top = GAP + HEAD;
  const middle = top + BIG / 2;
  let x = GAP;
  const text = (words, at, y, font) => {
    pen.font = `${font} system-ui, sans-serif`;
    pen.fillText(words, at, y);
  };
  SLOTS.forEach((slot, index) => {
    const { mean, exemplars } = equation.slots[slot];
    text(slot.toUpperCase(), x + BIG / 2, top - 18, "600 32px");
    pen.drawImage(mean, x, top, BIG, BIG);
    const tiles = [...exemplars.querySelectorAll("canvas")];
    const edge = Math.floor((BIG - 2 * 8) / 3);
    tiles.forEach((tile, at) => pen.drawImage(tile, x + (at % 3) * (edge + 8), top + BIG + 12 + Math.floor(at / 3) * (edge + 8), edge, edge));
    x += BIG + GAP;
    text(SIGNS[index], x + SIGN / 2, middle + 20, "400 64px");
    x += SIGN + GAP;
  });
  text(equation.title.textContent, x + nine / 2, top - 18, "600 32px");
  const side = nine / 4;
  const places = [[0, 0, 1], [1, 0, 2], [3, 0, 1], [0, 1, 2], [1, 1, 2], [3, 1, 2], [0, 3, 1], [1, 3, 2], [3, 3, 1]];
  equation.nine.forEach((one, index) => {
    const [column, row, cells] = places[index];
    const wide = cells === 2 && index !== 4;
    const shrink = wide ? side : cells * side;
    const dx = wide && row !== 1 ? side / 2 : 0;
    const dy = wide && row === 1 ? side / 2 : 0;
    pen.drawImage(one, x + column * side + dx + 2, top + row * side + dy + 2, shrink - 4, shrink - 4);
  });
  text(caption, width / 2, height - GAP, "400 20px");
  return canvas;
}

/** Hand a canvas to the browser to save as PNG. */
export async function saveCanvas(canvas, name) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: `${name}.png` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
