// The folders that are searched for models: look into them, add one, take one away.

import { call } from "./api.js";
import { element } from "./dom.js";
import { quiet, shownPath } from "./models_parts.js";

const AT = "/api/page/models/folders";

// `act` has changed() and failed(error). Rejects with what the server could not do.
export async function foldersCard(act) {
  const list = element("ul", { className: "folders" });
  const card = element("article", { className: "model-card" }, element("div", { className: "card-scroll" },
    element("h2", { tabIndex: -1 }, "Folders"),
    element("p", { className: "muted" }, "Every GGUF file in these folders and below is listed."),
    list, adder((path) => change("add", path))));

  function draw({ rows, home }) {
    list.replaceChildren(...rows.map((row) => line(row, shownPath(row.path, home), act, () => change("remove", row.path))));
  }

  async function change(what, path) {
    try {
      draw(await call(`${AT}/${what}`, { path }));
      act.changed();
      return true;
    } catch (error) {
      act.failed(error);
      return false;
    }
  }

  draw(await call(AT));
  return card;
}

function line(row, path, act, remove) {
  const text = element("div", { className: "grow" },
    element("p", { className: "path" }, path), element("p", { className: "muted" }, row.line));
  const made = element("li", {}, text);
  if (row.exists) {
    made.append(quiet("folder", `Open ${path}`, () =>
      call(`${AT}/open`, { path: row.path }).catch(act.failed)));
  }
  if (row.removable) made.append(quiet("close", `No longer search ${path}`, remove));
  return made;
}

function adder(add) {
  const input = element("input", { type: "text", className: "search", placeholder: "~/models", autocomplete: "off", spellcheck: false });
  input.setAttribute("aria-label", "Path of a folder");
  const form = element("form", { className: "adder" }, input,
    element("button", { type: "submit", className: "plain" }, "Add folder"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const path = input.value.trim();
    if (path && await add(path)) input.value = "";
  });
  return form;
}
