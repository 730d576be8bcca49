// Unloads the model and shows how much memory came back.

import { call } from "./api.js";
import { byId, set, setText } from "./dom.js";

const button = byId("free");
const result = byId("came-back");

// Offers it while a model is loaded; what came back stays until one is loaded again.
export function offerMemory({ actions, phase }) {
  set(button, { hidden: !actions.some(({ intent }) => intent === "free") });
  tell(phase !== "stopped" && phase !== "stopping" ? "" : result.textContent);
}

function tell(words) {
  setText(result, words);
  set(button.parentElement, { hidden: button.hidden && !words });
}

// `attempt` shows what the server cannot do.
export function setUpMemory(attempt) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await attempt(call("/api/page/free", {}).then(({ line }) => tell(line)));
    button.disabled = false;
  });
}
