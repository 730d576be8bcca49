// A question may come before the engine is ready: it is started, and its answer says how far it is.

import { ApiFailure } from "./api.js";
import { onState, serverState, start } from "./header.js";

const STOPPED = {
  title: "The engine was stopped",
  detail: "It was stopped before it could answer. Try again to start it.",
  log_lines: [],
};

let waiting = null; // an answer
let began = 0;

export const isReady = () => serverState()?.phase === "ready";

// Resolves when the engine is ready; starts it if need be.
export async function whenReady(answer, signal) {
  waiting = answer;
  began = performance.now();
  const state = serverState();
  const ticks = setInterval(tell, 1000);
  answer.wait(state?.can_stop ? state.words : "Starting the engine");
  try {
    const settled = await start(true, signal);
    if (settled.phase !== "ready") throw new ApiFailure(settled.failure ?? STOPPED);
  } finally {
    clearInterval(ticks);
    answer.wait("");
    if (waiting === answer) waiting = null;
  }
}

// An engine tells no share of its load; how long it takes is told from the third second on.
function tell() {
  const state = serverState();
  if (!waiting || !state?.can_stop) return;
  const seconds = Math.round((performance.now() - began) / 1000);
  const parts = [state.words, modelName(state), ...(seconds > 2 ? [`${seconds} s`] : [])];
  waiting.wait(parts.join(" · "));
}

onState(tell);

function modelName({ model, models }) {
  return models.find(({ value }) => value === model)?.name ?? "";
}
