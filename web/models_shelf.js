// The models on this computer: the list with its search, and beside it one of them.

import { call, stream } from "./api.js";
import { composes, element, icon, setText } from "./dom.js";
import { run, serverState } from "./header.js";
import { foldersCard } from "./models_folders.js";
import { LongList } from "./models_list.js";
import { button, Trouble } from "./models_parts.js";
import { modelRow } from "./models_row.js";
import { DEMO, sheetCard } from "./models_sheet.js";

const NOTICE = 8000; // milliseconds

const trouble = new Trouble();
const act = { show: showModel, start, stop, chat, failed, kept: trouble.clear, deleted };
const box = element("input", { type: "text", role: "searchbox", className: "search", placeholder: "Search models", autocomplete: "off" });
box.setAttribute("aria-label", "Search models");
const summary = element("span", { className: "summary", role: "status" });
const folders = element("button", { type: "button", className: "tool" }, icon("folder", true), "Folders");
const note = element("div", { className: "shelf-note" });
const list = new LongList("Models", (line) => modelRow(line, line.value === selected, act));
const listTrouble = new Trouble();
const left = element("div", { className: "shelf-list" }, box,
  element("p", { className: "shelf-line" }, summary, folders), listTrouble.root, note, list.root);
const card = element("div", { className: "card-slot" });
const side = element("div", { className: "shelf-side", tabIndex: -1 },
  button("plain back", "back", "All models", back), trouble.root, card);
const notice = element("div", { className: "notice", role: "status", hidden: true });
const root = element("section", { id: "models-shelf", className: "shelf" }, left, side, notice);

let rows = [];
let hint = null;
let home = null;
let selected = null; // the value of the model beside the list
let reading = null;
let phase = "";
let telling = 0;

async function refresh() {
  reading?.abort();
  const mine = reading = new AbortController();
  listTrouble.clear();
  try {
    let first = true;
    await stream("/api/page/models", null, mine.signal, (piece) => {
      if (first) begin(piece);
      else replace(piece.rows);
      setText(summary, piece.summary);
      draw();
      first = false;
    });
  } catch (error) {
    listTrouble.show(error);
  }
}

function begin(piece) {
  [rows, hint, home] = [piece.rows, piece.note, piece.home];
  fillSide();
}

// Where there is room for both, the card of the model in use stands beside the list by itself.
function fillSide() {
  if (!card.firstChild && side.checkVisibility()) showModel(serverState()?.model ?? DEMO);
}

function replace(changed) {
  const byValue = new Map(changed.map((line) => [line.value, line]));
  rows = rows.map((line) => byValue.get(line.value) ?? line);
  rows = [...rows.filter(({ problem }) => !problem), ...rows.filter(({ problem }) => problem)];
  if (byValue.has(selected)) card.firstChild?.update?.(byValue.get(selected));
}

// What has all the words of the box in its two lines.
function found() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  return rows.filter(({ name, line }) => {
    const text = `${name} ${line}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function draw() {
  const shown = found();
  list.show(shown, selected);
  setText(note, rows.length && !shown.length ? "No model has these words." : (!box.value && hint) || "");
}

async function start(value) {
  try {
    await run(value);
    chat();
  } catch (error) {
    failed(error);
  }
}

function stop() {
  call("/api/stop", { wait: false }).catch(failed);
}

function chat() {
  root.closest("dialog").close();
}

// The list without the model, and where it went; whoever looks at another one by now goes on.
function deleted(value, line) {
  const looksOn = selected !== value;
  if (!looksOn) {
    back();
    card.replaceChildren();
    selected = null;
  }
  setText(notice, line);
  notice.hidden = false;
  clearTimeout(telling);
  telling = setTimeout(() => { notice.hidden = true; }, NOTICE);
  refresh();
  if (!looksOn) box.focus();
}

function failed(error) {
  root.classList.add("deep");
  trouble.show(error);
}

// Shows a card beside the list, or over it where there is no room.
function beside(value, content) {
  selected = value;
  root.classList.add("deep");
  trouble.clear();
  card.replaceChildren(content);
  draw();
}

function showModel(value) {
  const model = rows.find((line) => line.value === value);
  if (!model) return;
  beside(value, sheetCard(model, home, act));
  if (!left.checkVisibility()) side.focus();
}

async function showFolders() {
  const before = card.firstChild;
  try {
    const folders = await foldersCard({ changed, failed });
    if (card.firstChild !== before) return; // a model was opened meanwhile
    beside(null, folders);
    side.querySelector("h2").focus();
  } catch (error) {
    failed(error);
  }
}

function changed() {
  trouble.clear();
  refresh();
}

// From the card to the list; false when the list is there already.
function back() {
  const covered = !left.checkVisibility();
  const value = selected;
  root.classList.remove("deep");
  if (!covered) return false;
  if (value) list.focus(value);
  else folders.focus();
  return true;
}

box.addEventListener("input", () => { draw(); list.top(); });
box.addEventListener("keydown", (event) => {
  if (composes(event)) return;
  if (event.key === "ArrowDown") list.focus();
  else if (event.key === "Enter" && list.first) showModel(list.first.value);
  else return;
  event.preventDefault();
});
folders.addEventListener("click", showFolders);
new ResizeObserver(fillSide).observe(root);
list.onTop = () => box.focus();

export const shelf = {
  name: "shelf",
  label: "Models",
  root,
  back,
  enter() {
    box.value = "";
    root.classList.remove("deep");
    refresh();
    box.focus();
  },
  leave() {
    reading?.abort();
  },
  tell(next) {
    const now = `${next.phase} ${next.model}`;
    if (now === phase) return;
    phase = now;
    draw();
    card.firstChild?.tell?.();
  },
};
