// The engines: what computes now, what is proposed and why, get, use, roll back, remove.

import { call } from "./api.js";
import { element, setText } from "./dom.js";
import { failureCard } from "./failure.js";
import { asksFirst, button, keepingFocus, progressBar, setProgress, Trouble } from "./models_parts.js";

const AT = "/api/page/engines";
const WORDS = { get: "Get", use: "Use", remove: "Remove" };
const PACE = 500; // milliseconds between two looks at work under way

const trouble = new Trouble();
const used = element("p");
const proposal = element("p", { className: "muted" });
const bar = progressBar();
const label = element("p", { className: "muted line grow" });
const cancel = button("plain", null, "Cancel", () => ask("cancel", {}));
const work = element("div", { className: "work", hidden: true }, bar,
  element("div", { className: "download-head" }, label, cancel));
const rows = element("ul", { className: "choices" });
const back = button("plain", "again", "", () => ask("back", {}));
const heading = element("h2", { tabIndex: -1 }, "In use");
const inner = element("div", { className: "column" },
  heading, used, element("p", {}, back), trouble.root,
  element("h2", {}, "Official builds of llama.cpp"), proposal, work, rows);
const root = element("section", { id: "models-engines", className: "pane" }, inner);

let shown = "";
let timer = 0;
let open = false;

async function ask(path, body) {
  trouble.clear();
  shown = "";
  try {
    show(await call(path ? `${AT}/${path}` : AT, body));
  } catch (error) {
    trouble.show(error);
  }
}

function show(engines) {
  keepingFocus(root, () => draw(engines), () => (work.hidden ? heading : cancel));
}

function draw(engines) {
  setText(used, engines.used);
  setText(proposal, engines.proposal);
  back.parentElement.hidden = !engines.back;
  setText(back.lastChild, engines.back ?? "");
  work.hidden = !engines.work;
  if (engines.work) {
    setProgress(bar, engines.work.share, engines.work.name, engines.work.label);
    setText(label, engines.work.label);
  }
  lookSoon();
  const text = JSON.stringify([engines.rows, engines.failure]);
  if (text === shown) return;
  shown = text;
  trouble.root.replaceChildren(...(engines.failure ? [failureCard(engines.failure)] : []));
  rows.replaceChildren(...engines.rows.map(line));
}

function lookSoon() {
  clearTimeout(timer);
  if (!work.hidden && open) timer = setTimeout(look, PACE);
}

// A look that fails is told, once, until one does not: the work goes on meanwhile.
async function look() {
  try {
    show(await call(AT));
  } catch (error) {
    if (shown) trouble.show(error);
    shown = "";
    lookSoon();
  }
}

function line({ name, title, size, note, state, proposed, actions }) {
  const head = element("p", { className: "name" }, title);
  if (state === "used") head.append(element("span", { className: "badge" }, "In use"));
  else if (proposed) head.append(element("span", { className: "badge" }, "Best for this computer"));
  const text = element("div", { className: "grow" }, head,
    element("p", { className: "muted line" }, [name, size, note].filter(Boolean).join(" · ")));
  const tools = element("span", { className: "row-tools" }, ...actions.map((action) => tool(action, name, title, proposed)));
  const made = element("li", {}, text, tools);
  made.classList.toggle("proposed", proposed && state !== "used");
  made.classList.toggle("unfit", state === "unfit");
  return made;
}

function tool(action, name, title, proposed) {
  const kind = proposed && action !== "remove" ? "primary" : "plain";
  const act = () => ask(action, { name });
  const made = button(kind, action === "get" ? "save" : null, WORDS[action], action === "remove" ? () => {} : act);
  made.setAttribute("aria-label", `${WORDS[action]} ${title}, ${name}`);
  return action === "remove" ? asksFirst(made, "Remove it", act) : made;
}

export const engines = {
  name: "engines",
  label: "Engine",
  root,
  back: () => false,
  enter() {
    open = true;
    ask("", undefined);
    heading.focus();
  },
  leave() {
    open = false;
    clearTimeout(timer);
  },
  tell() {},
};
