// What is painted: cells in rows, each with a label or a colour; brush, line, fill and the mirrored brush.

export class Cells {
  /** @type {number} */ width;
  /** @type {number} */ height;
  /** @type {Uint32Array} */ values;

  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint32Array} values row by row: labels, or colours as 0xRRGGBB
   */
  constructor(width, height, values = new Uint32Array(width * height)) {
    Object.assign(this, { width, height, values });
  }

  copy() {
    return new Cells(this.width, this.height, this.values.slice());
  }

  at(/** @type {number} */ x, /** @type {number} */ y) {
    return this.values[y * this.width + x];
  }

  same(/** @type {Cells} */ other) {
    return this.values.every((value, at) => value === other.values[at]);
  }

  /** All cells one value; tells whether any changed. */
  clear(/** @type {number} */ value) {
    const changed = this.values.some((one) => one !== value);
    this.values.fill(value);
    return changed;
  }

  /**
   * A round brush of so many cells across, its middle at a cell.
   * @param {number} x
   * @param {number} y
   * @param {number} across
   * @param {number} value
   * @returns {boolean} whether any cell changed
   */
  dab(x, y, across, value, mirrored = false) {
    let changed = false;
    for (const [column, row] of brush(across)) {
      changed = this.set(x + column, y + row, value) || changed;
      if (mirrored) changed = this.set(this.width - 1 - (x + column), y + row, value) || changed;
    }
    return changed;
  }

  /**
   * The brush on every cell of the line from one cell to another.
   * @param {number[]} from
   * @param {number[]} to
   * @param {number} across
   * @param {number} value
   */
  line([fromX, fromY], [toX, toY], across, value, mirrored = false) {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY));
    let changed = false;
    for (let step = 0; step <= steps; step += 1) {
      const share = steps ? step / steps : 0;
      const [x, y] = [Math.round(fromX + share * (toX - fromX)), Math.round(fromY + share * (toY - fromY))];
      changed = this.dab(x, y, across, value, mirrored) || changed;
    }
    return changed;
  }

  /**
   * One value for all cells that hang together with a cell, side by side, and have its value.
   * @param {number} x
   * @param {number} y
   * @param {number} value
   */
  fill(x, y, value, mirrored = false) {
    const changed = this.fillFrom(x, y, value);
    return (mirrored && this.fillFrom(this.width - 1 - x, y, value)) || changed;
  }

  fillFrom(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ value) {
    if (!this.has(x, y)) return false;
    const from = this.at(x, y);
    if (from === value) return false;
    const open = [y * this.width + x];
    while (open.length) {
      const at = open.pop() ?? 0;
      if (this.values[at] !== from) continue;
      this.values[at] = value;
      const column = at % this.width;
      if (column > 0) open.push(at - 1);
      if (column < this.width - 1) open.push(at + 1);
      if (at >= this.width) open.push(at - this.width);
      if (at + this.width < this.values.length) open.push(at + this.width);
    }
    return true;
  }

  has(/** @type {number} */ x, /** @type {number} */ y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  set(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ value) {
    if (!this.has(x, y) || this.at(x, y) === value) return false;
    this.values[y * this.width + x] = value;
    return true;
  }
}

/** @type {Map<number, number[][]>} */
const known = new Map();

/** The cells of a round brush of so many across, as steps from its middle; an even one leans to the upper left. */
export function brush(/** @type {number} */ across) {
  let found = known.get(across);
  if (!found) {
    const middle = (across - 1) / 2, reach = (across / 2) ** 2;
    found = [];
    for (let row = 0; row < across; row += 1) {
      for (let column = 0; column < across; column += 1) {
        if ((row - middle) ** 2 + (column - middle) ** 2 <= reach) found.push([column - Math.floor(across / 2), row - Math.floor(across / 2)]);
      }
    }
    known.set(across, found);
  }
  return found;
}

const MOST = 200; // steps that can be undone

/** What was painted before, and what was undone. */
export class Steps {
  constructor() {
    /** @type {Cells[]} */ this.before = [];
    /** @type {Cells[]} */ this.after = [];
  }

  /** Keep what there was before a change, which drops what was undone. */
  keep(/** @type {Cells} */ cells) {
    this.before.push(cells);
    if (this.before.length > MOST) this.before.shift();
    this.after = [];
  }

  /**
   * The cells before the last change (``by`` -1), or after the one that was undone last (1); null where there is none.
   * @param {number} by
   * @param {Cells} now
   */
  go(by, now) {
    const [from, to] = by < 0 ? [this.before, this.after] : [this.after, this.before];
    const found = from.pop();
    if (!found) return null;
    to.push(now);
    return found;
  }
}
