// Files come by a drop anywhere on the page, by pasting, and by the system's file chooser.

import { inPopover } from "./api.js";
import { byId } from "./dom.js";
import { hold } from "./popover.js";

const TAKERS = ".editing, footer"; // the first one takes what is meant for none of them
const picker = byId("picker");
// WebKitGTK tells a page that files come and names none; its window hands them over as chosen.
const unnamed = inPopover && navigator.userAgent.includes("Linux");
const DROPPED = "application/x-paddock-dropped";
const PASTED = "application/x-paddock-pasted";
let chooser = document.querySelector("footer"); // the taker it was opened for
let marked = null;

// `take` gets the files for `root`, one of TAKERS; `button` opens the chooser.
export function takeFiles(root, button, take) {
  root.take = take;
  button.addEventListener("click", () => {
    hold("files", true); // the chooser takes the focus from the popover
    expect(root, "");
    picker.click();
  });
}

function expect(root, kind) {
  chooser = root;
  picker.accept = kind;
}

export function watchFiles() {
  picker.addEventListener("cancel", () => hold("files", false));
  picker.addEventListener("change", () => {
    hold("files", false);
    chooser.take([...picker.files]);
    picker.value = "";
  });
  addEventListener("focus", () => hold("files", false));
  addEventListener("paste", paste);
  addEventListener("dragover", (event) => mark(areFiles(event.dataTransfer) ? taker(event) : null));
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
  addEventListener("drop", drop);
}

function drop(event) {
  mark(null);
  if (!areFiles(event.dataTransfer)) return;
  event.preventDefault(); // a box would take their names
  const { files } = event.dataTransfer;
  if (files.length) taker(event).take([...files]);
  else expect(taker(event), DROPPED); // the window clicks: a page may not after a drop
}

async function paste(event) {
  const { clipboardData: data } = event;
  const to = taker(event);
  // What is copied from a document comes as text and as a picture of it.
  if (data.types.includes("text/plain") || data.getData("text/plain")) return;
  if (areFiles(data)) {
    event.preventDefault();
    if (data.files.length) to.take([...data.files]);
    else if (unnamed) {
      expect(to, PASTED);
      picker.click();
    }
  } else if (unnamed && data.types.length === 0) {
    const pictures = await copiedPictures();
    if (pictures.length) to.take(pictures);
  }
}

// A link that is dragged or copied comes with its text.
function areFiles({ types }) {
  return types.includes("Files")
    || (unnamed && types.includes("text/uri-list") && !types.includes("text/plain"));
}

// WebKitGTK leaves them out of what is pasted.
async function copiedPictures() {
  const items = await navigator.clipboard.read().catch(() => []);
  return Promise.all(items.filter(({ types }) => types.includes("image/png"))
    .map(async (item) => new File([await item.getType("image/png")], "picture.png")));
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
