// The view follows the text until the reader scrolls up, and again from the end on.

import { byId, set } from "./dom.js";
import { browserKeepsPlace, forgetPlace, keepPlace, rememberPlace } from "./place.js";

const NEAR = 32; // CSS pixels that still count as the end
const HAND = 1000; // milliseconds a wheel, key or finger may move the view

const scroller = byId("scroller");
const messages = byId("messages");
const latest = byId("latest");
let following = true;
let last = 0;
let height = 0; // of all there is, as it was last shown
let touched = -HAND;
let held = false;

// Nothing but a change of size moves the end, and it is told in the frame that shows it.
function follow() {
  height = scroller.scrollHeight;
  if (!following) keepPlace(true);
  else if (messages.hasChildNodes() && !isEditing()) scroller.scrollTop = height;
  last = scroller.scrollTop;
  showWay();
  markPlace();
}

// Who writes in an earlier message looks at that.
const isEditing = () => document.activeElement?.closest(".editing") != null;

// Who follows has no place: what is at the end moves with the text.
function markPlace() {
  if (browserKeepsPlace) return;
  if (following) forgetPlace();
  else rememberPlace();
}

// Around a change to what is above or in the view; it ends with what is read where it was.
export function keepingPlace(change) {
  if (browserKeepsPlace) return change();
  const before = scroller.scrollTop;
  keepPlace(true); // something else may have changed in this frame
  rememberPlace();
  change();
  keepPlace(false);
  markPlace();
  height = scroller.scrollHeight;
  // The reader's last move may not have been told yet.
  last += scroller.scrollTop - before;
}

export function toEnd() {
  setFollowing(true);
  requestAnimationFrame(() => {
    // What greets in an empty chat is read from its beginning.
    scroller.scrollTop = messages.hasChildNodes() ? scroller.scrollHeight : 0;
    follow();
  });
}

function setFollowing(now) {
  following = now;
  showWay();
}

// In a larger window all there is may have come into sight.
function showWay() {
  set(latest, { hidden: following || height - scroller.clientHeight <= NEAR });
}

scroller.addEventListener("scroll", () => {
  const top = scroller.scrollTop;
  // Who goes to the end goes to the one that is seen, whatever has come since.
  const gap = Math.min(height, scroller.scrollHeight) - top - scroller.clientHeight;
  // The view also moves when what is in it shrinks: only a reader's hand lets go.
  const byHand = held || performance.now() - touched < HAND;
  if (gap <= NEAR) setFollowing(true);
  else if (top < last && byHand) setFollowing(false);
  last = top;
  // After a change of size that has not been shown yet, the place is another one.
  if (scroller.scrollHeight === height) markPlace();
}, { passive: true });

// The browser's search goes where it found something.
messages.addEventListener("beforematch", () => setFollowing(false));
const touch = () => { touched = performance.now(); };
for (const kind of ["wheel", "touchmove", "keydown"]) addEventListener(kind, touch, { passive: true });
// At once: on its smooth way the view would not reach an end that grows.
addEventListener("keydown", (event) => {
  if (event.key !== "End" || event.shiftKey) return; // with Shift it selects
  if (event.target.closest("textarea, input, select, dialog")) return;
  event.preventDefault();
  toEnd();
});
scroller.addEventListener("pointerdown", () => { held = true; });
for (const kind of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(kind, () => { if (held) touch(); held = false; });
}

// Also when what is out of sight, with an estimated height, comes into view.
const sizes = new ResizeObserver(follow);
sizes.observe(scroller);
sizes.observe(messages);
sizes.observe(byId("trouble"));
// A move of the view may change a size once more; that is told in the next frame.
addEventListener("error", (event) => {
  if (!event.message?.startsWith("ResizeObserver loop")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
latest.addEventListener("click", toEnd);
