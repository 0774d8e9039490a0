// How Streamlit's calls become one living view, which stays as long as its element does.

import { Telling } from "./telling.js";

/**
 * The ``mount(component, root)`` of a widget's script. Streamlit calls it at the first mount and again whenever data or
 * theme change, and calls what it returned when the component goes, sometimes only after the next mount.
 *
 * ``View`` is made once on the element of the class ``gx-<name>``, as ``new View(place, root)``; ``update(component)``
 * hears of every call, and ``close()`` ends it. A trigger that the view sets is told until the page has heard it.
 * @param {string} name
 * @param {new (place: any, root: string) => { update: (component: Component) => void, close: () => void }} View
 */
export function mounting(name, View) {
  const mounted = new WeakMap(); // the element that Streamlit gives -> { view, place, telling, call }
  return function mount(/** @type {Component} */ component, /** @type {string} */ root) {
    const { parentElement } = component;
    const place = parentElement.querySelector(`.gx-${name}`);
    const before = mounted.get(parentElement);
    if (before && before.place !== place) {
      before.view.close();
      before.call = null; // what was returned for it has nothing left to do
    }
    const telling = before?.telling ?? new Telling();
    const now = before?.place === place ? before : { view: new View(place, root), place, telling };
    mounted.set(parentElement, now);
    const call = (now.call = {});
    telling.listen(component);
    now.view.update({ ...component, setTriggerValue: (/** @type {string} */ told, /** @type {unknown} */ value) => telling.tell(told, value) });
    return () => {
      if (now.call !== call) return; // a newer call has taken the view over
      now.view.close();
      telling.close();
      if (mounted.get(parentElement) === now) mounted.delete(parentElement);
    };
  };
}
