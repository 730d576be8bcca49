// The box to write in: Enter sends, Shift+Enter breaks the line, the draft stays.

import { byId, icon } from "./dom.js";
import { isBusy, onChange, send, stop } from "./chat.js";
import { hold } from "./popover.js";

const DRAFT = "paddock.draft";

const draft = byId("draft");
const button = byId("send");
const grows = CSS.supports("field-sizing", "content");

export function focusComposer() {
  draft.focus({ preventScroll: true });
}

export function write(text) {
  draft.value = text;
  edited();
}

function edited() {
  const wanted = draft.value.trim() !== "";
  sessionStorage.setItem(DRAFT, draft.value);
  hold("draft", wanted);
  button.disabled = !isBusy() && !wanted;
  if (grows) return;
  draft.style.height = "auto";
  draft.style.height = `${draft.scrollHeight}px`;
}

function submit() {
  const text = draft.value.trim();
  if (isBusy() || !text) return;
  write("");
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
    edited();
  });
  write(sessionStorage.getItem(DRAFT) ?? "");
}
