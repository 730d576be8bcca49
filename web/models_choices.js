// Models that can be downloaded, each with its size and whether it fits this computer.

import { element, icon } from "./dom.js";

// `get(what)` begins a download.
export function choiceList(choices, get) {
  return element("ul", { className: "choices" }, ...choices.map((choice) => row(choice, get)));
}

export function fitMark(fit, words) {
  return element("span", { className: `fit ${fit}` }, element("i", { "aria-hidden": "true" }), words);
}

function row(choice, get) {
  const { what, name, line, note, fit, proposed, here, room } = choice;
  const title = element("p", { className: "name" }, name);
  if (proposed) title.append(element("span", { className: "badge" }, "Best for this computer"));
  const text = element("div", { className: "grow" }, title,
    element("p", { className: "muted line" }, line));
  if (note || !room) text.append(fitMark(room ? fit : "not", room ? note : "no room on the disk"));
  const button = element("button", { type: "button", className: proposed ? "primary" : "plain" });
  if (here) button.append(icon("done", true), "Here");
  else button.append(icon("save", true), "Get");
  button.setAttribute("aria-label", here ? `${name} is here` : `Get ${name}`);
  button.disabled = here || !room;
  button.addEventListener("click", () => get(what));
  const made = element("li", {}, text, button);
  made.classList.toggle("proposed", proposed);
  return made;
}
