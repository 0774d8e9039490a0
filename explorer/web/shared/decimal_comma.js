// A comma that is typed or pasted into a field of decimal numbers counts as a point. Browsers drop it, whatever their
// language, so that 0,001 would become 1. Fields of whole numbers are left alone: there 1,000 is a thousand.

const FIELDS = '[class*="st-key-decimal_"] input[type="number"]'; // as Streamlit marks a container by its key

/** @param {InputEvent} event */
function onInput(event) {
  if (!event.data?.includes(",") || !(event.target instanceof Element) || !event.target.matches(FIELDS)) return;
  event.preventDefault();
  document.execCommand("insertText", false, event.data.replaceAll(",", ".")); // as if typed: Streamlit and undo hear of it
}

/** Listen on the whole page, once. */
export function acceptDecimalCommas() {
  document.addEventListener("beforeinput", onInput); // the same listener again changes nothing
}
