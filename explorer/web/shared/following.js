// One pointer at a time: a second finger, or the hand beside a pen, changes nothing until the first is lifted.

/**
 * Follow a pointer from where it is pressed on an element until it is lifted or cancelled.
 *
 * ``down(event)`` says whether this one is followed; ``move(event)`` and ``up(event)`` hear of it alone, and
 * ``hover(event)`` of moves while none is followed. Returns a function that ends it all.
 * @param {HTMLElement} element
 * @param {{ down: (event: PointerEvent) => boolean, move: (event: PointerEvent) => void, up: (event: PointerEvent) => void,
 *   hover?: (event: PointerEvent) => void }} wishes
 */
export function follow(element, { down, move, up, hover = () => {} }) {
  let followed = /** @type {number | null} */ (null);
  const end = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== followed) return;
    followed = null;
    up(event);
  };
  /** @type {Record<string, (event: any) => void>} */
  const handlers = {
    pointerdown(/** @type {PointerEvent} */ event) {
      if (followed !== null) event.preventDefault();
      else if (down(event)) {
        event.preventDefault();
        followed = event.pointerId;
        element.setPointerCapture(followed);
      }
    },
    pointermove(/** @type {PointerEvent} */ event) {
      if (followed === null) hover(event);
      else if (event.pointerId === followed) move(event);
    },
    pointerup: end,
    pointercancel: end,
  };
  for (const [kind, handler] of Object.entries(handlers)) element.addEventListener(kind, handler);
  return () => {
    for (const [kind, handler] of Object.entries(handlers)) element.removeEventListener(kind, handler);
  };
}
