// Coming back to kept conversations, and beginning new ones.

import { ApiFailure, call } from "./api.js";
import { current, isEmpty, isPrivate, leave, load } from "./chat.js";
import { focusComposer, fill, text } from "./composer.js";
import { byId } from "./dom.js";
import { flushDraft, forgetDraft, ownDraft } from "./draft.js";

// Shows what the page was left with; returns what the user must be told, or null.
export async function restore() {
  const own = ownDraft();
  if (own) fill(own.text);
  let shown;
  try {
    shown = await call("/api/page/chats/shown");
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return error.failure.title;
  }
  if (!isEmpty() || isPrivate()) return shown.note;
  load(shown);
  // Words typed meanwhile stay behind the draft.
  if (own?.id !== shown.id) fill(shown.draft + text());
  return shown.note;
}

export async function open(id) {
  flushDraft();
  const shown = await call("/api/page/chats/show", { id });
  if (isPrivate() || current() !== id) load(shown);
  fill(shown.draft);
  byId("notice").hidden = true; // it may offer to undo what was done elsewhere
}

// Begins a chat; returns how to come back to the one before.
export function begin(secret) {
  const before = { id: current(), secret: isPrivate(), draft: text() };
  if (secret) forgetDraft();
  else flushDraft();
  const back = leave(secret);
  fill("");
  if (!secret) {
    call("/api/page/chats/show", { id: null }).then((shown) => {
      if (current() === null && !isPrivate()) fill(shown.draft + text());
    }, () => {});
  }
  focusComposer();
  return () => {
    flushDraft();
    back();
    fill(before.draft);
    if (!before.secret) call("/api/page/chats/show", { id: before.id }).catch(() => {});
    focusComposer();
  };
}
