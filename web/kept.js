// Coming back to kept conversations, and beginning new ones.

import { ApiFailure, call, inTurn } from "./api.js";
import { choose, current, isEmpty, isPrivate, leave, load, tellReplaced } from "./chat.js";
import { files, filesAfter, fill, focusComposer, text } from "./composer.js";
import { byId } from "./dom.js";
import { chatIsKnown, flushDraft, forgetDraft, keepDraft, ownDraft } from "./draft.js";

let gone = false; // what the page was left with is no longer wanted

// Shows what the page was left with; returns what the user must be told, or null.
export function restore() {
  const note = comeBack();
  filesAfter(note);
  return note;
}

async function comeBack() {
  const own = ownDraft();
  let shown;
  try {
    shown = await call("/api/page/chats/shown");
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    chatIsKnown();
    if (own) fillBefore(own.text, []);
    return error.failure.title;
  }
  chatIsKnown();
  if (gone || !isEmpty() || isPrivate()) {
    if (text()) keepWritten();
    return shown.note;
  }
  load(shown);
  // This tab may have written in another chat.
  const draft = own?.id === shown.id ? own.text : shown.draft;
  fillBefore(draft, shown.draft_files);
  return shown.note;
}

// What comes meanwhile, also a file that is still being read, stays behind what was kept.
function fillBefore(draft, attachments) {
  const meanwhile = text();
  files().unshift(...attachments);
  fill(draft + meanwhile, files());
  if (meanwhile) keepWritten();
}

function keepWritten() {
  if (!isPrivate()) keepDraft(current(), text());
}

// To a chat of the reader's choice.
function go() {
  gone = true;
  chatIsKnown();
  if (text()) keepWritten();
}

export async function open(id) {
  go();
  flushDraft();
  const shown = await inTurn("/api/page/chats/show", { id });
  const undo = isPrivate() && !isEmpty() ? left(false) : null;
  if (isPrivate() || current() !== id) load(shown);
  fill(shown.draft, shown.draft_files);
  byId("notice").hidden = true; // it may offer to undo what was done elsewhere
  if (undo) tellReplaced("Private chat left", undo);
}

// Begins a chat; returns how to come back to the one before.
export function begin(secret) {
  go();
  if (secret) forgetDraft();
  else flushDraft();
  const undo = left(secret);
  fill("");
  if (!secret) {
    inTurn("/api/page/chats/show", { id: null }).then((shown) => {
      if (current() !== null || isPrivate()) return;
      fillBefore(shown.draft, shown.draft_files);
      choose(shown.settings);
    }, () => {});
  }
  focusComposer();
  return undo;
}

// Leaves the chat; returns how to come back to it.
function left(secret) {
  const before = { id: current(), secret: isPrivate(), draft: text(), files: files() };
  const back = leave(secret);
  return () => {
    flushDraft();
    back();
    fill(before.draft, before.files);
    if (!before.secret) inTurn("/api/page/chats/show", { id: before.id }).catch(() => {});
  };
}
