// The server's state as the page shows it, and the controls that change it.

import { ApiFailure, call, inTurn, stream } from "./api.js";
import { byId, element, set, setText, unbroken } from "./dom.js";
import { failureCard } from "./failure.js";
import { offerMemory, setUpMemory } from "./memory.js";
import { showMeters } from "./meters.js";
import { say } from "./speech.js";

const RETRY = 1000; // milliseconds until a lost stream is asked for again
const RUNS = ["starting", "ready"];
const LONG = 10; // letters of words that leave no room beside them in a small window

const model = byId("model");
const power = byId("power");
const status = byId("status");
const details = byId("details");

let state = null;
let chosen = null; // a model picked but not running yet
let shownModels = "";
let shownFailure = "";
let refusal = null; // a card
let putAway = null;
let past = null; // history.js, loaded with the first look at the details
const listeners = [];
let known;

// Settles with the first state, or once it is clear that none comes.
export const stateKnown = new Promise((resolve) => { known = resolve; });

// What it shows; null while it is not connected.
export const serverState = () => state;
export const onState = (listener) => listeners.push(listener);

// Starts the chosen model, or the one of the settings; resolves when it runs or cannot.
export function start(wait, signal) {
  return call("/api/start", { model: chosen ?? state?.model ?? null, wait }, signal);
}

// Starts this model, whatever was chosen before, as what is being kept has it.
export function run(value) {
  chosen = null;
  return inTurn("/api/start", { model: value, wait: false });
}

export async function watchState() {
  for (;;) {
    if (document.hidden) await once(document, "visibilitychange");
    const hidden = new AbortController();
    const stop = () => document.hidden && hidden.abort();
    document.addEventListener("visibilitychange", stop);
    try {
      await stream("/api/page/events", null, hidden.signal, show);
      lost(null);
    } catch (error) {
      if (error instanceof ApiFailure) lost(error.failure);
      else if (error.name !== "AbortError") throw error;
    }
    document.removeEventListener("visibilitychange", stop);
    if (!document.hidden) await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

// What the user asks for; why it cannot be done stays until it is closed or more is asked for.
export async function attempt(deed) {
  closeRefusal();
  try {
    await deed;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    refusal = failureCard(error.failure, [["Close", closeRefusal]]);
    byId("trouble").replaceChildren(refusal);
    byId("trouble").hidden = false;
    refusal.scrollIntoView({ block: "nearest" });
  }
}

// What it stood in front of comes back.
function closeRefusal() {
  if (!refusal?.isConnected) return;
  refusal.remove();
  shownFailure = "";
  if (state) tellTrouble(state);
}

function once(target, event) {
  return new Promise((resolve) => target.addEventListener(event, resolve, { once: true }));
}

function lost(failure) {
  if (state === null && !failure) return;
  state = null;
  known();
  status.dataset.phase = "lost";
  tellWords("Not connected");
  power.disabled = model.disabled = true;
  if (failure) showTrouble(failure, []);
}

function show(next) {
  const before = state;
  state = next;
  known();
  set(status.dataset, { phase: next.stalled ? "stalled" : next.falls_back ? "falls-back" : next.phase });
  set(status, { title: next.line });
  tellWords(next.words);
  const counts = before?.phase === "backoff" && next.phase === "backoff";
  if (before && before.words !== next.words && !counts) say(next.words);
  showPower(next);
  if (chosen === next.model || begins(next, before)) chosen = null;
  showModels(next);
  showMeters(next.meters);
  if (!details.hidden) {
    showDetails(next);
    past?.add(next);
  }
  tellTrouble(next);
  for (const listener of listeners) listener(next);
}

function tellWords(words) {
  setText(byId("words"), words);
  status.classList.toggle("long", words.length > LONG);
}

function showPower({ can_start: canStart, can_stop: canStop, phase }) {
  const stops = canStop || phase === "stopping";
  // The title is for where there is no room for the words.
  set(power, { disabled: !canStart && !canStop, title: stops ? "Stop" : "Start" });
  power.classList.toggle("stops", stops);
  setText(byId("power-label"), power.title);
}

// Whether a model is started just now, perhaps elsewhere: what was picked before is over.
function begins(next, before) {
  return RUNS.includes(next.phase) && !(RUNS.includes(before?.phase) && before.model === next.model);
}

function showModels(next) {
  const models = JSON.stringify(next.models);
  const others = models !== shownModels;
  if (others) {
    shownModels = models;
    model.replaceChildren(...next.models.map(({ value, name, note }) =>
      element("option", { value, title: note }, name)));
  }
  set(model, { disabled: false });
  const value = chosen ?? next.model;
  // Who is choosing keeps the choice, but new options have none.
  if (model.value !== value && (others || document.activeElement !== model)) model.value = value;
  set(model, { title: model.selectedOptions[0]?.textContent ?? "" });
  setText(byId("model-name"), model.title);
  model.parentElement.classList.toggle("unknown", false); // remove() would write it each time
}

async function showPast(next) {
  past ??= await import("./history.js").catch(() => null); // asked for again with the next state
  if (!details.hidden) past?.showHistory(next);
}

function showDetails(next) {
  const lines = [next.line, ...(next.hint ? [next.hint] : []), ...next.metrics.map(unbroken)];
  offerMemory(next);
  showPast(next);
  if (details.dataset.lines === lines.join("\n")) return;
  details.dataset.lines = lines.join("\n");
  byId("figures").replaceChildren(...lines.map((line) => element("p", {}, line)));
}

function tellTrouble(next) {
  const tells = next.stalled || ["failed", "backoff"].includes(next.phase);
  if (!next.stalled) putAway = null;
  showTrouble(tells ? next.failure : null, next.actions);
}

function showTrouble(failure, actions) {
  if (failure && failure.title === putAway) failure = null;
  const text = failure ? JSON.stringify([failure, actions]) : "";
  if (text === shownFailure) return;
  shownFailure = text;
  const buttons = actions.map(({ intent, label }) => [label, () => act(intent, failure)]);
  byId("trouble").replaceChildren(...(failure ? [failureCard(failure, buttons)] : []));
}

// Waiting only puts the card away, until the engine has moved and stands still again.
function act(intent, failure) {
  if (intent === "start") attempt(start(false));
  if (intent === "stop") attempt(call("/api/stop", { wait: false }));
  if (intent === "wait") {
    putAway = failure.title;
    showTrouble(null, []);
  }
}

export function closeDetails() {
  if (details.hidden) return false;
  details.hidden = true;
  past?.forgetHistory();
  status.setAttribute("aria-expanded", "false");
  return true;
}

status.addEventListener("click", () => {
  if (closeDetails()) return;
  details.hidden = false;
  status.setAttribute("aria-expanded", "true");
  if (state) showDetails(state);
});

setUpMemory(attempt);

power.addEventListener("click", () => {
  power.disabled = true;
  const deed = state.can_stop ? call("/api/stop", { wait: false }) : start(false);
  attempt(deed.catch(refused));
});

// What was refused changes no state that would come, and can be asked for again.
function refused(error) {
  if (state) showPower(state);
  throw error;
}

model.addEventListener("change", () => {
  chosen = model.value;
  setText(byId("model-name"), model.selectedOptions[0].textContent);
  if (state?.can_stop) attempt(start(false));
});
