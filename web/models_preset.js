// The presets of one model: how it is launched, and how new chats with it begin.

import { call, inTurn } from "./api.js";
import { copied } from "./copy.js";
import { composes, element, setText } from "./dom.js";
import { field, lines, number, choice } from "./models_fields.js";
import { asksFirst, button, quiet } from "./models_parts.js";

const AT = "/api/page/models/presets";
const TYPES = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];
const MOST = 2 ** 31 - 1;
const SAMPLING = [
  ["temperature", "Temperature", 0, "any"], ["top_p", "Top-p", 0, "any", 1],
  ["top_k", "Top-k", 0, 1, MOST], ["min_p", "Min-p", 0, "any", 1],
  ["max_tokens", "Max tokens", 1, 1, MOST], ["seed", "Seed", -1, 1, 2 ** 32 - 1],
];

// A line would be broken behind the hyphens of an option, too.
function inWords(command) {
  return command.split(/(\s+)/).map((word) => (word.startsWith("-") ? element("span", {}, word) : word));
}

// `act` has changed(), after what a launch takes was changed, failed(error), and then
// undone(last) unless nothing could be read; kept() once something is kept after that.
export class PresetCard {
  #shown = null; // ShownPresets
  #read = null; // the promise of the first answer
  #asked = 0;
  #failed = 0; // what had been asked when something failed

  constructor(model, act) {
    this.model = model;
    this.act = act;
    this.box = element("select");
    this.box.setAttribute("aria-label", "Preset");
    this.box.addEventListener("change", () => this.#choose(this.box.value));
    this.tools = element("span", { className: "row-tools" });
    this.form = element("div", { className: "fields" });
    this.note = element("p", { className: "muted small", role: "status" });
    this.command = element("div");
    this.root = element("div", { className: "card-part" },
      element("div", { className: "preset-head" }, this.box, this.tools), this.form, this.command, this.note);
  }

  async show() {
    this.#read = this.#ask("", () => ({}));
    await this.#read;
  }

  // Keeps a context, or MiB that stay free, with the preset that is used.
  context(tokens) {
    this.#change({ context_size: tokens });
  }

  margin(mib) {
    this.#change({ margin: mib });
  }

  get #used() {
    return this.#shown.presets.find(({ name }) => name === this.#shown.chosen);
  }

  // In turn: `body` is asked once all before it is answered, so that a save keeps that too.
  // Text that is refused stays in its `box`, marked, to be mended; all else shows what is kept.
  async #ask(deed, body, box) {
    const mine = ++this.#asked;
    try {
      const shown = await inTurn(AT + deed, () => ({ model: this.model, ...body() }));
      box?.removeAttribute("aria-invalid");
      if (deed && mine > this.#failed) this.act.kept();
      this.#draw(shown, mine, deed === "/save");
      return true;
    } catch (error) {
      if (deed || this.root.isConnected) this.act.failed(error);
      this.#failed = this.#asked;
      box?.setAttribute("aria-invalid", "true");
      if (this.#shown) this.#undo(mine === this.#asked);
      return false;
    }
  }

  #undo(last) {
    this.box.value = this.#shown.chosen;
    if (last) this.#fill(true);
    this.act.undone(last);
  }

  // Does something with the preset that is used.
  async #do(deed, body = () => ({ name: this.#used.name })) {
    const done = await this.#ask(`/${deed}`, body);
    if (done) this.act.changed();
    return done;
  }

  #choose(name) {
    return this.#do("choose", () => ({ name }));
  }

  // `chat` is what changes of how new chats begin; a launch does not take it.
  async #change(values, chat, box) {
    await this.#read; // the slider may be there before
    if (!this.#shown) return;
    const kept = await this.#ask("/save", () => {
      const used = this.#used;
      const preset = { ...used, ...values, chat: { ...used.chat, ...chat } };
      return { name: used.name, preset };
    }, box);
    if (kept && !chat) this.act.changed();
  }

  #draw(shown, mine, saved) {
    this.#shown = shown;
    const { presets, chosen, can_restore: gone, was_reset: reset, note } = shown;
    this.box.replaceChildren(...presets.map(({ name }) => element("option", { value: name }, name)));
    this.box.value = chosen;
    // Made once: the one that has the focus keeps it.
    if (!this.tools.firstChild) this.tools.append(...this.#deeds());
    this.remove.hidden = presets.length < 2;
    setText(this.note, note ?? "");
    if (gone) this.note.append(`${reset ? "Reset" : "Deleted"} “${gone}”. `, button("link", null, "Undo", () => this.#gone("restore", () => ({}))));
    this.command.replaceChildren();
    // While more is asked for, what is still to be kept stays in its field.
    if (mine < this.#asked) return;
    if (mine <= this.#failed || !this.form.contains(document.activeElement)) this.#fill(saved);
  }

  #deeds() {
    this.remove = asksFirst(quiet("delete", "Delete this preset", () => {}), "Delete", () => this.#gone("delete"));
    return [
      quiet("new", "Rename this preset", () => this.#rename()),
      quiet("copy", "Duplicate this preset", () => this.#duplicate()),
      quiet("again", "Reset this preset", () => this.#do("reset")),
      this.remove,
    ];
  }

  // Does what takes away its own button; the focus goes to the presets.
  #gone(deed, body) {
    this.box.focus();
    this.#do(deed, body);
  }

  // The copy, which stands behind it, is what one goes on with.
  async #duplicate() {
    if (!await this.#do("duplicate")) return;
    const { presets } = this.#shown;
    await this.#choose(presets[presets.indexOf(this.#used) + 1].name);
  }

  #rename() {
    const input = element("input", { type: "text", className: "search", value: this.#used.name, maxLength: 60 });
    input.setAttribute("aria-label", "Name of this preset");
    let over = false;
    const end = (keep) => {
      if (over) return;
      over = true;
      input.replaceWith(this.box);
      this.box.focus();
      const name = input.value.trim();
      if (keep && name && name !== this.#used.name) this.#change({ name });
    };
    input.addEventListener("keydown", (event) => {
      if (composes(event) || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === "Enter");
    });
    input.addEventListener("blur", () => end(true));
    this.box.replaceWith(input);
    input.select();
  }

  // With `spare`, what is being typed and what was refused stays.
  #fill(spare) {
    const { gpu_layers: layers, cache_type_k: k, cache_type_v: v, extra_arguments: extra, chat } = this.#used;
    const chatChange = (values, box) => this.#change({}, values, box);
    const gpu = number(layers === "auto" ? null : layers, 0, 1, MOST, (value) => this.#change({ gpu_layers: value }));
    gpu.placeholder = "as many as fit";
    const prompt = element("textarea", { rows: 3, maxLength: 100000, value: chat.system_prompt, placeholder: "None" });
    prompt.addEventListener("change", () => chatChange({ system_prompt: prompt.value }, prompt));
    const fields = [
      field("GPU layers", gpu),
      field("KV cache, K", choice(TYPES, k, "as in the settings", (value) => this.#change({ cache_type_k: value }))),
      field("KV cache, V", choice(TYPES, v, "as in the settings", (value) => this.#change({ cache_type_v: value }))),
      ...SAMPLING.map(([name, words, low, step, high]) =>
        field(words, number(chat[name], low, step, high, (value) => chatChange({ [name]: value })))),
      field("System prompt of new chats", prompt, "whole"),
      field("Extra arguments, one a line", lines(extra, (value, box) => this.#change({ extra_arguments: value }, null, box)), "whole"),
      element("p", { className: "whole" }, button("plain", null, "Show the command line", () => this.#export())),
    ];
    const before = [...this.form.children];
    if (!before.length) this.form.append(...fields);
    for (const [index, old] of before.entries()) {
      const text = old.querySelector("input, textarea");
      if (spare && text?.matches(':focus, [aria-invalid="true"]')) continue;
      const focused = old.contains(document.activeElement);
      old.replaceWith(fields[index]);
      if (focused) fields[index].querySelector("input, select, textarea, button").focus();
    }
  }

  async #export() {
    try {
      const { text, for_shell: shell } = await call(`${AT}/export`, { model: this.model, name: this.#shown.chosen });
      const copy = button("plain", "copy", "Copy", async () => {
        setText(this.note, await copied(text) ? "The command line is copied." : "It cannot be copied here; select it.");
      });
      this.command.replaceChildren(element("pre", { className: "command", tabIndex: 0 }, ...inWords(text)), copy,
        ...shell ? [element("span", { className: "muted small" }, `For ${shell}.`)] : []);
      this.command.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.act.failed(error);
    }
  }
}
