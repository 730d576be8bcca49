// A failure as every part of the page shows it: title, what to do, last lines, buttons.

import { element, icon } from "./dom.js";

// Whether what was asked is to blame: it would be refused again.
export const isRefusal = (failure) => failure?.cause === "request_refused";

// `actions` are [label, function] pairs, the usual one first.
export function failureCard(failure, actions = []) {
  const card = element("div", { className: "failure", role: "alert" });
  card.append(element("h2", {}, icon("warning"), element("span", {}, failure.title)));
  card.append(element("p", {}, failure.detail));
  if (failure.log_lines.length > 0) {
    const lines = element("pre", { tabIndex: 0 }, failure.log_lines.join("\n"));
    card.append(element("details", {}, element("summary", {}, icon("chevron", true), "Last lines of the engine"), lines));
  }
  const buttons = actions.map(([label, act], index) => {
    const button = element("button", { type: "button", className: index === 0 ? "primary" : "plain" }, label);
    button.addEventListener("click", act);
    return button;
  });
  if (buttons.length > 0) card.append(element("p", { className: "actions" }, ...buttons));
  return card;
}
