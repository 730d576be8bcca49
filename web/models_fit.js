// Would the model fit? A slider for the context, and what each device would hold.

import { call } from "./api.js";
import { element, setText } from "./dom.js";
import { fitMark } from "./models_choices.js";

const SMALLEST = 1024; // tokens
const PAUSE = 40; // milliseconds of dragging until the figures move
const MARGINS = [0, 256, 512, 1024, 2048, 4096]; // MiB
const MIB = 2 ** 20;
const PARTS = ["weights", "cache", "compute"];

// `act` has context(tokens) and margin(MiB), called when one was chosen, and failed(error).
export class FitCard {
  #asked = 0;
  #timer = 0;
  #steps = [];

  constructor(model, act) {
    this.model = model;
    this.act = act;
    this.verdict = element("span", { role: "status" });
    this.line = element("p", { className: "muted small" });
    this.value = element("output", { className: "tokens" });
    this.slider = element("input", { type: "range", min: 0, step: 1, id: "fit-context" });
    this.devices = element("ul", { className: "devices" });
    this.source = element("p", { className: "muted small" });
    this.margin = this.#marginBox();
    const label = element("label", { htmlFor: "fit-context" }, "Context");
    this.context = element("div", { className: "fit-context" }, label, this.value, this.slider);
    this.root = element("section", { className: "card-part" },
      element("h3", {}, "Memory"), element("div", { className: "fit-line" }, this.verdict, this.line),
      this.context, this.devices, this.margin.root, this.source);
    this.slider.addEventListener("input", () => this.#dragged());
    this.slider.addEventListener("change", () => {
      this.act.context(this.#chosen());
      this.#ask(this.#chosen(), true);
    });
  }

  // Asks anew: for the preset as it is kept now. `place` moves the slider even under the user.
  async show(place = false) {
    if (await this.#ask(null, false, place)) await this.#ask(null, true);
  }

  #chosen() {
    return this.#steps[Number(this.slider.value)];
  }

  #dragged() {
    this.#tellContext(this.#chosen());
    this.#asked += 1; // what comes of an earlier question is for another context
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(this.#chosen(), false), PAUSE);
  }

  #tellContext(tokens) {
    const words = `${tokens.toLocaleString("en")} tokens`;
    setText(this.value, words);
    this.slider.setAttribute("aria-valuetext", words);
  }

  // Whether it was answered and drawn.
  async #ask(context, exact, place = false) {
    clearTimeout(this.#timer);
    const mine = ++this.#asked;
    try {
      const body = { model: this.model, context, exact };
      const fit = await call("/api/page/models/fit", body);
      if (mine !== this.#asked) return false;
      this.#draw(fit, place);
      return true;
    } catch (error) {
      if (mine === this.#asked && this.root.isConnected) this.act.failed(error);
      return false;
    }
  }

  #draw({ estimate, verdict, line, margin, source, rows }, place) {
    this.verdict.replaceChildren(fitMark(estimate.verdict, verdict));
    setText(this.line, line);
    setText(this.source, source);
    this.margin.tell(margin, estimate.margin / MIB);
    const known = estimate.verdict !== "unknown";
    this.context.hidden = !estimate.context || !estimate.trained_context;
    this.margin.root.hidden = this.source.hidden = !known;
    const free = place || document.activeElement !== this.slider;
    if (!this.context.hidden && free) this.#place(estimate);
    this.devices.replaceChildren(...rows.map((row, index) => device(row, estimate.devices[index])));
  }

  // Doubling steps with one between each two, the present context, and the largest that fits.
  #place({ context, trained_context: trained, largest_context: largest }) {
    const steps = new Set([context, trained]);
    if (largest && largest <= trained) steps.add(largest);
    for (let tokens = SMALLEST; tokens < trained; tokens *= 2) {
      steps.add(tokens);
      if (tokens * 1.5 < trained) steps.add(tokens * 1.5);
    }
    this.#steps = [...steps].sort((one, other) => one - other);
    this.slider.max = this.#steps.length - 1;
    this.slider.value = this.#steps.indexOf(context);
    this.#tellContext(context);
  }

  #marginBox() {
    const words = element("span", { className: "grow" });
    const box = element("select");
    box.setAttribute("aria-label", "Memory that must stay free");
    box.addEventListener("change", () => this.act.margin(Number(box.value)));
    const tell = (text, mib) => {
      setText(words, text);
      const offered = [...new Set([...MARGINS, mib])].sort((one, other) => one - other);
      box.replaceChildren(...offered.map((each) =>
        element("option", { value: each }, each % 1024 || !each ? `${each} MiB` : `${each / 1024} GiB`)));
      box.value = mib;
    };
    return { tell, root: element("p", { className: "margin" }, words, box) };
  }
}

function device({ name, weights, cache, compute, needed, free, over }, bytes) {
  const bar = element("span", { className: "stack", "aria-hidden": "true" });
  const total = Math.max(bytes.free ?? 0, PARTS.reduce((sum, part) => sum + (bytes[part] ?? 0), 0)) || 1;
  for (const part of PARTS) {
    const piece = element("i", { className: part });
    piece.style.width = `${100 * (bytes[part] ?? 0) / total}%`;
    bar.append(piece);
  }
  const made = element("li", {},
    element("p", { className: "device-head" }, element("span", { className: "name grow" }, name),
      element("span", {}, `${needed} of ${free} free`)),
    bar,
    element("p", { className: "legend muted" }, ...[["weights", weights], ["cache", cache], ["compute", compute]]
      .map(([part, size]) => element("span", {}, element("i", { className: part, "aria-hidden": "true" }), `${NAMES[part]} ${size}`))));
  made.classList.toggle("over", over === true);
  return made;
}

const NAMES = { weights: "weights", cache: "KV cache", compute: "compute" };
