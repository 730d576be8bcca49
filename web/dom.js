// Elements by id, new ones built without markup, and what else every part needs.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, small = false) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", small ? "icon small" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

// Whether a key is an input method's own; to WebKit the one that ends a word composes no more.
export const composes = (event) => event.isComposing || event.keyCode === 229;

// Lines break between the figures only.
export function unbroken(label) {
  return label.split(" · ").map((part) => part.replaceAll(" ", "\u00a0")).join("\u00a0· ");
}

// When what is there now has been painted.
export const oncePainted = (then) => requestAnimationFrame(() => requestAnimationFrame(then));

// Written only when it changes: what is written anew is laid out and painted anew, each second.
export function set(target, properties) {
  for (const [name, value] of Object.entries(properties)) if (target[name] !== value) target[name] = value;
}

export const setText = (target, textContent) => set(target, { textContent });
