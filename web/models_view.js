// The Models view: a sheet over the chat with a tab for each of its parts.

import { byId, element, icon } from "./dom.js";
import { onState } from "./header.js";
import { engines } from "./models_engines.js";
import { getting } from "./models_get.js";
import { shelf } from "./models_shelf.js";

const PARTS = [shelf, getting, engines];

const tabs = element("div", { className: "tabs", role: "tablist", "aria-label": "Models" });
const dialog = element("dialog", { id: "models", className: "models", "aria-label": "Models" });
let shown = null;

async function build() {
  const sheet = element("link", { rel: "stylesheet", href: "/web/models.css" });
  const styled = new Promise((resolve) => { sheet.onload = sheet.onerror = resolve; });
  document.head.append(sheet);
  const close = element("button", { type: "button", className: "quiet", title: "Close (Escape)" }, icon("close"));
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => dialog.close());
  const bar = element("div", { className: "bar models-bar" }, tabs, element("span", { className: "grow" }), close);
  dialog.append(bar);
  for (const part of PARTS) addPart(part);
  dialog.addEventListener("close", () => { shown?.leave(); shown = null; });
  dialog.addEventListener("cancel", (event) => { if (shown?.back()) event.preventDefault(); });
  tabs.addEventListener("keydown", keys);
  onState((state) => shown?.tell(state));
  document.body.append(dialog);
  await styled;
}

function addPart(part) {
  const tab = element("button", { type: "button", id: `tab-${part.name}`, role: "tab", tabIndex: -1 }, part.label);
  tab.setAttribute("aria-controls", part.root.id);
  tab.setAttribute("aria-selected", "false");
  tab.addEventListener("click", () => show(part));
  part.root.setAttribute("role", "tabpanel");
  part.root.setAttribute("aria-labelledby", tab.id);
  part.root.hidden = true;
  tabs.append(tab);
  dialog.append(part.root);
}

function show(part) {
  if (part === shown) return;
  shown?.leave();
  shown = part;
  for (const each of PARTS) {
    const tab = byId(`tab-${each.name}`);
    each.root.hidden = each !== part;
    tab.setAttribute("aria-selected", String(each === part));
    tab.tabIndex = each === part ? 0 : -1;
  }
  part.enter(show);
}

// Arrows change the tab, as in every list of tabs.
function keys(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = PARTS[(PARTS.indexOf(shown) + step + PARTS.length) % PARTS.length];
  show(next);
  byId(`tab-${next.name}`).focus();
}

let built = null;

export async function open(place = "shelf") {
  await (built ??= build());
  if (!dialog.open) dialog.showModal();
  show(PARTS.find(({ name }) => name === place));
}

export function close() {
  dialog.close();
}
