// The live region: a screen reader hears finished sentences, not tokens.

import { byId, element } from "./dom.js";

const KEPT = 12; // sentences that stay in the region
// What follows shows that a sentence is over; Chinese and Japanese leave no space after it. Of a
// text that ends in a word: to look for one behind each line takes ever longer.
const END = /[.!?…:؟।۔](?=\s)|[。！？](?=\S)|\n/g;

const region = byId("speech");

export class Speech {
  constructor() {
    this.block = null;
    this.index = -1;
    this.said = 0;
  }

  // Learns of a change to a block of the answer.
  heard(update, block) {
    if (update.index > this.index) {
      this.#rest();
      [this.block, this.index, this.said] = [block, update.index, 0];
    }
    if (update.index !== this.index) return;
    if (block.querySelector("figure.code, div.table")) this.#structure(block, update.final);
    else if (update.final) this.#rest();
    else this.#sentences(spoken(block));
  }

  // Learns of a block that has been heard already as far as it goes.
  skip(update, block) {
    [this.block, this.index, this.said] = [block, update.index, block.textContent.length];
  }

  end() {
    this.#rest();
  }

  #sentences(text) {
    let end = 0;
    for (const match of text.trimEnd().matchAll(END)) end = match.index + 1;
    if (end > this.said) this.#until(text, end);
  }

  #rest() {
    if (this.block) this.#until(spoken(this.block), Infinity);
    this.block = null;
  }

  // Code and tables are named, not read out.
  #structure(block, final) {
    if (!final || this.block === null) return;
    const language = block.querySelector("figure.code")?.dataset.language;
    const kind = block.querySelector("div.table") ? "Table." : `Code block${language ? ` in ${language}` : ""}.`;
    this.block = null;
    say(kind);
  }

  #until(text, end) {
    const sentences = text.slice(this.said, end);
    this.said = end;
    // An item of a list rarely ends with a stop; a line of its own keeps it from running on.
    for (const line of sentences.split("\n")) if (line.trim()) say(line.trim());
  }
}

// The words of a block; a formula is told as its source, which has words for its signs.
function spoken(block) {
  if (!block.querySelector("math")) return block.textContent;
  const copy = block.cloneNode(true);
  copy.querySelectorAll(".formula[data-source]").forEach((formula) => formula.replaceWith(formula.dataset.source));
  return copy.textContent;
}

export function say(text) {
  region.append(element("p", {}, text));
  while (region.childElementCount > KEPT) region.firstElementChild.remove();
}
