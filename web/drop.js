// Files come by a drop anywhere on the page, by pasting, and by the system's file chooser.

import { byId } from "./dom.js";
import { hold } from "./popover.js";

const picker = byId("picker");

// `take` gets the files.
export function takeFiles(take) {
  byId("attach").addEventListener("click", () => {
    hold("files", true); // the chooser takes the focus from the popover
    picker.click();
  });
  picker.addEventListener("cancel", () => hold("files", false));
  picker.addEventListener("change", () => {
    hold("files", false);
    take([...picker.files]);
    picker.value = "";
  });
  addEventListener("focus", () => hold("files", false));
  addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // What is copied from a document comes as text and as a picture of it.
    if (files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    take([...files]);
  });
  addEventListener("dragover", (event) => mark(event.dataTransfer.types.includes("Files")));
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
  addEventListener("drop", (event) => {
    mark(false);
    if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
}

function mark(wanted) {
  document.body.classList.toggle("dropping", wanted);
}
