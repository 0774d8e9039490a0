// What compared runs are called.

const BEGUN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  second: "2-digit" });

/**
 * The runs' names; those that several share begin with when each was made, as the end of a name may be cut off.
 * @param {{ name: string, made?: number | null }[]} runs ``made``: in seconds since 1970
 */
export function toldApart(runs) {
  const shared = (/** @type {string} */ name) => runs.filter((run) => run.name === name).length > 1;
  return runs.map(({ name, made }) => (made && shared(name) ? `${BEGUN.format(made * 1000)}: ${name}` : name));
}
