// One kept conversation in the panel, and what can be done with it.

import { composes, element, icon } from "./dom.js";

// `act` has a function for each deed: open, rename, pin, save, remove.
export function row(line, shown, act) {
  const made = element("li", { className: "kept" });
  const title = element("span", { className: "title", dir: "auto" }, line.title);
  const opens = element("button", { type: "button", className: "open", title: line.title }, title);
  opens.dataset.id = line.id;
  if (shown) opens.setAttribute("aria-current", "true");
  const day = element("span", { className: "when" }, line.when);
  if (line.pinned) {
    day.prepend(icon("pin", true));
    opens.setAttribute("aria-label", `${line.title}, pinned, ${line.when}`);
  }
  opens.append(day);
  if (line.found) opens.append(element("span", { className: "found", dir: "auto" }, line.found));
  opens.addEventListener("click", () => act.open(line));

  const tools = element("div", { className: "tools", hidden: true });
  const more = quiet("more", `More for ${line.title}`);
  more.setAttribute("aria-expanded", "false");
  more.addEventListener("click", () => {
    tools.hidden = !tools.hidden;
    more.setAttribute("aria-expanded", String(!tools.hidden));
    tools.firstElementChild.focus();
  });
  made.rename = () => rename(made, line, opens, act);
  made.discard = () => act.remove(line);
  tools.append(
    tool("pin", line.pinned ? "Unpin" : "Pin", () => act.pin(line)),
    tool("new", "Rename", made.rename),
    tool("save", "Markdown", () => act.save(line, "markdown"), "Save as Markdown"),
    tool("save", "JSON", () => act.save(line, "json"), "Save as JSON"),
    tool("delete", "Delete", made.discard),
  );
  made.append(element("div", { className: "line" }, opens, more), tools);
  return made;
}

function rename(made, line, opens, act) {
  const input = element("input", { type: "text", value: line.title, maxLength: 200, dir: "auto" });
  input.setAttribute("aria-label", "New name");
  let over = false;
  const end = (keep) => {
    if (over) return;
    over = true;
    act.rename(line, keep ? input.value : null);
    input.replaceWith(opens);
    opens.focus();
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (composes(event) || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    end(event.key === "Enter");
  });
  input.addEventListener("blur", () => end(true));
  opens.replaceWith(input);
  input.select();
}

function quiet(name, label) {
  const button = element("button", { type: "button", className: "quiet", title: label }, icon(name));
  button.setAttribute("aria-label", label);
  return button;
}

function tool(name, label, action, title = "") {
  const button = element("button", { type: "button", className: "tool", title }, icon(name, true), label);
  button.addEventListener("click", action);
  return button;
}
