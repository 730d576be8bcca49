// One model: what is known of it, and what can be done with it.

import { ApiFailure, call } from "./api.js";
import { element, icon } from "./dom.js";
import { serverState } from "./header.js";
import { FitCard } from "./models_fit.js";
import { PresetCard } from "./models_preset.js";
import { asksFirst, button, fold, quiet, shownPath } from "./models_parts.js";

export const DEMO = "demo";
const RUNS = ["starting", "ready"];

export function runs(value) {
  const state = serverState();
  return RUNS.includes(state?.phase) && state.model === value;
}

// `act` has start(value), stop(), chat(), failed(error), kept() after a save,
// deleted(value, line); `home` is the user's folder.
export function sheetCard(model, home, act) {
  const tools = element("span", { className: "row-tools" });
  const head = element("div", { className: "card-head" }, element("h2", { className: "grow" }, model.name), tools);
  const inner = element("div", { className: "card-scroll" }, head);
  if (model.problem) inner.append(problem(model.line));
  let known = facts(model, home);
  const bar = element("p", { className: "actions" });
  if (!model.problem) inner.append(...launch(model.value, act));
  inner.append(known);
  const card = element("article", { className: "model-card" }, inner, bar);
  if (model.value !== DEMO) tools.append(folderButton(model, act), deleteButton(model, act));

  // What was read of the file meanwhile.
  card.update = (next) => {
    const fresh = facts(next, home);
    known.replaceWith(fresh);
    known = fresh;
  };
  // Whether it runs now.
  card.tell = () => {
    const focused = bar.contains(document.activeElement);
    bar.replaceChildren(...(model.problem ? [] : actions(model.value, act)));
    if (focused) bar.querySelector("button")?.focus();
  };
  card.tell();
  return card;
}

// Whether it fits, and its presets; each is asked for by itself.
function launch(value, act) {
  const fit = new FitCard(value, {
    context: (tokens) => preset.context(tokens), margin: (mib) => preset.margin(mib), failed: act.failed,
  });
  const preset = new PresetCard(value, {
    changed: () => fit.show(), undone: (last) => fit.show(last), kept: () => fit.root.isConnected && act.kept(),
    failed: act.failed,
  });
  fit.show();
  preset.show();
  return [fit.root, fold("Preset", preset.root)];
}

function problem(words) {
  return element("p", { className: "misfit" }, icon("warning", true),
    element("span", {}, "This file cannot be used. ", words));
}

function facts({ facts: known, value }, home) {
  const lines = known.map(([label, text]) => fact(label, text, ""));
  if (value !== DEMO) lines.push(fact("File", shownPath(value, home), "path"));
  return element("dl", { className: "facts" }, ...lines);
}

function fact(label, text, kind) {
  return element("div", {}, element("dt", {}, label), element("dd", { className: kind }, text));
}

function actions(value, act) {
  if (!runs(value)) return [button("primary", "play", "Start", () => act.start(value))];
  return [button("plain", "stop", "Stop", act.stop), button("primary", "chats", "Chat", act.chat)];
}

function folderButton({ value }, act) {
  return quiet("folder", "Open its folder", () =>
    call("/api/page/models/folders/open", { path: value }).catch(act.failed));
}

// To the trash; where there is none, for good, after asking once more.
function deleteButton(model, act) {
  const remove = async (forGood) => {
    try {
      act.deleted(model.value, (await call("/api/page/models/delete", { model: model.value, for_good: forGood })).line);
    } catch (error) {
      act.failed(error);
      if (!(error instanceof ApiFailure) || error.failure.cause !== "no_trash") return;
      made.replaceWith(asksFirst(quiet("delete", "Delete it for good", () => {}), "Delete for good", () => remove(true)));
    }
  };
  const made = asksFirst(quiet("delete", "Delete it", () => {}), "Move to trash", () => remove(false));
  return made;
}
