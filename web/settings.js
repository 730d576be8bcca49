// The settings of the chat that is shown: the button, and how far they hold. The panel comes later.

import { inTurn, loaded } from "./api.js";
import { choose, chosen, current, isPrivate, onChange } from "./chat.js";
import { byId } from "./dom.js";
import { attempt } from "./header.js";

const PAUSE = 300; // milliseconds of writing until settings are sent to be kept

const button = byId("settings-open");
let panel = null; // of settings_panel.js
let timer = 0;
let waiting = null; // { id, settings }

// Has the chat answered so from now on, and keeps that.
export function set(settings) {
  choose(settings);
  if (isPrivate()) return;
  if (waiting && waiting.id !== current()) flush();
  waiting = { id: current(), settings };
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
}

function flush() {
  clearTimeout(timer);
  // They go along with the next question, too.
  if (waiting) inTurn("/api/page/chats/settings", waiting).catch(() => {});
  waiting = null;
}

// Before a question: shows what does not hold and returns true, so that nothing is sent meanwhile.
export function settingsHold() {
  flush(); // later they would be those of the chat after this one
  if (panel?.holds() !== false) return false;
  panel.open();
  return true;
}

// `restored` settles when the chat is known whose settings they are.
export function setUpSettings(restored) {
  const open = async () => {
    await restored;
    panel ??= await loaded(import("./settings_panel.js"));
    panel.open();
  };
  button.addEventListener("click", () => attempt(open()));
  onChange(() => {
    const any = Object.values(chosen()).some((value) => value !== null && value !== "");
    if (button.classList.contains("set") === any) return;
    button.classList.toggle("set", any);
    button.title = any ? "Chat settings (changed)" : "Chat settings";
    button.setAttribute("aria-label", button.title);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) flush(); });
}
