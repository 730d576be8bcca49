// The models on this computer: the list with its search, and beside it one of them.

import { ApiFailure, stream } from "./api.js";
import { element, icon, setText } from "./dom.js";
import { failureCard } from "./failure.js";
import { run, state } from "./header.js";
import { foldersCard } from "./models_folders.js";
import { LongList } from "./models_list.js";
import { DEMO, sheetCard } from "./models_sheet.js";

const RUNS = ["starting", "ready"];

const box = element("input", { type: "search", className: "search", placeholder: "Search models", autocomplete: "off" });
box.setAttribute("aria-label", "Search models");
const summary = element("span", { className: "summary", role: "status" });
const folders = element("button", { type: "button", className: "tool" }, icon("folder", true), "Folders");
const list = new LongList("Models", row);
const note = element("div", { className: "shelf-note" });
const trouble = element("div");
const card = element("div");
const side = element("div", { className: "shelf-side", tabIndex: -1 });
const left = element("div", { className: "shelf-list" }, box,
  element("p", { className: "shelf-line" }, summary, folders), note, list.root);
const root = element("section", { id: "models-shelf", className: "shelf" }, left, side);

let rows = [];
let hint = null;
let selected = null; // the value of the model beside the list
let reading = null;
let runs = "";

async function refresh() {
  reading?.abort();
  const mine = reading = new AbortController();
  let first = true;
  try {
    await stream("/api/page/models", null, mine.signal, (piece) => {
      if (first) [rows, hint] = [piece.rows, piece.note];
      else replace(piece.rows);
      setText(summary, piece.summary);
      draw();
      // Where there is room for both, the card of the model in use is there from the start.
      if (first && side.checkVisibility()) showModel(selected ?? state?.model ?? DEMO);
      first = false;
    });
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiFailure)) throw error;
    note.replaceChildren(failureCard(error.failure));
  }
}

function replace(changed) {
  const byValue = new Map(changed.map((line) => [line.value, line]));
  rows = rows.map((line) => byValue.get(line.value) ?? line);
  const beside = byValue.get(selected);
  if (beside) card.firstChild?.update?.(beside);
  rows = [...rows.filter(({ problem }) => !problem), ...rows.filter(({ problem }) => problem)];
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
  const nothing = rows.length && !shown.length ? "No model has these words." : hint;
  note.replaceChildren(...(nothing && (box.value || !shown.some(({ value }) => value !== DEMO)) ? [nothing] : []));
}

function row(line) {
  const made = element("li", { className: "model-row" });
  made.classList.toggle("wrong", line.problem);
  const runs = RUNS.includes(state?.phase) && state.model === line.value;
  const name = element("span", { className: "name" }, element("span", {}, line.name));
  if (runs) name.prepend(element("span", { className: "dot", "aria-hidden": "true" }));
  if (line.vision) name.append(icon("image", true));
  if (line.problem) name.prepend(icon("warning", true));
  const open = element("button", { type: "button", className: "open" }, name,
    element("span", { className: "line" }, line.line));
  const more = [line.vision && "sees images", runs && "running"].filter(Boolean);
  if (more.length) open.setAttribute("aria-label", [line.name, line.line, ...more].join(", "));
  if (line.value === selected) open.setAttribute("aria-current", "true");
  open.addEventListener("click", () => showModel(line.value));
  made.append(open);
  if (!line.problem && !runs) {
    const play = element("button", { type: "button", className: "quiet", title: `Start ${line.name}` }, icon("play", true));
    play.setAttribute("aria-label", `Start ${line.name}`);
    play.addEventListener("click", () => startModel(line.value));
    made.append(play);
  }
  return made;
}

async function startModel(value) {
  try {
    await run(value);
    root.closest("dialog").close();
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  if (!(error instanceof ApiFailure)) throw error;
  root.classList.add("deep");
  side.replaceChildren(backButton(), trouble, card);
  trouble.replaceChildren(failureCard(error.failure));
  side.scrollTop = 0;
}

// Shows a card beside the list, or over it where there is no room.
function beside(value, content) {
  selected = value;
  root.classList.add("deep");
  trouble.replaceChildren();
  card.replaceChildren(content);
  side.replaceChildren(backButton(), trouble, card);
  side.scrollTop = 0;
  draw();
}

function backButton() {
  const button = element("button", { type: "button", className: "plain back" }, icon("back", true), "All models");
  button.addEventListener("click", back);
  return button;
}

function showModel(value) {
  const model = rows.find((line) => line.value === value);
  if (!model) return;
  beside(value, sheetCard(model, { start: startModel, failed }));
  if (!left.checkVisibility()) side.focus();
}

async function showFolders() {
  try {
    beside(null, await foldersCard({ changed, failed }));
    side.querySelector("h2").focus();
  } catch (error) {
    failed(error);
  }
}

function changed() {
  trouble.replaceChildren();
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
  if (event.key === "ArrowDown") list.focus();
  else if (event.key === "Enter" && list.first) showModel(list.first.value);
  else return;
  event.preventDefault();
});
folders.addEventListener("click", showFolders);
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
    if (now === runs) return;
    runs = now;
    draw();
  },
};
