// Getting a model: what is on its way, what is proposed, what a repository has.

import { call } from "./api.js";
import { element } from "./dom.js";
import { run, serverState } from "./header.js";
import { choiceList } from "./models_choices.js";
import { DownloadList } from "./models_downloads.js";
import { button, Trouble } from "./models_parts.js";
import { SetupCard } from "./models_setup.js";
import { tokenCard } from "./models_token.js";

const AT = "/api/page/downloads";
const WHAT = "Name, link or page address of a model on Hugging Face";

const box = element("input", { type: "text", role: "searchbox", className: "search", placeholder: "Name or link on Hugging Face", autocomplete: "off", spellcheck: false });
box.setAttribute("aria-label", WHAT);
const finder = element("form", { className: "finder" }, box,
  element("button", { type: "submit", className: "plain" }, "Find"));
const trouble = new Trouble();
const downloads = new DownloadList({ start, failed: trouble.show, next: () => box });
const setup = new SetupCard({ failed: trouble.show, done: showCurated, next: () => box });
const offer = element("div", { className: "offer" });
const token = element("div");
const inner = element("div", { className: "column" }, setup.root, finder, trouble.root, downloads.root, offer, token);
const root = element("section", { id: "models-get", className: "pane" }, inner);

let asked = 0;
let here = null;
let gated = "";

function start(model) {
  run(model).then(() => root.closest("dialog").close(), trouble.show);
}

// What the card above has the bar of is not told again.
function showDownloads(list) {
  const own = serverState()?.setup;
  if (!own || own.failure) downloads.show(list);
  else if (own.download) downloads.show(list.filter(({ id }) => id !== own.download));
}

async function get(what) {
  trouble.clear();
  try {
    showDownloads((await call(`${AT}/start`, { what })).downloads);
    root.scrollTop = 0;
  } catch (error) {
    trouble.show(error);
  }
}

async function showCurated() {
  const mine = ++asked;
  try {
    const { models, note } = await call(`${AT}/curated`);
    if (mine !== asked) return;
    const others = models.filter(({ name }) => name !== setup.model);
    const title = others.length < models.length ? "Others" : "Suggested";
    offer.replaceChildren(element("h2", {}, title), choiceList(others, get),
      element("p", { className: "muted small" }, note));
  } catch (error) {
    trouble.show(error);
  }
}

async function find(what) {
  const mine = ++asked;
  trouble.clear();
  inner.append(token);
  root.setAttribute("aria-busy", "true");
  try {
    const found = await call(`${AT}/find`, { what });
    if (mine !== asked) return;
    const title = element("h2", { tabIndex: -1 }, found.repository);
    offer.replaceChildren(button("plain back", "back", "Suggested", clear), title,
      element("p", { className: "muted" }, found.line), choiceList(found.choices, get));
    title.focus();
  } catch (error) {
    if (mine !== asked) return;
    trouble.show(error);
    if (isGated(error)) askForToken(trouble.root);
  } finally {
    if (mine === asked) root.removeAttribute("aria-busy");
  }
}

function isGated({ failure }) {
  return failure?.cause === "model_gated";
}

// Beside what says that it is needed, above all the other models.
function askForToken(place) {
  place.after(token);
  openToken();
}

// Where nothing needs it, it stands last.
function openToken() {
  const card = token.firstChild;
  if (!card || !token.nextSibling) return;
  card.open = true;
  card.scrollIntoView({ block: "nearest" });
}

function clear() {
  box.value = "";
  trouble.clear();
  showCurated();
  box.focus();
}

finder.addEventListener("submit", (event) => {
  event.preventDefault();
  const what = box.value.trim();
  if (what) find(what);
  else clear();
});

export const getting = {
  name: "get",
  label: "Get more",
  root,
  back: () => false,
  enter() {
    trouble.clear();
    // What its card shows is not told again below it.
    const before = asked;
    const state = serverState();
    setup.show(state).then(() => { if (asked === before) showCurated(); });
    tokenCard(trouble.show).then((card) => { token.replaceChildren(card); openToken(); }, trouble.show);
    if (state) this.tell(state);
    box.focus();
  },
  leave() {},
  tell(next) {
    setup.tell(next);
    showDownloads(next.downloads);
    const closed = next.downloads.filter(isGated).map(({ id }) => id).join();
    if (closed !== gated && closed) askForToken(downloads.root);
    else if (closed !== gated) inner.append(token);
    gated = closed;
    // What has arrived is marked in the list.
    const now = next.downloads.filter(({ model }) => model).map(({ id }) => id).join();
    if (now !== here && here !== null && !box.value) showCurated();
    here = now;
  },
};
