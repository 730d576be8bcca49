// One model in the list: open it, or start it at once.

import { element, icon } from "./dom.js";
import { fitMark } from "./models_choices.js";
import { quiet } from "./models_parts.js";
import { runs } from "./models_sheet.js";

// `act` has show(value) and start(value).
export function modelRow(line, selected, act) {
  const { value, name, line: words, fit, fit_words: fits, used, vision, problem } = line;
  const running = runs(value);
  const title = element("span", { className: "name" }, element("span", {}, name));
  if (vision) title.append(icon("image", true));
  if (running) title.append(element("span", { className: "badge" }, "In use"));
  if (problem) title.prepend(icon("warning", true));
  if (used) title.append(element("span", { className: "when" }, used));
  const second = element("span", { className: "line" }, element("span", {}, words));
  if (fits) second.prepend(fitMark(fit, ""));
  const open = element("button", { type: "button", className: "open", title: [name, fits].filter(Boolean).join(" · ") }, title, second);
  const more = [fits, vision && "sees images", running && "in use", used && `used ${used}`].filter(Boolean);
  if (more.length) open.setAttribute("aria-label", [name, words, ...more].join(", "));
  if (selected) open.setAttribute("aria-current", "true");
  open.addEventListener("click", () => act.show(value));
  const made = element("li", { className: "model-row" }, open);
  made.classList.toggle("wrong", problem);
  if (!problem && !running) made.append(quiet("play", `Start ${name}`, () => act.start(value)));
  return made;
}
