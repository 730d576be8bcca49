// Copying code and answers, with a short sign that it worked.

import { icon } from "./dom.js";
import { say } from "./speech.js";

const SIGN = 1500; // milliseconds

export function setUpCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy");
    if (!button) return;
    const figure = button.closest("figure.code");
    const text = figure ? figure.querySelector("code").textContent : button.closest(".answer").answer.source;
    if (!await copied(text)) return;
    button.replaceChildren(icon("done", true));
    say("Copied");
    setTimeout(() => button.replaceChildren(icon("copy", true)), SIGN);
  });
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
