// The view follows the text until the reader scrolls up, and again from the end on.

import { byId } from "./dom.js";

const NEAR = 32; // CSS pixels that still count as the end

const scroller = byId("scroller");
const messages = byId("messages");
const latest = byId("latest");
let following = true;
let last = 0;
let planned = false;

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
  if (gap <= NEAR) setFollowing(true);
  else if (top < last) setFollowing(false);
  last = top;
}, { passive: true });

// Blocks out of sight have estimated heights; the end moves when they come into view.
const sizes = new ResizeObserver(follow);
sizes.observe(scroller);
sizes.observe(messages);
latest.addEventListener("click", toEnd);
