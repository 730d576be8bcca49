// Where the reader is, in what may grow or shrink above. WebKit leaves keeping it to the page.

import { byId } from "./dom.js";

const STEP = 24; // CSS pixels, more than there is between two messages

export const browserKeepsPlace = CSS.supports("overflow-anchor", "auto");

const view = byId("scroller");
const list = byId("messages");
let anchor = null;
let offset = 0; // of the anchor in all there is
let scrolled = 0;
let rest = 0; // of a CSS pixel: the view moves by whole ones

// Remembers what is at the lower edge of the view: above it may be what was never laid out.
export function rememberPlace() {
  const box = view.getBoundingClientRect();
  const left = list.getBoundingClientRect().left + 1; // beside the button that leads to the end
  anchor = null;
  for (let y = box.bottom - 1; !anchor && y > box.top; y -= STEP) {
    const found = document.elementFromPoint(left, y);
    if (found?.closest(".message")) anchor = found;
  }
  scrolled = view.scrollTop;
  offset = anchor ? offsetOf(anchor) : 0;
}

export function forgetPlace() {
  anchor = null;
}

// Moves the view as far as that has moved since, from where it was or the reader has moved it.
export function keepPlace(readerMoved) {
  if (!anchor?.isConnected) return;
  const by = offsetOf(anchor) - offset;
  if (!by) return;
  const end = view.scrollHeight - view.clientHeight;
  // Who was below the new end was moved by the browser.
  const from = readerMoved && scrolled <= end ? view.scrollTop : scrolled;
  const exact = from + by + rest;
  view.scrollTop = Math.round(exact);
  rest = exact - Math.round(exact);
}

// What is drawn later stands where its place was.
export function replace(place, drawn) {
  place.replaceWith(drawn);
  if (anchor === place) anchor = drawn;
}

const offsetOf = (element) => element.getBoundingClientRect().top + view.scrollTop;
