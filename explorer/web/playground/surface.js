// D's output all over the plane: one colour for real, one for fake, and a line where it cannot tell.

const TINT = 0.62; // of the colours where D is sure

/** Draw it on a plane's canvas; ``plane`` has ``frame``, ``colors``, ``pixels``, ``cell`` and ``px(size)``. */
export function drawSurface(context, plane) {
  const { frame, colors, cell, pixels } = plane;
  const side = frame.shapes.surface[0];
  const middle = frame.balance === null ? 0.5 : (frame.balance - frame.low) / (frame.high - frame.low);
  if (cell.width !== side) cell.width = cell.height = side;
  const image = new ImageData(side, side);
  const [none, real, fake] = [colors.background, colors.real, colors.fake].map(channels);
  for (let at = 0; at < frame.surface.length; at += 1) {
    const by = Math.max(-1, Math.min(1, (frame.surface[at] - middle) * 2));
    const to = by > 0 ? real : fake;
    const share = Math.abs(by) * TINT;
    for (let c = 0; c < 3; c += 1) image.data[4 * at + c] = none[c] + (to[c] - none[c]) * share;
    image.data[4 * at + 3] = 255;
  }
  cell.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(cell, 0, 0, pixels, pixels);
  if (frame.balance !== null) drawBorder(context, plane, middle, side); // a critic has none
}

/** The line along which D cannot tell, by marching squares. */
function drawBorder(context, plane, level, side) {
  const { frame, colors, pixels } = plane;
  const at = (row, column) => frame.surface[row * side + column] - level;
  const step = pixels / side;
  context.beginPath();
  for (let row = 0; row < side - 1; row += 1) {
    for (let column = 0; column < side - 1; column += 1) {
      const corners = [at(row, column), at(row, column + 1), at(row + 1, column + 1), at(row + 1, column)];
      const ends = [];
      for (let edge = 0; edge < 4; edge += 1) {
        const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
        if (a > 0 === b > 0) continue;
        const part = a / (a - b);
        ends.push([[part, 0], [1, part], [1 - part, 1], [0, 1 - part]][edge]);
      }
      for (let end = 0; end + 1 < ends.length; end += 2) {
        context.moveTo((column + 0.5 + ends[end][0]) * step, (row + 0.5 + ends[end][1]) * step);
        context.lineTo((column + 0.5 + ends[end + 1][0]) * step, (row + 0.5 + ends[end + 1][1]) * step);
      }
    }
  }
  context.strokeStyle = colors.d;
  context.lineWidth = plane.px(2);
  context.stroke();
}

/** A colour's red, green and blue, each from 0 to 255. */
function channels(color) {
  const [, hex] = /^#([0-9a-f]{6})$/i.exec(color) ?? [];
  if (hex) return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return (color.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
}
