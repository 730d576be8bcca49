// One answer while it streams: its reasoning, its blocks, the line under it.

import { Blocks } from "./blocks.js";
import { element, icon, setText } from "./dom.js";
import { failureCard } from "./failure.js";

export class Answer {
  // `onRetry` is called when the reader asks for this answer again.
  constructor(speech, onRetry) {
    this.source = "";
    this.speech = speech;
    this.onRetry = onRetry;
    this.waiting = element("div", { className: "waiting" }, dots(), element("span"));
    this.body = element("div", { className: "blocks" });
    this.blocks = new Blocks(this.body);
    this.meta = element("p", { className: "meta", hidden: true });
    this.root = element("li", { className: "message answer" }, this.waiting, this.body, this.meta);
    this.root.setAttribute("aria-label", "Answer");
    this.root.answer = this;
  }

  // Says what is waited for before the first word.
  wait(label) {
    setText(this.waiting.children[1], label);
  }

  // Applies one PageChunk; returns it if it is the last.
  apply(chunk) {
    switch (chunk.kind) {
      case "blocks": return this.#blocks(chunk);
      case "thinking": return this.#thinking(chunk.text);
      case "thought": return this.#thought(chunk.label);
      case "reading": return this.#reading(chunk);
      case "finish": return chunk;
    }
  }

  // Shows a kept answer: its Markdown, and its blocks as sanitized HTML.
  restore(source, blocks) {
    this.source = source;
    blocks.forEach((html, index) => this.blocks.apply({ index, html, append_text: null, final: true }));
  }

  // `label` is the line under the answer; `failure` is shown with a button.
  end(label, failure) {
    this.waiting.remove();
    if (this.thinking) this.#thought("Thought");
    this.speech.end();
    this.meta.append(element("span", {}, label));
    if (this.source) this.meta.append(button("copy", "Copy answer"));
    if (!failure) this.meta.append(button("again", "Answer again"));
    this.meta.hidden = false;
    if (failure) this.root.append(failureCard(failure, [["Try again", this.onRetry]]));
  }

  #blocks(chunk) {
    this.waiting.remove();
    this.source += chunk.source;
    for (const update of chunk.updates) {
      const block = this.blocks.apply(update);
      this.speech.heard(update, block);
    }
  }

  // How much of the prompt has been read; a short one is read before anybody looks.
  #reading({ label, share }) {
    this.wait(label);
    this.bar ??= element("progress", { max: 1, "aria-label": "Prompt read" });
    this.bar.value = share;
    this.waiting.append(this.bar);
  }

  #thinking(text) {
    if (!this.thinking) {
      this.waiting.remove();
      const summary = element("summary", {}, icon("chevron", true), element("span", {}, "Thinking"));
      this.thinking = element("details", { className: "thinking busy" }, summary, element("div"));
      this.body.before(this.thinking);
    }
    this.thinking.lastChild.append(text);
  }

  #thought(label) {
    setText(this.thinking.querySelector("summary span"), label);
    this.thinking.classList.remove("busy");
    this.thinking = null;
  }
}

function button(name, label) {
  const made = element("button", { type: "button", className: `quiet ${name}`, title: label });
  made.setAttribute("aria-label", label);
  made.append(icon(name, true));
  return made;
}

function dots() {
  const made = element("span", { className: "dots" }, element("i"), element("i"), element("i"));
  made.setAttribute("aria-hidden", "true");
  return made;
}
