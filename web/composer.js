// The box to write in: Enter sends, Shift+Enter breaks the line, the draft stays.

import { byId, icon } from "./dom.js";
import { current, isBusy, isPrivate, onChange, send, stop } from "./chat.js";
import { keepDraft } from "./draft.js";
import { hold } from "./popover.js";

const draft = byId("draft");
const button = byId("send");
const grows = CSS.supports("field-sizing", "content");

export function focusComposer() {
  draft.focus({ preventScroll: true });
}

export const text = () => draft.value;

// Puts a draft into the box that is kept already.
export function fill(kept) {
  draft.value = kept;
  show();
}

function edited() {
  if (!isPrivate()) keepDraft(current(), draft.value);
  show();
}

function show() {
  const wanted = draft.value.trim() !== "";
  hold("draft", wanted);
  button.disabled = !isBusy() && !wanted;
  if (grows) return;
  draft.style.height = "auto";
  draft.style.height = `${draft.scrollHeight}px`;
}

function submit() {
  const text = draft.value.trim();
  if (isBusy() || !text) return;
  draft.value = "";
  edited();
  send(text);
}

export function setUpComposer() {
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBusy()) stop();
    else submit();
    focusComposer();
  });
  draft.addEventListener("input", edited);
  draft.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  onChange(() => {
    const busy = isBusy();
    button.classList.toggle("stops", busy);
    button.setAttribute("aria-label", busy ? "Stop" : "Send");
    button.title = busy ? "Stop (Escape)" : "Send (Enter)";
    button.replaceChildren(icon(busy ? "stop" : "send"));
    show();
  });
}
