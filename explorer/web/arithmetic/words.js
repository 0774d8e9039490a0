// What the page says of edits and of attributes that there are none to move along.

import { nounOf } from "../shared/told.js";

const FAR = 0.7; // of how far samples lie from the middle: a longer move may lead to another picture
const OWN = "Mark samples to find a direction of your own.";

/**
 * What a move that was found does beside what was asked; "" where there is nothing to say.
 * @param {{ shows: boolean, kept: boolean, way: number }} found
 * @param {string} name of the attribute
 * @param {boolean} wanted whether it was to be given, or to be taken
 */
export function editWords({ shows, kept, way }, name, wanted) {
  if (!shows) return `No move was found that ${wanted ? "gives this picture" : "takes from this picture"} ${name}; try other exemplars, or the slider.`;
  if (!kept) return `That ${wanted ? "gave" : "took"} ${name}, and something else changed as well.`;
  return way > FAR ? "No short move works. This long one holds what the classifier reads; other parts may change." : "";
}

/**
 * Why there are no attributes to move along, or not yet; "" where there are some, or where it is said elsewhere.
 * @param {{ classes: string[], condition: string }} data of the page
 * @param {{ attributes: string[] } | null} about the model, once it is known
 * @param {unknown[] | null} directions to attributes, once they are known
 * @param {boolean} [failed] whether the server has refused to say
 */
export function whyUnlabelled(data, about, directions, failed) {
  if (!about || directions?.length || (failed && !directions)) return "";
  if (data.classes.length) return `This model takes a ${nounOf(data.condition)} as input, so no labelled directions are searched in z. ${OWN}`;
  if (!about.attributes.length) return `There is no classifier for these pictures. ${OWN}`;
  return directions ? `The classifier sees no differences among its samples. ${OWN}` : "Finding directions …";
}
