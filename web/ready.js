// A question may come before the engine is ready: it is started, and its answer says how far it is.

import { ApiFailure } from "./api.js";
import { onState, start, state } from "./header.js";

const STOPPED = {
  title: "The engine was stopped",
  detail: "It was stopped before it could answer. Try again to start it.",
  log_lines: [],
};

let waiting = null; // an answer

export const isReady = () => state?.phase === "ready";

// Resolves when the engine is ready; starts it if need be.
export async function whenReady(answer, signal) {
  waiting = answer;
  answer.wait(state?.can_stop ? state.words : "Starting the engine");
  try {
    const settled = await start(true, signal);
    if (settled.phase !== "ready") throw new ApiFailure(settled.failure ?? STOPPED);
  } finally {
    answer.wait("");
    if (waiting === answer) waiting = null;
  }
}

onState((next) => {
  if (waiting && next.can_stop) waiting.wait(`${next.words} · ${modelName(next)}`);
});

function modelName({ model, models }) {
  return models.find(({ value }) => value === model)?.name ?? "";
}
