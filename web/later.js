// Kept answers are drawn when they come near the view: a long conversation opens at once,
// and who goes quickly through it waits for nothing. Until then they keep their place,
// and the browser's search finds their source.

import { call } from "./api.js";
import { byId, element } from "./dom.js";
import { onState } from "./header.js";
import { replace } from "./place.js";
import { keepingPlace } from "./scroll.js";

const NEAR = 500; // CSS pixels above and below the view
const MOST = 50; // answers drawn at once
const PAUSE = 150; // milliseconds between two drawings while the view moves

const scroller = byId("scroller");
const messages = byId("messages");
const undrawn = new WeakMap();
let left = 0; // places to draw, also of chats that were left
let planned = false;
let missed = false; // a drawing failed

// An element in place of the one that `make` builds of a ShownMessage with its blocks.
export function drawLater(shown, make) {
  const place = element("li", { className: "message undrawn" }, shown.message.content);
  place.setAttribute("aria-label", "Answer");
  place.setAttribute("hidden", "until-found");
  undrawn.set(place, (blocks) => make({ ...shown, blocks }));
  left += 1;
  planDrawing();
  return place;
}

// What comes near the view is drawn soon.
export function planDrawing() {
  if (planned || left === 0) return;
  planned = true;
  setTimeout(draw, PAUSE);
}

async function draw() {
  const places = nearView();
  try {
    if (places.length === 0) return;
    const texts = places.map((place) => place.textContent);
    const { answers } = await call("/api/page/chats/draw", { texts });
    keepingPlace(() => answers.forEach((blocks, index) => show(places[index], blocks)));
    // The view may have moved meanwhile, and what became shorter lets others come near.
    setTimeout(planDrawing);
  } catch {
    missed = true; // the place stays; the next move of the view or state tries again
  } finally {
    planned = false;
  }
}

// Looks at few of the messages, however many there are.
function nearView() {
  const { top, bottom } = scroller.getBoundingClientRect();
  const all = messages.children;
  let [first, end] = [0, all.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (all[middle].getBoundingClientRect().bottom < top - NEAR) first = middle + 1;
    else end = middle;
  }
  const places = [];
  for (let next = all[first]; next && next.getBoundingClientRect().top < bottom + NEAR; next = next.nextElementSibling) {
    if (undrawn.has(next)) places.push(next);
  }
  return places.slice(0, MOST);
}

// A place of a chat that was left stays: it may come back with Undo.
function show(place, blocks) {
  if (!place.isConnected) return;
  replace(place, undrawn.get(place)(blocks));
  left -= 1;
}

scroller.addEventListener("scroll", planDrawing, { passive: true });
onState(() => {
  if (missed) planDrawing();
  missed = false;
});
