// Puts the parts of the page together.

import { loaded } from "./api.js";
import { isBusy, isEmpty, isPrivate, onChange, onReplaced, send, stop } from "./chat.js";
import { focusComposer, setUpComposer } from "./composer.js";
import { setUpCopying } from "./copy.js";
import { byId, composes, element, set, setText } from "./dom.js";
import { attempt, closeDetails, onState, serverState, start, watchState } from "./header.js";
import { begin, restore } from "./kept.js";
import { catchLinks } from "./links.js";
import { setUpModels } from "./models_door.js";
import { followOtherPages } from "./other_pages.js";
import { hide, need, watchWindow } from "./popover.js";
import { setUpSettings, settingsHold } from "./settings.js";

const UNDO = 8000; // milliseconds
const KEYS = "Enter sends · Shift+Enter breaks the line";

const notice = byId("notice");
let shownSuggestions = "";
let shownNote = null;
let undoTimer = 0;
let loads = null; // the button of the note

function showEmpty() {
  const empty = isEmpty();
  const state = serverState();
  set(byId("empty"), { hidden: !empty || !state || ["failed", "backoff"].includes(state.phase) });
  set(byId("new"), { hidden: empty && !isPrivate() });
  showPrivate();
  if (!empty || !state) return;
  const stopped = state.can_start && !state.can_stop;
  const note = isPrivate() ? "Nothing of this chat is kept: close it and it is gone." : stopped
    ? "Your first message starts the engine."
    : "The model runs on this computer. Nothing you write leaves it.";
  setText(byId("empty-note"), note);
  const suggestions = state.suggestions.join("\n");
  if (suggestions === shownSuggestions) return;
  shownSuggestions = suggestions;
  byId("suggestions").replaceChildren(...state.suggestions.map((text) => {
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      if (settingsHold()) return;
      send(text);
      focusComposer();
    });
    return element("li", {}, button);
  }));
}

// What the guard did, with the way back; it goes when a model is loaded again.
function showNote({ note }) {
  if (note === shownNote) return;
  shownNote = note;
  if (!note) {
    if (loads?.isConnected) notice.hidden = true; // else it offers to undo something by now
    return;
  }
  clearTimeout(undoTimer);
  loads = element("button", { type: "button", className: "link" }, "Load it");
  loads.addEventListener("click", () => attempt(start(false)));
  notice.replaceChildren(`${note} `, loads);
  notice.hidden = false;
}

// A card under the last answer says it already.
function tellTroubleOnce() {
  const told = byId("messages").lastElementChild?.lastElementChild?.matches(".failure") ?? false;
  set(byId("trouble"), { hidden: told });
}

function showPrivate() {
  const secret = isPrivate();
  need(secret);
  document.body.classList.toggle("private", secret);
  setText(byId("empty-title"), secret ? "Private chat" : "What would you like to know?");
  set(byId("private-new"), { hidden: secret });
  set(byId("draft"), { placeholder: secret ? "Ask privately" : "Ask anything" });
  setText(byId("keys"), secret ? "Private · nothing is kept" : KEYS);
}

function newChat(secret) {
  byId("chats").close();
  const worth = !isEmpty();
  const undo = begin(secret);
  if (worth) offerUndo(secret ? "Private chat" : "New chat", undo);
}

function offerUndo(line, undo) {
  const button = element("button", { type: "button", className: "link" }, "Undo");
  button.addEventListener("click", () => { undo(); notice.hidden = true; focusComposer(); });
  notice.replaceChildren(`${line} `, button);
  notice.hidden = false;
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => { notice.hidden = true; }, UNDO);
}

async function openChats() {
  const panel = await loaded(import("./chats.js"));
  panel.openChats();
}

async function comeBack() {
  const note = await restore();
  if (!note) return;
  notice.replaceChildren(note);
  notice.hidden = false;
}

// Escape stops what is going on, and hides the popover when nothing is.
function escape(event) {
  if (event.key !== "Escape" || composes(event) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (isBusy()) stop();
  else if (!closeDetails()) hide();
}

function catchFocus() {
  if (document.activeElement === document.body) focusComposer();
}

onState(showEmpty);
onState(showNote);
onChange(showEmpty);
onChange(tellTroubleOnce);
onReplaced(offerUndo);
for (const id of ["new", "chats-new"]) byId(id).addEventListener("click", () => newChat(false));
for (const id of ["private-new", "chats-private"]) byId(id).addEventListener("click", () => newChat(true));
byId("chats-open").addEventListener("click", () => attempt(openChats()));
document.addEventListener("keydown", escape);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !document.activeElement?.closest(".editing")) focusComposer();
});
addEventListener("focus", catchFocus);
// Some buttons go with their click, or cannot be pressed any more, and the focus with them.
document.addEventListener("click", ({ target }) => {
  if (!target.isConnected) catchFocus();
  else if (target.closest("button:disabled")) focusComposer();
});
new MutationObserver(catchFocus).observe(byId("trouble"), { childList: true });
setUpComposer();
setUpModels();
setUpCopying();
catchLinks(attempt);
watchWindow();
followOtherPages();
// Browsers complain of a focus that comes before their own, by autofocus.
requestAnimationFrame(focusComposer);
setUpSettings(comeBack());
watchState();
