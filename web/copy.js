// Copying code and answers, with a short sign that it worked. Formulas copy as LaTeX.

import { element, icon } from "./dom.js";
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
  document.addEventListener("copy", withSources);
}

// A selection that touches a formula has the whole of its source instead of its letters.
function withSources(event) {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.closest?.("textarea, input")) return;
  const range = selection.getRangeAt(0).cloneRange();
  const [first, last] = [range.startContainer, range.endContainer].map(formulaAround);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copy = element("div", { className: "hidden" }, range.cloneContents());
  const formulas = copy.querySelectorAll(".formula[data-source]");
  if (formulas.length === 0) return;
  formulas.forEach((formula) => formula.replaceWith(formula.dataset.source));
  document.body.append(copy);
  event.clipboardData.setData("text/plain", copy.innerText);
  copy.remove();
  event.preventDefault();
}

function formulaAround(node) {
  return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".formula[data-source]");
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
