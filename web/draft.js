// What was written and not sent is kept with its conversation, here and in Paddock.

import { inTurn } from "./api.js";

const KEY = "paddock.draft";
const PAUSE = 300; // milliseconds until what was written is kept, also while one writes on

let early = true; // it is not known yet in which chat one writes
let waiting = null; // { id, text }
let timer = 0;

// From now on drafts are kept; nothing of one that came before is.
export function chatIsKnown() {
  early = false;
}

// `id` is null for a chat not begun yet.
export function keepDraft(id, text) {
  if (early) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ id, text }));
  } catch {
    sessionStorage.removeItem(KEY); // too long for the browser: an earlier one would come back
  }
  if (waiting && waiting.id !== id) flushDraft();
  waiting = { id, text };
  timer ||= setTimeout(flushDraft, PAUSE);
}

export function flushDraft() {
  clearTimeout(timer);
  timer = 0;
  if (!waiting) return;
  // What cannot be kept now still stands in the box, and is sent with the next word.
  inTurn("/api/page/chats/draft", waiting).catch(() => {});
  waiting = null;
}

// Nothing is known of a private chat, nor of what was in the box before it.
export function forgetDraft() {
  flushDraft();
  sessionStorage.removeItem(KEY);
}

// The draft of this tab before it was loaded again, or null.
export function ownDraft() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

document.addEventListener("visibilitychange", () => { if (document.hidden) flushDraft(); });
