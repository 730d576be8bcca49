// The conversation: what was said, and the one answer under way.

import { Answer } from "./answer.js";
import { ApiFailure, call, stream } from "./api.js";
import { byId, element, setText } from "./dom.js";
import { onState, start, state } from "./header.js";
import { follow, toEnd } from "./scroll.js";
import { Speech } from "./speech.js";

const CUT = {
  title: "The answer was cut off",
  detail: "The connection to Paddock ended before the answer did.",
  log_lines: [],
};

const list = byId("messages");
const progress = byId("progress");
let messages = [];
let conversation = null; // its id, once something was asked; never one of a private chat
let secret = false;
let active = null; // { answer, controller, starting }
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const isBusy = () => active !== null;
export const isEmpty = () => messages.length === 0;
export const current = () => conversation;
export const isPrivate = () => secret;

function changed() {
  for (const listener of listeners) listener();
}

export function send(text) {
  if (!secret) conversation ??= crypto.randomUUID();
  messages.push({ role: "user", content: text });
  list.append(question(text));
  run();
}

function question(text) {
  const said = element("li", { className: "message question" }, element("div", {}, text));
  said.setAttribute("aria-label", "You");
  return said;
}

// Cancels the answer under way; what has arrived stays.
export function stop() {
  active?.controller.abort();
}

// Shows a kept conversation.
export function load(shown) {
  replace(shown.id, false, shown.messages.map(({ message }) => message), shown.messages.map(drawn));
  if (messages.at(-1)?.role !== "user") return;
  const answer = new Answer(new Speech(), () => again(answer));
  answer.end("", CUT);
  list.append(answer.root);
}

// Begins a chat, private or not; returns how to bring the one before back.
export function leave(forPrivate) {
  const before = [conversation, secret, messages, [...list.children]];
  replace(null, forPrivate, [], []);
  return () => replace(...before);
}

function replace(id, forPrivate, said, nodes) {
  stop();
  [conversation, secret, messages] = [id, forPrivate, said];
  list.replaceChildren(...nodes);
  changed();
  toEnd();
}

function drawn({ message, blocks }) {
  if (message.role !== "assistant") return question(message.content);
  const answer = new Answer(new Speech(), () => again(answer));
  answer.restore(message.content, blocks);
  answer.end("", null);
  return answer.root;
}

function again(answer) {
  if (active) return;
  if (messages.at(-1)?.role === "assistant") messages.pop();
  answer.root.remove();
  run();
}

async function run() {
  const answer = new Answer(new Speech(), () => again(answer));
  const said = messages;
  active = { answer, controller: new AbortController() };
  const mine = active;
  list.append(answer.root);
  changed();
  toEnd();
  const { label, failure } = await receive(mine, { messages: said, conversation });
  if (answer.source) said.push({ role: "assistant", content: answer.source });
  answer.end(label, failure);
  if (active === mine) active = null;
  setText(progress, "");
  changed();
  follow();
}

async function receive({ answer, controller }, question) {
  let finish = null;
  try {
    await engine(answer, question, controller.signal);
    await stream("/api/page/chat", question, controller.signal, (chunk) => {
      if (chunk.kind === "speed") setText(progress, chunk.label);
      else finish = answer.apply(chunk) ?? finish;
      follow();
    });
    return finish ?? { label: "", failure: CUT };
  } catch (error) {
    if (error.name === "AbortError") return { label: "Stopped", failure: null };
    if (error instanceof ApiFailure) return { label: "", failure: error.failure };
    throw error;
  }
}

// Resolves when the engine is ready; starts it if need be, the question kept meanwhile.
async function engine(answer, { messages: said, conversation: id }, signal) {
  if (state?.phase === "ready") return;
  active.starting = true;
  if (id) call("/api/page/chats/keep", { id, messages: said }).catch(() => {});
  answer.wait(state?.can_stop ? state.words : "Starting the engine");
  const settled = await start(true, signal);
  active.starting = false;
  answer.wait("");
  if (settled.phase !== "ready") throw new ApiFailure(settled.failure ?? stopped());
}

function stopped() {
  return {
    title: "The engine was stopped",
    detail: "It was stopped before it could answer. Try again to start it.",
    log_lines: [],
  };
}

onState((next) => {
  if (active?.starting && next.can_stop) active.answer.wait(`${next.words} · ${modelName(next)}`);
});

function modelName({ model, models }) {
  return models.find(({ value }) => value === model)?.name ?? "";
}

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const answer = button?.closest(".answer")?.answer;
  if (button?.classList.contains("again")) again(answer);
});
