// A question changed in its place. Loaded with the first edit.

import { said } from "./chat.js";
import { focusComposer, imagesNote } from "./composer.js";
import { element } from "./dom.js";
import { hold } from "./popover.js";
import { FileTray } from "./tray.js";

// `ask` gets the new words and files. Escape leaves the question as it was.
export function editQuestion(node, ask) {
  const open = node.querySelector("textarea");
  if (open) {
    open.focus();
    return;
  }
  const { message } = node;
  const shown = [...node.childNodes];
  const before = said().slice(0, said().indexOf(message));
  const tray = new FileTray(() => before.flatMap((one) => one.attachments ?? []), imagesNote, () => {});
  tray.fill(message.attachments ?? []);
  const box = element("textarea", { value: message.content, rows: 1 });
  box.setAttribute("aria-label", "Edit message");
  const cancel = element("button", { type: "button", className: "plain" }, "Cancel");
  const send = element("button", { type: "submit", className: "primary" }, "Send");
  const form = element("form", { className: "editing" }, tray.root, box,
    element("p", { className: "actions" }, cancel, send));

  const close = () => {
    hold("edit", false);
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
  box.addEventListener("input", () => grow(box));
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
