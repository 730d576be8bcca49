// The box to write in: Enter sends, Shift+Enter breaks the line, Up edits the last message.

import { inTurn } from "./api.js";
import { byId, composes, icon, set } from "./dom.js";
import { current, edit, isBusy, isPrivate, onChange, said, send, stop } from "./chat.js";
import { keepDraft } from "./draft.js";
import { takeFiles, watchFiles } from "./drop.js";
import { serverState, stateKnown } from "./header.js";
import { hold } from "./popover.js";
import { settingsHold } from "./settings.js";
import { FileTray } from "./tray.js";

const draft = byId("draft");
const button = byId("send");
const grows = CSS.supports("field-sizing", "content");
const tray = new FileTray(() => said().flatMap(({ attachments }) => attachments ?? []), imagesNote, attached);

export function focusComposer() {
  draft.focus({ preventScroll: true });
}

// Why no image can be sent, or null.
export async function imagesNote() {
  await stateKnown;
  const state = serverState();
  return state ? state.images_note : "Paddock does not answer.";
}

export const text = () => draft.value;
export const files = () => tray.files;
// Files that come before what is kept is back would replace it.
export const filesAfter = (restored) => tray.after(() => restored.catch(() => {}));

// Puts what is kept already into the box, and its files above it.
export function fill(kept, attachments = []) {
  set(draft, { value: kept });
  tray.fill(attachments);
  show();
}

function edited() {
  if (!isPrivate()) keepDraft(current(), draft.value);
  show();
}

function attached() {
  if (!isPrivate()) {
    const body = { id: current(), files: tray.files };
    inTurn("/api/page/chats/draft/files", body).catch((error) => tray.tell(error.message));
  }
  show();
}

const isFilled = () => draft.value.trim() !== "" || tray.files.length > 0;
const canAsk = () => !isBusy() && isFilled();

function show() {
  const filled = isFilled();
  hold("draft", filled);
  set(button, { disabled: !isBusy() && !filled });
  if (grows) return;
  draft.style.height = "auto";
  draft.style.height = `${draft.scrollHeight}px`;
}

async function submit() {
  const [text, attachments] = [draft.value, tray.files];
  if (!canAsk() || await tray.refuses()) return;
  // While it was not known what the model sees, one may have written on or gone to another chat.
  if (draft.value !== text || tray.files !== attachments || !canAsk() || settingsHold()) return;
  draft.value = "";
  edited();
  tray.fill([]); // what comes next is not for this question
  if (attachments.length) attached();
  send(text.trim(), attachments);
}

async function keys(event) {
  if (composes(event) || event.shiftKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && draft.value === "" && said().length) {
    event.preventDefault();
    edit();
  }
}

// What is typed or pasted where nothing takes it is for the box: a click on an answer, or to copy
// it, took the caret out.
function typedElsewhere({ key, ctrlKey, metaKey, altKey }) {
  if (document.activeElement?.closest("input, textarea, select, dialog")) return;
  const command = ctrlKey || metaKey;
  const letter = key.length === 1 && key !== " " && !command && !altKey;
  if (letter || (command && key === "v")) focusComposer();
}

// What the button does: send, or stop the answer under way.
function showWay(stops) {
  if (button.classList.contains("stops") === stops) return;
  button.classList.toggle("stops", stops);
  button.setAttribute("aria-label", stops ? "Stop" : "Send");
  button.title = stops ? "Stop (Escape)" : "Send (Enter)";
  button.replaceChildren(icon(stops ? "stop" : "send"));
}

export function setUpComposer() {
  byId("composer").before(tray.root);
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBusy()) stop();
    else submit();
    focusComposer();
  });
  draft.addEventListener("input", edited);
  draft.addEventListener("keydown", keys);
  document.addEventListener("keydown", typedElsewhere);
  takeFiles(byId("composer").parentElement, byId("attach"), (given) => tray.add(given));
  watchFiles();
  onChange(() => {
    showWay(isBusy());
    show();
  });
  show(); // the box takes words before this has run
}
