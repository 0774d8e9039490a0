// Files to download. They are asked for by POST: a walk's points are too many for an address.

import { Refused } from "./decoder.js";

/**
 * Make a file of some points on the server and hand it to the browser to save. Throws the server's sentence.
 * @param {string} root
 * @param {string} model
 * @param {string} kind
 * @param {object} wish
 * @param {string} name
 */
export async function save(root, model, kind, wish, name) {
  const answer = await fetch(`${root}api/models/${encodeURIComponent(model)}/file/${kind}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wish),
  });
  if (!answer.ok) throw new Refused(await answer.text());
  offer(await answer.blob(), `${name}.${kind}`);
}

/**
 * Hand a file to the browser to save.
 * @param {Blob} blob
 * @param {string} name
 */
export function offer(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The scale at which a picture of ``size`` is enlarged to about ``edge`` pixels, in whole pixels. */
export const scaleTo = (/** @type {number} */ size, /** @type {number} */ edge) => Math.max(1, Math.min(32, Math.round(edge / size)));
