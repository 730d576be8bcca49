// The blocks of one answer. This is the only place where HTML becomes elements,
// and the only HTML is what Paddock rendered and sanitized.

import { element, icon, oncePainted } from "./dom.js";
import { merge } from "./merge.js";
import { browserKeepsPlace } from "./place.js";

const PIECE = 4000; // characters of streamed text that are laid out together
const PART = 16; // blocks that are laid out together, or skipped while out of sight

function safeHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

export class Blocks {
  constructor(root) {
    this.root = root;
    this.shown = [];
    this.open = 0;
  }

  // Applies one BlockUpdate and returns the element it changed, if it still exists.
  apply(update) {
    const block = this.shown[update.index] ?? this.#add(update.index);
    if (update.append_text !== null) {
      appendText(block, update.append_text);
    } else {
      const wanted = safeHtml(update.html);
      wanted.querySelectorAll("figure.code").forEach(addCodeBar);
      merge(block, wanted);
      block.hidden = update.html === "";
    }
    return block;
  }

  #add(index) {
    const block = element("div", { className: "block", dir: "auto" });
    this.shown[index] = block;
    const part = this.root.children[Math.floor(index / PART)] ?? this.#addPart();
    part.append(block);
    return block;
  }

  #addPart() {
    const part = element("div", { className: "part" });
    this.root.append(part);
    if (!browserKeepsPlace) oncePainted(() => part.classList.add("laid-out"));
    return part;
  }
}

function appendText(block, text) {
  const target = block.querySelector(".stream");
  if (target) appendToStream(target, text);
  else lastWords(block)?.appendData(text);
}

// The text node that ends a block; between its elements there is space alone.
function lastWords(node) {
  let last = node.lastChild;
  while (last?.nodeType === Node.TEXT_NODE && !last.data.trim()) last = last.previousSibling;
  return last?.nodeType === Node.ELEMENT_NODE ? lastWords(last) : last;
}

// Long streamed text is cut into boxes, so that a new word lays out one box only.
function appendToStream(target, text) {
  let piece = target.lastElementChild;
  if (!piece || (piece.size > PIECE && piece.endsLine)) {
    if (!piece && target.firstChild) {
      piece = element("span", { className: "piece" }, ...target.childNodes);
      piece.size = piece.textContent.length;
    } else {
      piece = element("span", { className: "piece" });
      piece.size = 0;
    }
    target.append(piece);
  }
  piece.append(text);
  piece.size += text.length;
  piece.endsLine = text.endsWith("\n");
}

function addCodeBar(figure) {
  const language = figure.dataset.language;
  figure.querySelector("figcaption")?.remove();
  const copy = element("button", { type: "button", className: "quiet copy", title: "Copy code" });
  copy.setAttribute("aria-label", language ? `Copy ${language} code` : "Copy code");
  copy.append(icon("copy", true));
  figure.prepend(element("figcaption", {}, element("span", {}, language || "text"), copy));
}
