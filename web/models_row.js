// One model in the list: open it, or start it at once.

import { element, icon } from "./dom.js";
import { quiet } from "./models_parts.js";
import { runs } from "./models_sheet.js";

// `act` has show(value) and start(value).
export function modelRow(line, selected, act) {
  const { value, name, line: words, vision, problem } = line;
  const running = runs(value);
  const title = element("span", { className: "name" }, element("span", {}, name));
  if (running) title.prepend(element("span", { className: "dot", "aria-hidden": "true" }));
  if (vision) title.append(icon("image", true));
  if (problem) title.prepend(icon("warning", true));
  const open = element("button", { type: "button", className: "open" }, title,
    element("span", { className: "line" }, words));
  const more = [vision && "sees images", running && "running"].filter(Boolean);
  if (more.length) open.setAttribute("aria-label", [name, words, ...more].join(", "));
  if (selected) open.setAttribute("aria-current", "true");
  open.addEventListener("click", () => act.show(value));
  const made = element("li", { className: "model-row" }, open);
  made.classList.toggle("wrong", problem);
  if (!problem && !running) made.append(quiet("play", `Start ${name}`, () => act.start(value)));
  return made;
}
