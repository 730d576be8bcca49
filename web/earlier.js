// The end of a conversation is shown first; what came before it follows once that is painted.

import { oncePainted } from "./dom.js";
import { keepingPlace } from "./scroll.js";

const FIRST = 30; // messages at the end, more than a view holds
const REST = 50; // milliseconds after the end was painted until the others follow

let complete = () => {}; // puts what is still missing into its place

// Fills `list` with an element of each that `make` builds; all at once if `whole`.
export function showEnd(list, shown, make, whole) {
  const first = whole ? 0 : Math.max(shown.length - FIRST, 0);
  list.replaceChildren(...shown.slice(first).map(make));
  complete = () => {
    complete = () => {};
    keepingPlace(() => list.prepend(...shown.slice(0, first).map(make)));
  };
  const mine = complete;
  const follow = () => setTimeout(() => { if (complete === mine) mine(); }, REST);
  oncePainted(follow);
}

// All elements of the list, also those that would have followed.
export function allOf(list) {
  complete();
  return [...list.children];
}

// Something else is shown from now on.
export function showAll(list, nodes) {
  complete = () => {};
  list.replaceChildren(...nodes);
}
