// No click leaves the page by itself: links open in the system's browser, after asking.

import { call } from "./api.js";
import { byId } from "./dom.js";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

const dialog = byId("leave");
let target = "";

function ask(link) {
  let url;
  try {
    url = new URL(link.getAttribute("href"));
  } catch {
    return;
  }
  if (!ALLOWED.has(url.protocol)) return;
  target = url.href;
  byId("leave-host").textContent = link.dataset.host || url.host || url.pathname;
  byId("leave-url").textContent = target;
  dialog.showModal();
}

// `attempt` shows what the server cannot do.
export function catchLinks(attempt) {
  const caught = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    event.preventDefault();
    ask(link);
  };
  document.addEventListener("click", caught);
  document.addEventListener("auxclick", caught);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "open") attempt(call("/api/open", { url: target }));
    dialog.returnValue = "";
  });
}
