// The view follows the text until the reader scrolls up, and again from the end on.

import { byId } from "./dom.js";

const NEAR = 32; // CSS pixels that still count as the end
const HAND = 1000; // milliseconds a wheel, key or finger may move the view

const scroller = byId("scroller");
const messages = byId("messages");
const latest = byId("latest");
let following = true;
let last = 0;
let planned = false;
let touched = -HAND;
let held = false;

// Call after every change; the view moves at most once a frame.
export function follow() {
  if (!following || planned || !messages.hasChildNodes()) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    if (!following) return;
    scroller.scrollTop = scroller.scrollHeight;
    last = scroller.scrollTop;
  });
}

export function toEnd() {
  setFollowing(true);
  follow();
}

function setFollowing(now) {
  following = now;
  latest.hidden = now;
}

scroller.addEventListener("scroll", () => {
  const top = scroller.scrollTop;
  const gap = scroller.scrollHeight - top - scroller.clientHeight;
  // The view also moves when what is in it shrinks: only a reader's hand lets go.
  const byHand = held || performance.now() - touched < HAND;
  if (gap <= NEAR) setFollowing(true);
  else if (top < last && byHand) setFollowing(false);
  last = top;
}, { passive: true });

const touch = () => { touched = performance.now(); };
for (const kind of ["wheel", "touchmove", "keydown"]) addEventListener(kind, touch, { passive: true });
scroller.addEventListener("pointerdown", () => { held = true; });
for (const kind of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(kind, () => { if (held) touch(); held = false; });
}

// Blocks out of sight have estimated heights; the end moves when they come into view.
const sizes = new ResizeObserver(follow);
sizes.observe(scroller);
sizes.observe(messages);
sizes.observe(byId("trouble"));
latest.addEventListener("click", toEnd);
