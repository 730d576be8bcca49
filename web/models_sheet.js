// One model: what is known of it, and what can be done with it.

import { call } from "./api.js";
import { element, icon } from "./dom.js";

export const DEMO = "demo";

// `act` has start(value) and failed(error).
export function sheetCard(model, act) {
  const card = element("article", { className: "model-card" }, element("h2", {}, model.name));
  if (model.problem) card.append(problem(model.line));
  let known = facts(model);
  card.append(known, actions(model, act));
  // What was read of the file meanwhile.
  card.update = (next) => {
    const fresh = facts(next);
    known.replaceWith(fresh);
    known = fresh;
  };
  return card;
}

function problem(words) {
  return element("p", { className: "trouble" }, icon("warning", true),
    element("span", {}, "This file cannot be used. ", words));
}

function facts({ facts: known, value }) {
  const lines = known.map(([label, text]) => fact(label, text, ""));
  if (value !== DEMO) lines.push(fact("File", value, "path"));
  return element("dl", { className: "facts" }, ...lines);
}

function fact(label, text, kind) {
  return element("div", {}, element("dt", {}, label), element("dd", { className: kind }, text));
}

function actions(model, act) {
  const bar = element("p", { className: "actions" });
  if (model.value !== DEMO) {
    const open = element("button", { type: "button", className: "plain" }, icon("folder", true), "Open folder");
    open.addEventListener("click", () =>
      call("/api/page/models/folders/open", { path: model.value }).catch(act.failed));
    bar.append(open);
  }
  if (!model.problem) {
    const start = element("button", { type: "button", className: "primary" }, icon("play", true), "Start");
    start.addEventListener("click", () => act.start(model.value));
    bar.append(start);
  }
  return bar;
}
