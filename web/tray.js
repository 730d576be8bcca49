// The files that go with what is being written: chips above a box, and what is wrong with others.

import { ApiFailure, loaded } from "./api.js";
import { chips } from "./chips.js";
import { element, setText } from "./dom.js";

const WHOLE = 12_000_000; // bytes of all files of a chat; the local API takes 16 MiB

export class FileTray {
  // `inChat` gives the files sent before, `imagesNote` tells why no image can be sent, or null.
  constructor(inChat, imagesNote, onChange) {
    this.files = [];
    this.read = Promise.resolve();
    this.reading = 0;
    this.inChat = inChat;
    this.imagesNote = imagesNote;
    this.onChange = onChange;
    this.trouble = element("p", { className: "trouble", role: "alert" });
    this.root = element("div", { className: "tray" }, this.trouble);
  }

  // Shows files that are attached already. What is being read goes to those it was added to.
  fill(files) {
    this.files = files;
    this.#show("");
  }

  // Reads and attaches what was dropped, pasted or chosen, one after the other.
  add(given) {
    this.reading += 1;
    const { files } = this;
    this.after(() => this.#add(given, files).finally(() => { this.reading -= 1; }));
  }

  // Nothing is attached before `done` is over.
  after(done) {
    this.read = this.read.then(done);
  }

  async #add(given, files) {
    const problems = [];
    for (const one of given) {
      try {
        const { read } = await loaded(import("./read_files.js"));
        const file = await read(one, this.imagesNote);
        if (weight([...this.inChat(), ...files, file]) > WHOLE) {
          throw new Error(`“${one.name}” is too much: the files of one chat can have 12 MB together.`);
        }
        files.push(file);
      } catch (error) {
        // A folder, or a file that is gone: the browser's own words say neither.
        const ours = [Error, ApiFailure].includes(error.constructor);
        problems.push(ours ? error.message : `“${one.name}” cannot be read: it is a folder, or gone.`);
      }
    }
    if (this.files !== files) return; // another chat is shown
    this.#show([...new Set(problems)].join(" "));
    this.onChange();
  }

  // Why these files cannot be sent now, told beside them; false if they can.
  async refuses() {
    const images = this.files.some(({ kind }) => kind === "image");
    const note = this.reading ? "A file is still being read." : images ? await this.imagesNote() : null;
    setText(this.trouble, note ?? "");
    return note !== null;
  }

  tell(problem) {
    setText(this.trouble, problem);
  }

  #remove(file) {
    const at = this.files.indexOf(file);
    this.files.splice(at, 1);
    this.#show("");
    this.onChange();
    this.root.querySelectorAll(".chip button")[Math.max(at - 1, 0)]?.focus();
  }

  #show(problem) {
    this.root.querySelector(".chips")?.remove();
    if (this.files.length) {
      const list = chips(this.files, (file) => this.#remove(file));
      this.root.append(list);
      list.scrollTop = list.scrollHeight; // the last one came last
    }
    setText(this.trouble, problem);
  }
}

function weight(files) {
  return new Blob([JSON.stringify(files)]).size;
}
