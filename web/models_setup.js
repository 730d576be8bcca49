// The way from nothing to an answering model: one button, one progress bar.

import { call } from "./api.js";
import { element, setText } from "./dom.js";
import { failureCard } from "./failure.js";
import { serverState } from "./header.js";
import { button, asksFirst, keepingFocus, progressBar, setProgress } from "./models_parts.js";

const AT = "/api/page/setup";

// `act` has failed(error), done(), called once the model has been started, and next(): what
// has the focus after the card is gone.
export class SetupCard {
  #plan = null;
  #runs = false;
  #told = "null"; // the failure that is shown
  #begins = null; // a promise while it is asked to
  #download = {}; // what it gets: `id`, and the `deed` its button does

  constructor(act) {
    this.act = act;
    this.title = element("h2", {});
    this.line = element("p");
    this.engine = element("p", { className: "small" });
    this.bar = progressBar();
    this.trouble = element("div");
    this.begin = button("primary", "save", "Get it and start", () => this.#begin());
    this.rest = button("plain", null, "Pause", () => this.#rest());
    this.stop = asksFirst(button("plain", null, "Cancel", () => {}), "Throw away", () => this.#ask("cancel"));
    this.root = element("section", { className: "setup", hidden: true }, this.title, this.line, this.engine,
      this.bar, this.trouble, element("p", { className: "row-tools" }, this.begin, this.rest, this.stop));
  }

  // The model it proposes or gets, if it shows one.
  get model() {
    return this.root.hidden ? null : this.#plan?.name ?? null;
  }

  async show(state) {
    if (state) this.tell(state);
    await this.#propose();
  }

  // What is proposed is another thing once something is here.
  async #propose() {
    try {
      this.#plan = await call(AT);
      if (serverState()) this.tell(serverState());
    } catch (error) {
      this.act.failed(error);
    }
  }

  tell(state) {
    keepingFocus(this.root, () => this.#draw(state), () => this.#next());
  }

  // What has the focus after one that is gone.
  #next() {
    if (this.root.hidden) return this.act.next();
    return this.#runs ? this.stop : this.begin;
  }

  #draw({ setup }) {
    const ended = this.#runs && !setup;
    this.#runs = Boolean(setup && !setup.failure);
    this.root.hidden = !setup && !this.#plan?.name;
    this.bar.hidden = this.stop.hidden = !this.#runs;
    this.begin.hidden = this.#runs;
    this.#showRest(setup);
    this.#tellFailure(setup?.failure ?? null);
    if (this.#runs) {
      setText(this.title, `Getting ${setup.name}`);
      setText(this.line, setup.line);
      setText(this.engine, "It starts by itself. You may close this.");
      setProgress(this.bar, setup.share, setup.name, setup.line);
    } else if (this.#plan?.name) {
      setText(this.title, this.#plan.name);
      setText(this.line, this.#plan.line);
      setText(this.engine, this.#plan.engine ?? "");
    }
    if (ended) this.#propose().then(this.act.done);
  }

  #showRest(setup) {
    const deed = setup?.can_resume ? "resume" : "pause";
    this.rest.hidden = !this.#runs || !(setup.can_pause || setup.can_resume);
    this.#download = { id: setup?.download, deed };
    setText(this.rest, deed === "resume" ? "Resume" : "Pause");
  }

  #rest() {
    const { id, deed } = this.#download;
    call(`/api/page/downloads/${deed}`, { id }).catch(this.act.failed);
  }

  // Made once: a new card a second would be read out as often, and close what was opened in it.
  #tellFailure(failure) {
    const told = JSON.stringify(failure);
    if (told === this.#told) return;
    this.#told = told;
    this.trouble.replaceChildren(...(failure ? [failureCard(failure)] : []));
  }

  // Not disabled meanwhile, which would take the focus from it.
  #begin() {
    this.#begins ??= this.#ask("begin").finally(() => { this.#begins = null; });
  }

  #ask(deed) {
    return call(`${AT}/${deed}`, {}).catch(this.act.failed);
  }
}
