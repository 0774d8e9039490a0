// How large the pictures are: the largest squares that fit beside what stands with them, without scrolling.

const GAP = 22;
const RAIL = 92; // what is to be learnt and what is shown
const SIDE = 290; // of the story and the settings, at least
const CURVES = 235;
const BELOW = 140; // what stands under a picture, the doctor's line among it
const LEAST = 260;

/** Give every game the room there is. */
export function layOut({ place, games, cards }) {
  const width = place.clientWidth;
  if (!width || !cards.length) return;
  const two = cards.length > 1;
  const wide = width >= 980;
  const besides = !wide && width >= 700; // two columns
  place.classList.toggle("gx-wide-page", wide);
  place.classList.toggle("gx-two", two);
  place.classList.toggle("gx-narrow", !wide && !besides);
  const [above, mine] = [place.getBoundingClientRect().top, games.getBoundingClientRect().top];
  const top = mine - above + Math.min(180, Math.max(60, above)); // as it is where nothing is scrolled
  const high = window.innerHeight - top - BELOW - (two ? 34 : 0);
  const rail = wide || besides ? RAIL + GAP : 0;
  let across = width;
  if (wide) across = two ? (width - rail - SIDE - 2 * GAP) / 2 : width - rail - SIDE - CURVES - 2 * GAP;
  else if (besides) across = two ? (width - rail - GAP) / 2 : width - rail - CURVES - GAP;
  const edge = Math.floor(Math.max(LEAST, wide || besides ? Math.min(across, Math.max(high, 400)) : Math.min(across, 560)));
  for (const { element, plane, curves, game } of cards) {
    element.style.setProperty("--gx-edge", `${edge}px`);
    plane.size(edge);
    if (game.frame) curves.show(game);
  }
}
