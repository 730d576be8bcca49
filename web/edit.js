// A question changed in its place. Loaded with the first edit.

import { inTurn } from "./api.js";
import { current, isPrivate, onChange, said } from "./chat.js";
import { focusComposer, imagesNote } from "./composer.js";
import { composes, element, icon } from "./dom.js";
import { takeFiles } from "./drop.js";
import { hold } from "./popover.js";
import { FileTray } from "./tray.js";

const PAUSE = 300; // milliseconds of writing until an edit is sent to be kept

// `ask` gets the new words and files, `begun` is what was kept of an edit that was cut short.
// Escape leaves the question as it was.
export function editQuestion(node, ask, begun) {
  const open = node.querySelector("textarea");
  if (open) {
    open.focus();
    return;
  }
  const { message } = node;
  const shown = [...node.childNodes];
  const position = said().indexOf(message);
  const before = said().slice(0, position);
  const tray = new FileTray(() => before.flatMap((one) => one.attachments ?? []), imagesNote, attached);
  tray.fill([...(begun?.files ?? message.attachments ?? [])]);
  const box = element("textarea", { value: begun?.text ?? message.content, rows: 1, dir: "auto" });
  box.setAttribute("aria-label", "Edit message");
  const attach = element("button", { type: "button", className: "quiet", title: "Attach files" }, icon("attach"));
  attach.setAttribute("aria-label", "Attach files");
  const cancel = element("button", { type: "button", className: "plain" }, "Cancel");
  const send = element("button", { type: "submit", className: "primary" }, "Send");
  const form = element("form", { className: "editing" }, tray.root, box,
    element("p", { className: "actions" }, attach, cancel, send));
  takeFiles(form, attach, (given) => tray.add(given));

  let timer = 0;
  const keep = (edit, failed = () => {}) => {
    clearTimeout(timer);
    timer = 0;
    if (form.isConnected && !isPrivate()) inTurn("/api/page/chats/edit", { id: current(), edit }).catch(failed);
  };
  function attached() {
    keep({ position, text: box.value, files: tray.files }, (error) => tray.tell(error.message));
  }
  const close = () => {
    keep(null);
    node.replaceChildren(...shown);
    holdOpen();
    focusComposer();
  };
  cancel.addEventListener("click", close);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (await tray.refuses() || (!text && !tray.files.length)) return;
    // While it was not known what the model sees, one may have written on or left.
    if (!form.isConnected || box.value.trim() !== text) return;
    close();
    ask(text, tray.files);
  });
  form.addEventListener("keydown", (event) => {
    if (composes(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && event.target === box && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  box.addEventListener("input", () => {
    grow(box);
    timer ||= setTimeout(() => keep({ position, text: box.value }), PAUSE);
  });
  node.replaceChildren(form);
  holdOpen();
  grow(box);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  node.scrollIntoView({ block: "nearest" });
}

// A chat that is left takes its edits with it, and brings them back with Undo.
function holdOpen() {
  hold("edit", document.querySelector(".editing") !== null);
}

onChange(holdOpen);

function grow(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
