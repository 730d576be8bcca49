// A list of any length: only the rows in sight are elements, and the one that has the focus.

import { element } from "./dom.js";

const ROW = 3.75; // height of a row in rem, as models.css has it
const SPARE = 6; // rows beyond each edge

export class LongList {
  #items = [];
  #made = new Map(); // by value
  #at = 0; // the row the keyboard is at

  // `make` gives the <li> of an item, which has a `value`; the part to be focused has class "open".
  constructor(label, make) {
    this.make = make;
    this.list = element("ul", { className: "long" });
    this.list.setAttribute("aria-label", label);
    this.root = element("div", { className: "long-view" }, this.list);
    this.root.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("focusin", (event) => this.#moved(event.target));
    new ResizeObserver(() => this.#draw()).observe(this.root);
  }

  // Shows these items; the focus stays with the item that has it, if it is still there.
  show(items, selected) {
    const held = this.#held();
    this.#items = items;
    this.selected = selected;
    for (const made of this.#made.values()) made.remove();
    this.#made.clear();
    this.#at = Math.max(0, items.findIndex(({ value }) => value === (held ?? selected)));
    this.list.style.height = `${items.length * ROW}rem`;
    this.#draw();
    if (held) this.#made.get(held)?.querySelector(".open").focus({ preventScroll: true });
  }

  top() {
    this.root.scrollTop = 0;
  }

  // Goes to the item, or to the row the keyboard was at.
  focus(value) {
    const at = this.#items.findIndex((item) => item.value === value);
    this.#go(at < 0 ? this.#at : at);
  }

  get first() {
    return this.#items[0];
  }

  #held() {
    return this.list.contains(document.activeElement)
      ? document.activeElement.closest("li")?.dataset.value : undefined;
  }

  #height() {
    return ROW * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  #draw() {
    const height = this.#height();
    const from = Math.max(0, Math.floor(this.root.scrollTop / height) - SPARE);
    const to = Math.min(this.#items.length, Math.ceil((this.root.scrollTop + this.root.clientHeight) / height) + SPARE);
    const wanted = this.#items.slice(from, to).map((item, index) => [item, from + index]);
    if (this.#at < from || this.#at >= to) {
      const item = this.#items[this.#at];
      if (item) wanted[this.#at < from ? "unshift" : "push"]([item, this.#at]);
    }
    const kept = new Set(wanted.map(([{ value }]) => value));
    for (const [value, made] of this.#made) {
      if (kept.has(value)) continue;
      made.remove();
      this.#made.delete(value);
    }
    for (const [item, index] of wanted) if (!this.#made.has(item.value)) this.#add(item, index);
  }

  // Rows stand in the order of the list, so that the Tab key and screen readers follow it.
  #add(item, index) {
    const made = this.make(item);
    made.dataset.value = item.value;
    made.dataset.index = index;
    made.setAttribute("aria-setsize", this.#items.length);
    made.setAttribute("aria-posinset", index + 1);
    made.style.top = `${index * ROW}rem`;
    for (const part of made.querySelectorAll("button")) part.tabIndex = index === this.#at ? 0 : -1;
    const next = [...this.list.children].find((other) => Number(other.dataset.index) > index);
    this.list.insertBefore(made, next ?? null);
    this.#made.set(item.value, made);
  }

  #moved(target) {
    const row = target.closest("li");
    if (!row || Number(row.dataset.index) === this.#at) return;
    this.#at = Number(row.dataset.index);
    for (const made of this.#made.values()) {
      const here = made === row;
      for (const part of made.querySelectorAll("button")) part.tabIndex = here ? 0 : -1;
    }
  }

  #go(index) {
    const at = Math.max(0, Math.min(this.#items.length - 1, index));
    const item = this.#items[at];
    if (!item) return;
    const height = this.#height();
    const { scrollTop, clientHeight } = this.root;
    if (at * height < scrollTop) this.root.scrollTop = at * height;
    else if ((at + 1) * height > scrollTop + clientHeight) this.root.scrollTop = (at + 1) * height - clientHeight;
    this.#draw();
    if (!this.#made.has(item.value)) this.#add(item, at);
    this.#made.get(item.value).querySelector(".open").focus({ preventScroll: true });
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.#height()) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    const edge = { Home: 0, End: this.#items.length - 1 }[event.key];
    if (step === undefined && edge === undefined) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && this.#at === 0) this.onTop?.();
    else this.#go(edge ?? this.#at + step);
  }
}
