// Runs in the page before the hostile answers come, asks for them one by one, and notes
// whatever one of them achieved: an element or attribute beyond the list, a script, a
// request, a window, a link whose host is not the one shown.
(() => {
  const COMMON = ["class"];
  const ALLOWED = {
    p: [], h1: [], h2: [], h3: [], h4: [], h5: [], h6: [], blockquote: [], hr: [], br: [],
    strong: [], em: [], s: [], thead: [], tbody: [], table: [], tr: [], figcaption: [],
    ul: COMMON, li: COMMON, code: COMMON, th: COMMON, td: COMMON,
    span: ["class", "data-source", "tabindex"],
    ol: ["start", "class"], pre: ["tabindex"], div: ["tabindex", "class"],
    figure: ["class", "data-language"], input: ["type", "disabled", "checked", "aria-label"],
    a: ["href", "data-host", "target", "rel", "class"],
  };
  const MATHML = "http://www.w3.org/1998/Math/MathML";
  const FORMULA = {
    math: ["display"], mi: ["mathvariant"], mn: [], mtext: ["mathvariant"], mrow: [], mspace: ["width"],
    mo: ["stretchy", "fence", "separator", "largeop", "movablelimits", "form", "minsize", "maxsize", "lspace", "rspace"],
    mfrac: ["linethickness"], msqrt: [], mroot: [], msub: [], msup: [], msubsup: [], munder: [], mover: ["accent"],
    munderover: [], mtable: ["displaystyle"], mtr: [], mtd: ["columnalign"], mstyle: ["displaystyle", "scriptlevel"],
    mpadded: ["width", "height", "depth"], mphantom: [], menclose: ["notation"],
  };
  // What the page itself puts on a code block.
  const BAR = { button: ["type", "class", "title", "aria-label"], svg: ["class", "aria-hidden"], use: ["href"] };
  const FORBIDDEN = new Set(("script iframe frame object embed applet style link form base meta img image "
    + "picture source video audio track portal template slot dialog canvas animate set foreignobject").split(" "));
  const LINKS = new Set(["http:", "https:", "mailto:"]);
  const MOST = 40;
  const IN_A_CHAT = 40;

  const found = [];
  let asked = "";
  let done = false;
  const note = (what) => { if (found.length < MOST) found.push(`${asked}: ${what}`); };

  const before = { href: location.href, title: document.title, forms: document.forms.length, history: history.length };
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => note(`${name}()`);
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    note(`refused by the policy: ${violatedDirective} ${blockedURI}`);
  });
  addEventListener("error", ({ message }) => note(`error: ${message}`), true);
  addEventListener("beforeunload", () => note("the page is left"));
  const dialogs = new Set(document.querySelectorAll("dialog"));
  addEventListener("toggle", ({ target }) => { if (!dialogs.has(target)) note(`${target.localName} opens`); }, true);
  document.addEventListener("submit", ({ target }) => {
    if (target !== composer) note("a form is sent");
  }, true);

  function judgeLink(link) {
    let url;
    try { url = new URL(link.getAttribute("href")); } catch { return note(`no address: ${link.href}`); }
    if (!LINKS.has(url.protocol)) return note(`a link to ${url.protocol}`);
    const host = url.protocol === "mailto:" ? url.pathname.toLowerCase() : url.hostname;
    if (link.dataset.host !== host) note(`${link.dataset.host} is shown for ${host}`);
    if (url.username || url.password) note(`a name before the host: ${url}`);
  }

  function judge(node) {
    const tag = node.localName;
    const formula = node.namespaceURI === MATHML;
    if (node.closest("math") && !formula) note(`element ${tag} in a formula`);
    const list = formula ? FORMULA[tag] : ALLOWED[tag] ?? (node.closest("figcaption") ? BAR[tag] : undefined);
    if (!list) return note(`element ${tag}`);
    for (const { name } of node.attributes) if (!list.includes(name)) note(`${tag} with ${name}`);
    if (tag === "a") judgeLink(node);
    if (tag === "input" && (node.type !== "checkbox" || !node.disabled)) note("an input that works");
  }

  function look({ target, addedNodes, attributeName }) {
    if (attributeName?.startsWith("on")) note(`${target.localName} got ${attributeName}`);
    const inside = target.closest?.(".block");
    for (const added of addedNodes) {
      if (added.nodeType === Node.COMMENT_NODE) note("a comment");
      if (added.nodeType !== Node.ELEMENT_NODE) continue;
      for (const node of [added, ...added.querySelectorAll("*")]) {
        if (inside) judge(node);
        else if (FORBIDDEN.has(node.localName)) note(`element ${node.localName} outside the answer`);
      }
    }
  }
  new MutationObserver((records) => records.forEach(look))
    .observe(document.documentElement, { subtree: true, childList: true, attributes: true });

  const composer = document.getElementById("composer");
  const draft = document.getElementById("draft");
  const send = document.getElementById("send");
  const begin = document.getElementById("new");
  const messages = document.getElementById("messages");
  const until = (condition) => new Promise((resolve, reject) => {
    const deadline = performance.now() + 20000;
    const look = () => {
      if (condition()) resolve();
      else if (performance.now() > deadline) reject(new Error(`waits for ever: ${condition}`));
      else setTimeout(look, 1);
    };
    look();
  });
  const shows = (count) => messages.childElementCount === count && !send.classList.contains("stops");

  async function run(questions) {
    for (let first = 0; first < questions.length; first += IN_A_CHAT) {
      begin.click();
      await until(() => shows(0));
      for (const [number, question] of questions.slice(first, first + IN_A_CHAT).entries()) {
        asked = question;
        draft.value = question;
        draft.dispatchEvent(new Event("input"));
        composer.requestSubmit();
        await until(() => shows(2 * number + 2));
      }
      asked = `kept, ${asked} is the last`;
      await reopen();
      if (first === 0) await seeAll();
    }
  }

  // The same chat as it was kept, drawn whole.
  async function reopen() {
    const count = messages.childElementCount;
    const title = messages.firstElementChild.textContent;
    const row = () => [...document.querySelectorAll(".kept .open")]
      .find((open) => open.querySelector(".title").textContent === title);
    begin.click();
    await until(() => shows(0));
    document.getElementById("chats-open").click();
    await until(row);
    row().click();
    await until(() => shows(count) && !document.querySelector("dialog[open]"));
  }

  // Kept answers are drawn when they come into view.
  async function seeAll() {
    for (let place; (place = document.querySelector(".undrawn"));) {
      await until(() => {
        if (!place.isConnected) return true;
        dispatchEvent(new Event("wheel")); // without a hand the view stays at the end
        place.scrollIntoView();
        return false;
      });
    }
  }

  window.hostile = {
    // Asks these questions and opens each chat of them again; resolves, and `isDone`, after that.
    async ask(questions) {
      done = false;
      await run(questions).catch(({ message }) => note(message));
      done = true;
    },
    isDone: () => done,
    report() {
      asked = "in the end";
      for (const [name, value] of Object.entries(before)) {
        const now = { href: location.href, title: document.title, forms: document.forms.length, history: history.length }[name];
        if (now !== value) note(`${name} was ${value} and is ${now}`);
      }
      for (const { name } of performance.getEntriesByType("resource")) {
        if (new URL(name).origin !== location.origin) note(`fetched ${name}`);
      }
      if (document.querySelector("dialog[open]")) note("a dialog is open");
      if (document.cookie) note(`a cookie: ${document.cookie}`);
      if (document.getElementById("draft") !== draft) note("another draft");
      return found;
    },
  };
})();
