// The user's token for models that are not open to everybody. The page never sees a kept one.

import { call } from "./api.js";
import { element } from "./dom.js";
import { fold } from "./models_parts.js";

const AT = "/api/page/token";

export async function tokenCard(failed) {
  const line = element("p", { className: "muted" });
  const controls = element("div");
  const card = fold("Access token for gated models", line, controls);

  function draw({ line: words, kept, can_keep: canKeep }) {
    line.textContent = words;
    controls.replaceChildren(...(kept ? [forgetButton()] : canKeep ? [form()] : []));
  }

  async function ask(path, body) {
    try {
      draw(await call(`${AT}/${path}`, body));
    } catch (error) {
      failed(error);
    }
  }

  function forgetButton() {
    const button = element("button", { type: "button", className: "plain" }, "Forget it");
    button.addEventListener("click", () => ask("forget", {}));
    return button;
  }

  function form() {
    const input = element("input", { type: "password", className: "search", placeholder: "hf_…", autocomplete: "off" });
    input.setAttribute("aria-label", "Access token");
    const made = element("form", { className: "adder" }, input,
      element("button", { type: "submit", className: "plain" }, "Keep"));
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      const token = input.value.trim();
      input.value = "";
      if (token) ask("keep", { token });
    });
    return made;
  }

  draw(await call(AT));
  return card;
}
