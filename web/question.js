// A question as it was asked: its files, its words, and a button to change it.

import { chips } from "./chips.js";
import { element, icon } from "./dom.js";

export function question(message) {
  const edit = element("button", { type: "button", className: "quiet edit", title: "Edit" });
  edit.setAttribute("aria-label", "Edit message");
  edit.append(icon("new", true));
  const said = element("div", { dir: "auto" });
  if (message.attachments?.length) said.append(chips(message.attachments));
  said.append(message.content);
  const made = element("li", { className: "message question" }, edit, said);
  made.setAttribute("aria-label", "You");
  made.message = message;
  tellRefused(made);
  return made;
}

// Has a question say whether the engine refused it.
export function tellRefused(made) {
  const refused = made.message.reason === "error";
  made.classList.toggle("refused", refused);
  made.querySelector(".left-out")?.remove();
  const line = element("p", { className: "left-out" }, "Refused · left out of what you ask next");
  if (refused) made.querySelector(":scope > div")?.append(line);
}
