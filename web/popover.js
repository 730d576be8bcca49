// What only the popover window needs: keep it open while something would be lost, hide it.

import { call, inPopover, inTurn } from "./api.js";
import { byId } from "./dom.js";
import { onState } from "./header.js";

const reasons = new Set();
// Not known at first: the page of a web process that crashed may have asked for either.
let held = null;
let needed = null;
let telling = false;
let missed = false; // the window did not hear what it holds for

// Keeps the popover open for a reason, or no longer.
export function hold(reason, wanted) {
  if (wanted) reasons.add(reason);
  else reasons.delete(reason);
  tell();
}

// One call at a time: of two under way, the first might arrive last.
async function tell() {
  if (!inPopover || telling) return;
  telling = true;
  while (held !== reasons.size > 0) {
    held = reasons.size > 0;
    await call("/api/page/hold", { held }).catch(() => { missed = true; });
  }
  telling = false;
}

function tellAgain() {
  if (!missed || telling) return;
  missed = false;
  held = null;
  tell();
}

// Whether the page has what is nowhere else: the popover is not ended while it is hidden.
export function need(wanted) {
  if (!inPopover || wanted === needed) return;
  needed = wanted;
  inTurn("/api/page/need", { needed }).catch(() => { needed = null; }); // told with the next state
}

export function hide() {
  if (inPopover) call("/api/page/hide", {}).catch(() => {});
}

export function watchWindow() {
  tell();
  onState(tellAgain);
  const pin = byId("pin");
  pin.hidden = !inPopover;
  document.documentElement.classList.toggle("popover", inPopover);
  pin.addEventListener("click", () => {
    const pinned = pin.getAttribute("aria-pressed") !== "true";
    pin.setAttribute("aria-pressed", pinned);
    hold("pin", pinned);
  });
  new MutationObserver(() => hold("dialog", byId("leave").open))
    .observe(byId("leave"), { attributeFilter: ["open"] });
  // A dropped file or link must not replace the page.
  addEventListener("dragenter", () => hold("drop", true));
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) hold("drop", false); });
  addEventListener("dragover", refuseFiles);
  addEventListener("drop", (event) => { hold("drop", false); refuseFiles(event); });
}

function refuseFiles(event) {
  const types = event.dataTransfer.types;
  const text = event.target.closest?.("textarea") && !types.includes("Files");
  if (!text) event.preventDefault();
}
