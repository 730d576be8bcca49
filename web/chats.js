// The panel of kept conversations: search, open, rename, pin, delete with undo, save.
// Loaded when it is first opened.

import { call, inTurn } from "./api.js";
import { current, isEmpty } from "./chat.js";
import { row } from "./chat_row.js";
import { focusComposer } from "./composer.js";
import { byId, composes, element } from "./dom.js";
import { failureCard } from "./failure.js";
import { begin, open, wished } from "./kept.js";

const PAUSE = 80; // milliseconds of typing until a search
const UNDO = 8000;

const panel = byId("chats");
const box = byId("chats-search");
const list = byId("chats-list");
const notice = byId("chats-notice");
let asked = 0;
let listed = null; // the words that are listed
let typing = 0;
let undoTimer = 0;

const act = { open: openRow, rename, pin, save, remove };

async function refresh() {
  const [mine, words] = [++asked, box.value];
  try {
    const { lines, note } = await call("/api/page/chats", { words });
    // Who writes a new name goes on with it, and the list comes after that.
    if (mine !== asked || list.querySelector("input")) return;
    listed = words;
    const held = document.activeElement?.closest(".kept")?.querySelector(".open")?.dataset.id;
    list.replaceChildren(...lines.map((line) => row(line, line.id === current(), act)));
    if (held) focusRow(held);
    byId("chats-note").textContent = note ?? "";
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  if (!error.failure) throw error;
  list.replaceChildren();
  byId("chats-note").replaceChildren(failureCard(error.failure));
  box.focus(); // the row that had it is gone
}

function tell(line, label, action) {
  clearTimeout(undoTimer);
  const button = action && element("button", { type: "button", className: "link" }, label);
  button?.addEventListener("click", () => { notice.hidden = true; action(); });
  notice.replaceChildren(`${line} `, ...(button ? [button] : []));
  notice.hidden = false;
  undoTimer = setTimeout(() => { notice.hidden = true; }, UNDO);
}

async function openRow({ id }) {
  try {
    if (!await open(id)) return;
    panel.close();
    focusComposer();
  } catch (error) {
    failed(error);
  }
}

// Returns whether it could be done.
async function change(path, body) {
  try {
    await inTurn(`/api/page/chats/${path}`, body);
  } catch (error) {
    failed(error);
    return false;
  }
  await refresh();
  return true;
}

// Without a title it stays as it is.
function rename({ id }, title) {
  return title === null ? refresh() : change("rename", { id, title });
}

function pin({ id, pinned }) {
  return change("pin", { id, pinned: !pinned });
}

async function save({ id }, form) {
  try {
    tell((await call("/api/page/chats/export", { id, form })).line);
  } catch (error) {
    failed(error);
  }
}

async function remove({ id, title }) {
  const next = neighbour(id);
  const [wasShown, before] = [id === current(), wished()];
  if (!(await change("delete", { id }))) return;
  if (wasShown && wished() === before) {
    begin(false);
    byId("notice").hidden = true; // it may offer to undo what was done in it
  }
  tell(`Deleted “${title}”`, "Undo", async () => {
    if (!(await change("restore", { id }))) return;
    if (wasShown && isEmpty()) await open(id).catch(failed);
    focusRow(id);
  });
  focusRow(next);
}

const rows = () => [...list.querySelectorAll(".open")];

function neighbour(id) {
  const all = rows();
  const at = all.findIndex((one) => one.dataset.id === id);
  return (all[at + 1] ?? all[at - 1])?.dataset.id;
}

function focusRow(id) {
  (rows().find((one) => one.dataset.id === id) ?? box).focus();
}

// Who is faster than the search waits for it.
async function openFirst() {
  if (listed !== box.value) {
    clearTimeout(typing);
    await refresh();
  }
  if (listed === box.value && panel.open) rows()[0]?.click();
}

// Arrows go through the list and back to the box; F2 renames, Delete deletes.
function keys(event) {
  if (composes(event)) return;
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const inBox = document.activeElement === box;
  if (event.key === "ArrowDown" && (inBox || at >= 0)) all[Math.min(at + 1, all.length - 1)]?.focus();
  else if (event.key === "ArrowUp" && at >= 0) (all[at - 1] ?? box).focus();
  else if (event.key === "Enter" && inBox) openFirst();
  else if (event.key === "F2" && at >= 0) all[at].closest("li").rename();
  else if (event.key === "Delete" && at >= 0) all[at].closest("li").discard();
  else return;
  event.preventDefault();
}

export function openChats() {
  box.value = "";
  listed = null;
  notice.hidden = true;
  refresh();
  panel.showModal();
  box.focus();
}

box.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, PAUSE);
});
panel.addEventListener("keydown", keys);
panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
byId("chats-close").addEventListener("click", () => panel.close());
