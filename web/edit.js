// A question changed in its place. Loaded with the first edit.

import { call } from "./api.js";
import { current, isPrivate, said } from "./chat.js";
import { focusComposer, imagesNote } from "./composer.js";
import { element } from "./dom.js";
import { hold } from "./popover.js";
import { FileTray } from "./tray.js";

const PAUSE = 300; // milliseconds of writing until an edit is sent to be kept

// `ask` gets the new words and files, `text` are words kept of an edit that was cut short.
// Escape leaves the question as it was.
export function editQuestion(node, ask, text = node.message.content) {
  const open = node.querySelector("textarea");
  if (open) {
    open.focus();
    return;
  }
  const { message } = node;
  const shown = [...node.childNodes];
  const position = said().indexOf(message);
  const before = said().slice(0, position);
  const tray = new FileTray(() => before.flatMap((one) => one.attachments ?? []), imagesNote, () => {});
  tray.fill(message.attachments ?? []);
  const box = element("textarea", { value: text, rows: 1 });
  box.setAttribute("aria-label", "Edit message");
  const cancel = element("button", { type: "button", className: "plain" }, "Cancel");
  const send = element("button", { type: "submit", className: "primary" }, "Send");
  const form = element("form", { className: "editing" }, tray.root, box,
    element("p", { className: "actions" }, cancel, send));

  let timer = 0;
  const keep = (edit) => {
    clearTimeout(timer);
    if (!isPrivate()) call("/api/page/chats/edit", { id: current(), edit }).catch(() => {});
  };
  const close = () => {
    hold("edit", false);
    keep(null);
    node.replaceChildren(...shown);
    focusComposer();
  };
  cancel.addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if ((!text && !tray.files.length) || tray.refuses()) return;
    close();
    ask(text, tray.files);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && event.target === box && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  box.addEventListener("input", () => {
    grow(box);
    timer ||= setTimeout(() => {
      timer = 0;
      keep({ position, text: box.value });
    }, PAUSE);
  });
  hold("edit", true);
  node.replaceChildren(form);
  grow(box);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  node.scrollIntoView({ block: "nearest" });
}

function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
