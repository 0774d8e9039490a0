// A list whose items are told apart by an id: it is brought up to date without touching what stays where it is.

export class KeyedList {
  /** @type {HTMLElement} */ list;
  /** @type {(id: string) => any} */ makeItem;
  /** @type {(item: any, entry: any) => void} */ fill;
  /** @type {Map<string, any>} */ items;

  /**
   * ``makeItem(id)`` gives ``{ element, ... }``; ``fill(item, entry)`` shows an entry in it.
   * @param {HTMLElement} list
   * @param {(id: string) => any} makeItem
   * @param {(item: any, entry: any) => void} fill
   */
  constructor(list, makeItem, fill) {
    Object.assign(this, { list, makeItem, fill, items: new Map() });
  }

  /**
   * Show these entries, in their order.
   * @param {{ id: string }[]} entries
   */
  show(entries) {
    const gone = new Set(this.items.keys());
    let before = /** @type {Element | null} */ (null);
    for (const entry of entries) {
      gone.delete(entry.id);
      let item = this.items.get(entry.id);
      if (!item) this.items.set(entry.id, (item = this.makeItem(entry.id)));
      this.fill(item, entry);
      const next = before ? before.nextSibling : this.list.firstChild;
      if (item.element !== next) this.list.insertBefore(item.element, next);
      before = item.element;
    }
    for (const id of gone) {
      this.items.get(id).element.remove();
      this.items.delete(id);
    }
  }
}
