// A failure as every part of the page shows it: title, what to do, last lines, a button.

import { element, icon } from "./dom.js";

export function failureCard(failure, action, onAction) {
  const card = element("div", { className: "failure", role: "alert" });
  card.append(element("h2", {}, icon("warning"), element("span", {}, failure.title)));
  card.append(element("p", {}, failure.detail));
  if (failure.log_lines.length > 0) {
    const lines = element("pre", { tabIndex: 0 }, failure.log_lines.join("\n"));
    card.append(element("details", {}, element("summary", {}, "Last lines of the engine"), lines));
  }
  if (action) {
    const act = element("button", { type: "button", className: "primary" }, action);
    act.addEventListener("click", onAction);
    card.append(element("p", { className: "actions" }, act));
  }
  return card;
}
