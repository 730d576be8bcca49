// Coming back to kept conversations, and beginning new ones.

import { ApiFailure, call, inTurn } from "./api.js";
import { asked, choose, chosen, current, isEmpty, isPrivate, leave, load, tellReplaced } from "./chat.js";
import { files, filesAfter, fill, focusComposer, text } from "./composer.js";
import { byId } from "./dom.js";
import { chatIsKnown, flushDraft, forgetDraft, keepDraft, ownDraft } from "./draft.js";

let wishes = 0; // how often the reader has gone to a chat; only the last is shown

export const wished = () => wishes;

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
  if (wishes || !isEmpty() || isPrivate()) {
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
  chatIsKnown();
  if (text()) keepWritten();
  wishes += 1;
}

// Returns whether it is shown: meanwhile the reader may have gone elsewhere, or asked something.
export async function open(id) {
  go();
  flushDraft();
  const [mine, before] = [wishes, asked()];
  const shown = await inTurn("/api/page/chats/show", { id });
  if (mine !== wishes || before !== asked()) return false;
  const undo = isPrivate() && !isEmpty() ? left(false) : null;
  if (isPrivate() || current() !== id) load(shown);
  fill(shown.draft, shown.draft_files);
  byId("notice").hidden = true; // it may offer to undo what was done elsewhere
  if (undo) tellReplaced("Private chat left", undo);
  return true;
}

// Begins a chat; returns how to come back to the one before.
export function begin(secret) {
  go();
  if (secret) forgetDraft();
  else flushDraft();
  const undo = left(secret);
  fill("");
  if (!secret) {
    const [mine, settings] = [wishes, chosen()];
    inTurn("/api/page/chats/show", { id: null }).then((shown) => {
      if (mine !== wishes || current() !== null) return;
      fillBefore(shown.draft, shown.draft_files);
      if (chosen() === settings) choose(shown.settings); // or they were set meanwhile
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
    wishes += 1;
    flushDraft();
    back();
    fill(before.draft, before.files);
    if (!before.secret) inTurn("/api/page/chats/show", { id: before.id }).catch(() => {});
  };
}
