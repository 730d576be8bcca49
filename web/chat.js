// The conversation: what was said, and the one answer under way.

import { Answer } from "./answer.js";
import { ApiFailure, inTurn, loaded, streamAfter } from "./api.js";
import { byId, setText } from "./dom.js";
import { allOf, showAll, showEnd } from "./earlier.js";
import { isRefusal } from "./failure.js";
import { attempt } from "./header.js";
import { drawLater, planDrawing } from "./later.js";
import { question, tellRefused } from "./question.js";
import { isReady, whenReady } from "./ready.js";
import { toEnd } from "./scroll.js";
import { Speech } from "./speech.js";

const CUT = {
  title: "The answer was cut off",
  detail: "The connection to Paddock ended before the answer did.",
  log_lines: [],
};

// Of a question that came back; why is not kept.
const REFUSED = {
  cause: "request_refused",
  title: "The engine refused this message",
  detail: "Change it, or ask something else: that is asked without it.",
  log_lines: [],
};

const list = byId("messages");
const progress = byId("progress");
let messages = [];
let conversation = null; // its id, once something was asked; never one of a private chat
let secret = false;
let settings = {}; // a ChatSettings; what it lacks is the engine's own
let active = null; // { answer, controller }
let asks = 0; // how often an answer was asked for
let editor = null; // edit.js
const listeners = [];
const replacedListeners = [];

export const onChange = (listener) => listeners.push(listener);
// Gets a line about what was replaced, and how to undo that.
export const onReplaced = (listener) => replacedListeners.push(listener);
export const isBusy = () => active !== null;
export const isEmpty = () => messages.length === 0;
export const current = () => conversation;
export const isPrivate = () => secret;
export const said = () => messages;
export const chosen = () => settings;
export const asked = () => asks;
export const page = crypto.randomUUID(); // which page asks, where a chat is open in several

function changed() {
  for (const listener of listeners) listener();
}

export function send(text, files = []) {
  if (!secret && !conversation) {
    conversation = crypto.randomUUID();
    inTurn("/api/page/chats/settings", { id: null, settings: {} }).catch(() => {});
  }
  byId("notice").hidden = true; // an undo would take this question away
  const message = { role: "user", content: text, attachments: files };
  messages.push(message);
  list.append(question(message));
  run();
}

// Asks a question anew in the place of one that was asked; returns how to undo that.
function askAnew(node, text, files) {
  const undo = replacing();
  while (node.nextSibling) node.nextSibling.remove();
  node.remove();
  messages = messages.slice(0, messages.indexOf(node.message));
  send(text, files);
  return undo;
}

// How to bring back what is about to be replaced.
function replacing() {
  const [before, nodes] = [messages, allOf(list)];
  stop();
  return () => {
    replace(conversation, secret, before, settings, () => showAll(list, nodes));
    if (!secret) keep(messages);
  };
}

function keep(said) {
  inTurn("/api/page/chats/keep", { id: conversation, messages: said, settings }).catch(() => {});
}

// Has the chat answered so from now on.
export function choose(wanted) {
  settings = wanted;
  changed();
}

// Cancels the answer under way; what has arrived stays.
export function stop() {
  active?.controller.abort();
}

// Shows a kept conversation.
export function load(shown) {
  replace(shown.id, false, shown.messages.map(({ message }) => message), shown.settings,
    () => showEnd(list, shown.messages, drawn, shown.edit));
  const changing = shown.edit && list.children[shown.edit.position];
  if (changing?.matches(".question")) edit(changing, shown.edit);
  const last = messages.at(-1);
  if (last?.role !== "user") return;
  const answer = begun();
  answer.end({ label: "", failure: last.reason ? REFUSED : CUT });
  list.append(answer.root);
  changed();
}

// Begins a chat, private or not; returns how to bring the one before back.
export function leave(forPrivate) {
  const [before, nodes] = [[conversation, secret, messages, settings], allOf(list)];
  replace(null, forPrivate, [], {}, () => showAll(list, []));
  return () => replace(...before, () => showAll(list, nodes));
}

function replace(id, forPrivate, said, wanted, show) {
  stop();
  [conversation, secret, messages, settings] = [id, forPrivate, said, wanted];
  show();
  planDrawing();
  changed();
  toEnd();
}

function begun() {
  const ways = { retry: () => again(answer), goOn: () => goOn(answer), edit: () => edit() };
  const answer = new Answer(new Speech(), ways);
  return answer;
}

function drawn(shown) {
  const { message, blocks, thought, label } = shown;
  if (message.role !== "assistant") return question(message);
  if (blocks === null) return drawLater(shown, drawn);
  const answer = begun();
  answer.restore(message, blocks, thought);
  answer.end({ label, failure: null, reason: message.reason });
  return answer.root;
}

// What came after an older answer would be lost or mixed up with it.
const isLast = (answer) => answer.root === list.lastElementChild;

// Another answer in the place of the last one.
function again(answer) {
  if (active || !isLast(answer)) return;
  const undo = answer.message && replacing();
  if (undo) messages = messages.slice(0, -1);
  answer.root.remove();
  run();
  if (undo) tellReplaced("Answering again", undo);
}

function goOn(answer) {
  if (!active && isLast(answer)) run(answer);
}

// Has the last question answered, or goes on with an answer that ended too early.
async function run(answer = begun()) {
  const [mine, said] = [{ answer, controller: new AbortController() }, messages];
  active = mine;
  asks += 1;
  if (answer.message) answer.reopen();
  else list.append(answer.root);
  if (said.at(-1).role === "user") refuse(answer, null);
  changed();
  toEnd();
  const end = await receive(mine, { messages: said, settings, conversation, page });
  const message = answer.end(end);
  if (message && said.at(-1) !== message) said.push(message);
  if (!message && isRefusal(end.failure) && active === mine) {
    refuse(answer, "error");
    if (!secret) keep(said);
  }
  if (active === mine) active = null;
  setText(progress, "");
  changed();
}

// Whether the question before an answer was refused: later ones are asked without it.
function refuse({ root }, reason) {
  const asked = root.previousElementSibling;
  asked.message.reason = reason;
  tellRefused(asked);
}

async function receive({ answer, controller }, question) {
  let finish = null;
  try {
    if (!isReady()) {
      if (question.conversation) keep(question.messages);
      await whenReady(answer, controller.signal);
    }
    // Of what is kept after the question began, its answer would be taken for an older one.
    await streamAfter("/api/page/chat", question, controller.signal, (chunk) => {
      if (chunk.kind === "speed") setText(progress, chunk.label);
      else finish = answer.apply(chunk) ?? finish;
    });
    return finish ?? { label: "", failure: CUT, reason: "cut" };
  } catch (error) {
    if (error.name === "AbortError") return { label: "stopped", failure: null, reason: "cancelled" };
    if (error instanceof ApiFailure) return { label: "", failure: error.failure, reason: "cut" };
    throw error;
  }
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const answer = button?.closest(".answer")?.answer;
  if (button?.classList.contains("again")) again(answer);
  else if (button?.classList.contains("on")) goOn(answer);
  else if (button?.classList.contains("edit")) edit(button.closest(".question"));
});

// Changes a question in its place; without one the last.
export function edit(node = [...list.querySelectorAll(".question")].at(-1), begun = undefined) {
  attempt(openEditor(node, begun));
}

async function openEditor(node, begun) {
  // Once loaded it opens at once: the next key is for it already.
  if (!editor) editor = await loaded(import("./edit.js"));
  if (!node) return;
  const ask = (text, files) => tellReplaced("Asked anew", askAnew(node, text, files));
  editor.editQuestion(node, ask, begun);
}

export function tellReplaced(line, undo) {
  for (const listener of replacedListeners) listener(line, undo);
}
