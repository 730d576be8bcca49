// The panel of the chat's settings: system prompt and sampling. Loaded when it is first opened.

import { chosen, onChange } from "./chat.js";
import { byId, element, icon, setText } from "./dom.js";
import { focusComposer } from "./composer.js";
import { onState, serverState } from "./header.js";
import { hold } from "./popover.js";
import { set } from "./settings.js";

// Name, words, whether whole, lowest, highest, what it does.
const FIELDS = [
  ["temperature", "Temperature", false, 0, Infinity, "Higher is more varied, 0 always takes the likeliest word."],
  ["top_p", "Top-p", false, 0, 1, "Only the likeliest words that make up this share."],
  ["top_k", "Top-k", true, 0, 2147483647, "Only so many of the likeliest words; 0 for all."],
  ["min_p", "Min-p", false, 0, 1, "Only words at least this share as likely as the likeliest."],
  ["max_tokens", "Max tokens", true, 1, 2147483647, "The longest an answer may be."],
  ["seed", "Seed", true, -1, 4294967295, "The same seed gives the same answer; -1 a new one each time."],
];

const inputs = new Map(); // name to { input, problem, check }
const prompt = element("textarea", { rows: 4, dir: "auto", maxLength: 100000, id: "system-prompt" });
prompt.placeholder = "None";
const dialog = build();
let shown = null; // the settings the fields were filled from, or made

export function open() {
  if (!dialog.open) dialog.showModal();
  (wrong() ?? prompt).focus();
}

// Whether every field can be understood.
export const holds = () => !wrong();

function wrong() {
  return [...inputs.values()].find(({ input, check }) => check(input.value) !== null)?.input;
}

function build() {
  const made = element("dialog", { className: "settings", id: "settings" });
  made.setAttribute("aria-labelledby", "settings-title");
  const close = element("button", { type: "button", className: "quiet", title: "Close (Escape)" }, icon("close"));
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", () => made.close());
  made.append(
    element("div", { className: "bar" }, element("h2", { id: "settings-title" }, "Chat settings"),
      element("span", { className: "grow" }), close),
    element("label", { className: "wide" }, element("span", {}, "System prompt"), prompt),
    element("div", { className: "sampling" }, ...FIELDS.map(field)),
    element("p", { className: "muted" }, "For this chat. What is empty is left to the engine."),
  );
  prompt.addEventListener("input", changed);
  made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
  made.addEventListener("close", () => { hold("settings", false); focusComposer(); });
  new MutationObserver(() => hold("settings", made.open)).observe(made, { attributeFilter: ["open"] });
  document.body.append(made);
  return made;
}

function field([name, words, whole, lowest, highest, help]) {
  const input = element("input", { type: "text", inputMode: "decimal", autocomplete: "off", title: help });
  const problem = element("span", { className: "problem", id: `problem-${name}`, role: "alert" });
  input.setAttribute("aria-describedby", problem.id);
  const check = (text) => complaint(text.trim(), whole, lowest, highest);
  input.addEventListener("input", () => {
    const line = check(input.value);
    setText(problem, line ?? "");
    input.setAttribute("aria-invalid", String(line !== null));
    changed();
  });
  inputs.set(name, { input, problem, check });
  return element("div", { className: "field" },
    element("label", {}, element("span", {}, words), input), problem);
}

// Why this is no value for a field, or null.
function complaint(text, whole, lowest, highest) {
  if (text === "") return null;
  const number = value(text);
  const fits = Number.isFinite(number) && number >= lowest && number <= highest;
  if (fits && (!whole || Number.isInteger(number))) return null;
  const kind = whole ? "A whole number" : "A number";
  return highest === Infinity || highest > 1e9 ? `${kind}, ${lowest} or more` : `${kind} from ${lowest} to ${highest}`;
}

// A decimal comma is understood, too.
const value = (text) => (/^[-+.,\de]+$/i.test(text) ? Number(text.replace(",", ".")) : NaN);

// What can be understood is in force at once; the rest waits in its field.
function changed() {
  const settings = { system_prompt: prompt.value };
  for (const [name, { input, check }] of inputs) {
    const text = input.value.trim();
    if (text !== "") settings[name] = check(text) === null ? value(text) : chosen()[name] ?? null;
  }
  shown = settings;
  set(settings);
}

// Another chat has other settings.
function show() {
  if (chosen() === shown) return;
  shown = chosen();
  prompt.value = shown.system_prompt ?? "";
  for (const [name, { input, problem }] of inputs) {
    input.value = shown[name] ?? "";
    setText(problem, "");
    input.removeAttribute("aria-invalid");
  }
}

onChange(show);
onState(hints);
show();
hints(serverState());

function hints(next) {
  if (!next) return;
  for (const [name, { input }] of inputs) {
    if (input.placeholder !== next.sampling[name]) input.placeholder = next.sampling[name];
  }
}
