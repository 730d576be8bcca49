// Unloads the model and shows how much memory came back.

import { call } from "./api.js";
import { byId, setText } from "./dom.js";

const button = byId("free");
const result = byId("came-back");

// Offers it while a model is loaded; what came back stays until one is loaded again.
export function offerMemory({ actions, phase }) {
  button.hidden = !actions.some(({ intent }) => intent === "free");
  if (phase !== "stopped" && phase !== "stopping") setText(result, "");
}

export function setUpMemory(failed) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      setText(result, (await call("/api/page/free", {})).line);
    } catch (error) {
      failed(error);
    }
    button.disabled = false;
  });
}
