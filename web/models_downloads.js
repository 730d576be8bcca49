// Downloads under way: progress, pause, resume, remove; a finished one can be started.

import { call } from "./api.js";
import { element, setText } from "./dom.js";
import { failureCard } from "./failure.js";
import { asksFirst, button, keepingFocus, progressBar, quiet, setProgress } from "./models_parts.js";

const AT = "/api/page/downloads";

export class DownloadList {
  #rows = new Map(); // by id

  // `act` has start(model), failed(error), and next(): what has the focus after one that is gone.
  constructor(act) {
    this.act = act;
    this.root = element("ul", { className: "downloads" });
    this.root.setAttribute("aria-label", "Downloads");
  }

  show(downloads) {
    keepingFocus(this.root, () => this.#draw(downloads), this.act.next);
  }

  #draw(downloads) {
    const ids = new Set(downloads.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.root.remove();
      this.#rows.delete(id);
    }
    for (const download of downloads) {
      if (!this.#rows.has(download.id)) {
        this.#rows.set(download.id, new Row(this.act));
        this.root.prepend(this.#rows.get(download.id).root);
      }
      this.#rows.get(download.id).show(download);
    }
  }
}

class Row {
  constructor(act) {
    this.act = act;
    this.name = element("span", { className: "name grow" });
    this.tools = element("span", { className: "row-tools" });
    this.bar = progressBar();
    this.line = element("p", { className: "muted line" });
    this.trouble = element("div");
    const head = element("div", { className: "download-head" }, this.name, this.tools);
    this.root = element("li", {}, head, this.bar, this.line, this.trouble);
  }

  show(download) {
    const { name, line, share, phase, failure } = download;
    setText(this.name, name);
    setText(this.line, line);
    setProgress(this.bar, share, name, line);
    // Without a share it moves, which is not said of one that rests.
    this.bar.hidden = ["done", "failed", "queued"].includes(phase) || (phase === "paused" && share === null);
    this.root.className = phase;
    const { id, can_pause: pause, can_resume: resume, model } = download;
    const text = JSON.stringify([phase, failure, pause, resume, model]);
    if (text === this.text) return;
    this.text = text;
    this.trouble.replaceChildren(...(failure ? [failureCard(failure)] : []));
    const focused = this.tools.contains(document.activeElement);
    this.tools.replaceChildren(...this.#buttons(id, download));
    if (focused) this.tools.querySelector("button")?.focus();
  }

  #buttons(id, { name, can_pause: pause, can_resume: resume, model, phase }) {
    const ask = (deed) => call(`${AT}/${deed}`, { id }).catch(this.act.failed);
    const buttons = [];
    if (model) buttons.push(button("primary", "play", "Start", () => this.act.start(model)));
    if (pause) buttons.push(quiet("pause", `Pause ${name}`, () => ask("pause")));
    if (resume) buttons.push(quiet("play", `Resume ${name}`, () => ask("resume")));
    if (phase === "done") buttons.push(quiet("close", `Take ${name} off this list`, () => ask("remove")));
    else buttons.push(asksFirst(quiet("close", `Cancel ${name}`, () => {}), "Throw away", () => ask("remove")));
    return buttons;
  }
}
