// Files come by a drop anywhere on the page, by pasting, and by the system's file chooser.

import { byId } from "./dom.js";
import { hold } from "./popover.js";

const TAKERS = ".editing, footer"; // the first one takes what is meant for none of them
const picker = byId("picker");
let chooser = document.querySelector("footer"); // the taker it was opened for
let marked = null;

// `take` gets the files for `root`, one of TAKERS; `button` opens the chooser.
export function takeFiles(root, button, take) {
  root.take = take;
  button.addEventListener("click", () => {
    chooser = root;
    hold("files", true); // the chooser takes the focus from the popover
    picker.click();
  });
}

export function watchFiles() {
  picker.addEventListener("cancel", () => hold("files", false));
  picker.addEventListener("change", () => {
    hold("files", false);
    chooser.take([...picker.files]);
    picker.value = "";
  });
  addEventListener("focus", () => hold("files", false));
  addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // What is copied from a document comes as text and as a picture of it.
    if (files.length === 0 || types.includes("text/plain")) return;
    event.preventDefault();
    taker(event).take([...files]);
  });
  addEventListener("dragover", (event) => mark(event.dataTransfer.types.includes("Files") ? taker(event) : null));
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
  addEventListener("drop", (event) => {
    mark(null);
    if (event.dataTransfer.files.length) taker(event).take([...event.dataTransfer.files]);
  });
}

function taker({ target }) {
  return target.closest?.(TAKERS) ?? document.querySelector(TAKERS);
}

function mark(wanted) {
  if (marked === wanted) return;
  marked?.classList.remove("dropping");
  wanted?.classList.add("dropping");
  marked = wanted;
}
