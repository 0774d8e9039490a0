// Where a place of the picture looks: the weights of the self-attention of G, over the picture that it draws.

import { askPictures, Decoder } from "../shared/decoder.js";
import { follow } from "../shared/following.js";
import { make, percent, setText } from "../shared/format.js";
import { draw } from "../shared/picture.js";

const HEAT = [255, 150, 0]; // the colour of what is looked at; how much of it covers the picture says how strongly
const ABOUT = "In self-attention every place of a layer's maps is computed from all places, weighted by how well they match. The weights of one place sum to 100 %.";

/** The place that a share of the way across and down lies on, and the numbers of its map, of so many places a side. */
export function placeOf([across, down], side) {
  const [column, row] = [across, down].map((share) => Math.min(side - 1, Math.floor(share * side)));
  return { column, row, index: row * side + column };
}

/** Of one map of weights the largest: where it lies, and its share of all. */
export function strongest({ bytes, width, height }, index) {
  const weights = bytes.subarray(index * width * height, (index + 1) * width * height);
  const at = weights.indexOf(Math.max(...weights));
  return { column: at % width, row: Math.floor(at / width), share: weights[at] / weights.reduce((sum, one) => sum + one, 0) };
}

export class Attention {
  root; onPlace; key; maps; place; decoder;

  /** ``onPlace([across, down])``: another place was chosen, as shares of the way, in [0, 1]. */
  constructor(root, { onPlace }) {
    Object.assign(this, { root, onPlace, place: [0.5, 0.5] });
    this.decoder = new Decoder(root, { onTrouble: (text) => text && setText(this.words, text) });
    this.picture = make("canvas", { class: "gx-picture", "aria-hidden": "true" });
    this.heat = make("canvas", { class: "gx-picture gx-heat", "aria-hidden": "true" });
    this.marker = make("span", { class: "gx-looking", hidden: "" });
    this.surface = make("div", { class: "gx-attended", tabindex: 0, role: "application",
      "aria-roledescription": "picture to point at", "aria-label": "The place that looks" }, this.picture, this.heat, this.marker);
    this.words = make("p", { class: "gx-line", role: "status" }, "\u00a0");
    this.element = make("div", { class: "gx-attention" }, this.surface,
      make("div", {}, make("p", { class: "gx-quiet" }, "Click a place of the picture, drag, or use the arrow keys. The more a place is ",
        "covered with orange, the more the chosen place ", make("abbr", { title: ABOUT, tabindex: 0 }, "looks"), " there."), this.words));
    this.listen();
  }

  listen() {
    const to = ({ clientX, clientY }) => {
      const { left, top, width, height } = this.surface.getBoundingClientRect();
      this.to([(clientX - left) / width, (clientY - top) / height]);
    };
    follow(this.surface, {
      down: (event) => {
        if (event.button) return false;
        this.surface.focus({ preventScroll: true });
        to(event);
        return true;
      },
      move: to,
      up: () => this.onPlace(this.place),
    });
    this.surface.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!by || !this.maps) return;
      event.preventDefault();
      const { column, row } = placeOf(this.place, this.side);
      this.to([(column + by[0] + 0.5) / this.side, (row + by[1] + 0.5) / this.side]);
      this.onPlace(this.place);
    });
  }

  get side() {
    return Math.sqrt(this.maps.count);
  }

  to(place) {
    this.place = place.map((share) => Math.round(100 * Math.min(1, Math.max(0, share))) / 100);
    this.render();
  }

  /** Show a point's picture, and what one place of it looks at. */
  show(model, point, place) {
    this.place = place;
    this.render();
    const key = JSON.stringify([model, point]);
    if (key === this.key) return;
    this.key = key;
    this.decoder.model = model;
    this.decoder.wantOf((asked) => Promise.all([askPictures(this.root, asked, [point]),
      askPictures(this.root, asked, null, "attention", { point })]), ([pictures, maps]) => {
      this.maps = maps;
      draw(this.picture, pictures);
      this.render();
    }, () => (this.key = null));
  }

  render() {
    if (!this.maps) return;
    const { side, maps } = this;
    const { column, row, index } = placeOf(this.place, side);
    Object.assign(this.heat, { width: maps.width, height: maps.height });
    const image = new ImageData(maps.width, maps.height);
    for (let at = 0; at < maps.width * maps.height; at += 1) {
      image.data.set([...HEAT, maps.bytes[index * maps.width * maps.height + at]], 4 * at);
    }
    this.heat.getContext("2d").putImageData(image, 0, 0);
    this.marker.hidden = false;
    const share = (part) => `${(100 * part) / side}%`;
    Object.assign(this.marker.style, { left: share(column), top: share(row), width: share(1), height: share(1) });
    const most = strongest(maps, index);
    setText(this.words, `The place in column ${column + 1} and row ${row + 1} of ${side} looks most at column ${most.column + 1} `
      + `and row ${most.row + 1} of ${maps.width}: ${percent(most.share)} of its weights.`);
  }

  close() {
    this.decoder.close();
  }
}
