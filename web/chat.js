// The conversation: what was said, and the one answer under way.

import { Answer } from "./answer.js";
import { ApiFailure, stream } from "./api.js";
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
let active = null; // { answer, controller, starting }
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const isBusy = () => active !== null;
export const isEmpty = () => messages.length === 0;

function changed() {
  for (const listener of listeners) listener();
}

export function send(text) {
  messages.push({ role: "user", content: text });
  const said = element("li", { className: "message question" }, element("div", {}, text));
  said.setAttribute("aria-label", "You");
  list.append(said);
  run();
}

// Cancels the answer under way; what has arrived stays.
export function stop() {
  active?.controller.abort();
}

// Empties the conversation and returns how to bring it back.
export function clear() {
  stop();
  const kept = { messages, nodes: [...list.children] };
  messages = [];
  list.replaceChildren();
  changed();
  return () => {
    messages = [...kept.messages, ...messages];
    list.prepend(...kept.nodes);
    changed();
    toEnd();
  };
}

function again(answer) {
  if (active) return;
  if (messages.at(-1)?.role === "assistant") messages.pop();
  answer.root.remove();
  run();
}

async function run() {
  const answer = new Answer(new Speech(), () => again(answer));
  const conversation = messages;
  active = { answer, controller: new AbortController() };
  const mine = active;
  list.append(answer.root);
  changed();
  toEnd();
  const { label, failure } = await receive(mine, conversation);
  if (answer.source) conversation.push({ role: "assistant", content: answer.source });
  answer.end(label, failure);
  if (active === mine) active = null;
  setText(progress, "");
  changed();
  follow();
}

async function receive({ answer, controller }, conversation) {
  let finish = null;
  try {
    await engine(answer, controller.signal);
    await stream("/api/page/chat", { messages: conversation }, controller.signal, (chunk) => {
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

// Resolves when the engine is ready; starts it if need be.
async function engine(answer, signal) {
  if (state?.phase === "ready") return;
  active.starting = true;
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
