// Which other models of the same pictures stand beside the chosen one.

const SHOWN_UNASKED = 2; // published ones, where pictures are sharpened

/** @typedef {{ id: string, published: boolean, [other: string]: any }} Rival */
/** @typedef {{ mode: string, rivals: Rival[] }} Page */

/** Whether the input is painted or drawn. */
export const paints = (/** @type {{ mode: string }} */ { mode }) => mode === "paint" || mode === "draw";

/**
 * Those that can: none beside a canvas.
 * @param {Page} page
 */
export const rivalsOf = (page) => (paints(page) ? [] : page.rivals);

/**
 * The ids of those that do: as the person chose, of which some may be gone, or the first published ones.
 * @param {Page} page
 * @param {{ also: string[] | null }} state
 */
export function alsoOf(page, { also }) {
  const rivals = rivalsOf(page), most = page.mode === "sharpen" ? SHOWN_UNASKED : 0;
  const wanted = also ?? rivals.filter(({ published }) => published).slice(0, most).map(({ id }) => id);
  return wanted.filter((id) => rivals.some((one) => one.id === id));
}
