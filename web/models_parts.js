// What the parts of the Models view have in common: buttons, progress, a place for failures.

import { ApiFailure } from "./api.js";
import { element, icon } from "./dom.js";
import { failureCard } from "./failure.js";

export function button(kind, name, label, action) {
  const made = element("button", { type: "button", className: kind }, ...(name ? [icon(name, true)] : []), label);
  made.addEventListener("click", action);
  return made;
}

// An icon alone, with its name for those who do not see it.
export function quiet(name, label, action) {
  const made = element("button", { type: "button", className: "quiet", title: label }, icon(name, true));
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

// Asks in place before `action` is done: the button becomes the question until it loses the focus.
export function asksFirst(made, question, action) {
  made.addEventListener("click", () => {
    const sure = button("plain danger", null, question, () => { settle(); made.focus(); action(); });
    const settle = () => { sure.onblur = null; sure.replaceWith(made); };
    sure.onblur = settle;
    sure.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      settle();
      made.focus();
    });
    made.replaceWith(sure);
    sure.focus();
  });
  return made;
}

// After `change`, what had the focus in `root` may be gone; then `next()` gets it.
export function keepingFocus(root, change, next) {
  const held = root.contains(document.activeElement);
  change();
  const { activeElement } = document;
  if (held && !(root.contains(activeElement) && activeElement.checkVisibility())) next().focus();
}

// A path as it is shown: below the user's folder it begins with "~".
export function shownPath(path, home) {
  const rest = home && path.startsWith(home) ? path.slice(home.length) : null;
  return rest === "" || /^[/\\]/.test(rest ?? "") ? `~${rest}` : path;
}

// What is there for those who look for it.
export function fold(words, ...content) {
  return element("details", { className: "fold" },
    element("summary", {}, icon("chevron", true), words), ...content);
}

export class Trouble {
  root = element("div");

  clear = () => this.root.replaceChildren();

  // Shows what the server could not do.
  show = (error) => {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiFailure)) throw error;
    this.root.replaceChildren(failureCard(error.failure));
    this.root.scrollIntoView({ block: "nearest" });
  };
}

export function progressBar() {
  const made = element("div", { className: "progress", role: "progressbar" }, element("i"));
  made.setAttribute("aria-valuemin", 0);
  made.setAttribute("aria-valuemax", 100);
  return made;
}

// `share` is 0 to 1, or null while it cannot be told.
export function setProgress(bar, share, name, words) {
  bar.setAttribute("aria-label", name);
  bar.setAttribute("aria-valuetext", words);
  bar.classList.toggle("unsure", share === null);
  if (share === null) bar.removeAttribute("aria-valuenow");
  else bar.setAttribute("aria-valuenow", Math.round(share * 100));
  bar.firstChild.style.transform = `scaleX(${share ?? 0})`;
}
