// Fields of a preset; an empty one leaves its value to the settings or the engine.

import { element } from "./dom.js";

export function field(words, control, kind = "") {
  return element("label", { className: kind }, element("span", {}, words), control);
}

export function number(value, low, step, high, changed) {
  const input = element("input", { type: "number", min: low, step, value: value ?? "", placeholder: "default" });
  if (high !== undefined) input.max = high;
  input.addEventListener("change", () => {
    if (input.reportValidity()) changed(input.value === "" ? null : Number(input.value));
  });
  return input;
}

export function choice(values, value, none, changed) {
  const box = element("select", {}, element("option", { value: "" }, none),
    ...values.map((each) => element("option", { value: each }, each)));
  box.value = value ?? "";
  box.addEventListener("change", () => changed(box.value || null));
  return box;
}

export function lines(values, changed) {
  const box = element("textarea", { rows: 2, spellcheck: false, value: (values ?? []).join("\n"), placeholder: "as in the settings" });
  box.addEventListener("change", () => {
    const given = box.value.split("\n").map((line) => line.trim()).filter(Boolean);
    changed(given.length ? given : null, box);
  });
  return box;
}
