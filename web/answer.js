// One answer while it streams: its reasoning, its blocks, the line under it.

import { Blocks } from "./blocks.js";
import { element, icon, setText, unbroken } from "./dom.js";
import { failureCard, isRefusal } from "./failure.js";

const UNFINISHED = ["cut", "cancelled", "length"]; // reasons after which an answer can go on

export class Answer {
  // `ways` are what a reader may do after a failure: `retry`, `goOn`, `edit` the question.
  constructor(speech, ways) {
    this.source = "";
    this.reasoning = "";
    this.seconds = null; // of reasoning
    this.message = null; // the KeptMessage, once there is anything to keep
    this.speech = speech;
    this.ways = ways;
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
      case "thought": return this.#thought(chunk.label, chunk.seconds);
      case "reading": return this.#reading(chunk);
      case "finish": return chunk;
    }
  }

  // Shows a kept answer: its message, its blocks as sanitized HTML, and how long it thought.
  restore(message, blocks, thought) {
    this.message = message;
    this.source = message.content;
    if (message.reasoning) {
      this.#thinking(message.reasoning);
      this.#thought(thought, message.thought_seconds);
    }
    blocks.forEach((html, index) => this.blocks.apply({ index, html, append_text: null, final: true }));
  }

  // Makes ready for more of an answer that has ended.
  reopen() {
    this.repeated = true; // the blocks come again from the first
    this.root.querySelectorAll(".failure").forEach((card) => card.remove());
    this.meta.replaceChildren();
    this.meta.hidden = true;
    this.bar?.remove();
    this.bar = null;
    this.body.after(this.waiting);
  }

  // `label` is the line under the answer; `failure` is shown with a button, `unkept` says why
  // the answer is on the page alone. Returns the KeptMessage, or null if nothing came.
  end({ label, failure, unkept, reason = null, timings }) {
    this.waiting.remove();
    if (this.thinking) this.#thought("Thought", this.seconds);
    this.speech.end();
    this.#keep(reason, timings);
    const goesOn = this.message && UNFINISHED.includes(reason);
    this.meta.append(element("span", {}, unbroken(label)));
    if (this.source) this.meta.append(button("copy", "Copy answer"));
    if (goesOn && !failure) this.meta.append(button("on", "Continue"));
    if (!failure) this.meta.append(button("again", "Answer again"));
    this.meta.hidden = !this.message && Boolean(failure); // its card says it
    if (unkept) this.root.append(failureCard(unkept));
    if (failure) this.root.append(failureCard(failure, this.#ways(goesOn, failure)));
    return this.message;
  }

  #ways(goesOn, failure) {
    const { retry, goOn, edit } = this.ways;
    const first = goesOn ? [["Continue", goOn]]
      : !this.message && isRefusal(failure) ? [["Edit message", edit]] : [];
    return [...first, ["Try again", retry]];
  }

  #keep(reason, timings) {
    if (!this.source && !this.reasoning) return;
    this.message ??= { role: "assistant" };
    Object.assign(this.message, {
      content: this.source,
      reasoning: this.reasoning,
      thought_seconds: this.seconds,
      reason,
      timings: timings ?? this.message.timings ?? {},
    });
  }

  #blocks(chunk) {
    this.waiting.remove();
    this.source += chunk.source;
    const known = this.repeated;
    if (known) {
      this.repeated = false;
      this.body.replaceChildren();
      this.blocks = new Blocks(this.body);
    }
    for (const update of chunk.updates) {
      const block = this.blocks.apply(update);
      if (known) this.speech.skip(update, block);
      else this.speech.heard(update, block);
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
      this.root.querySelector(".thinking")?.remove();
      const summary = element("summary", {}, icon("chevron", true), element("span", {}, "Thinking"));
      this.thinking = element("details", { className: "thinking busy" }, summary, element("div", { dir: "auto" }, this.reasoning));
      this.body.before(this.thinking);
    }
    this.thinking.lastChild.append(text);
    this.reasoning += text;
  }

  #thought(label, seconds) {
    this.seconds = seconds;
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
