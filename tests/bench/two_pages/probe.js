// Runs in both pages before their own scripts: counts frames with a change, long tasks,
// and how long a key press takes to the screen. It asks for a frame only after a change.
(() => {
  const probe = { frames: 0, changed: 0, moved: 0, longTasks: [], keys: [], ready: null };
  let planned = false;
  // A header tells of the machine, once a second, whatever is said below it.
  const inHeader = ({ target }) => (target.closest ? target : target.parentElement)?.closest("header");
  new MutationObserver((records) => {
    if (records.every(inHeader)) return;
    probe.changed = performance.now();
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; probe.frames += 1; });
  }).observe(document, { subtree: true, childList: true, characterData: true });

  const watch = (type, note, more = {}) => {
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  };
  watch("longtask", ({ duration }) => probe.longTasks.push(duration));
  // Shorter ones than 16 ms are not reported; what is, in steps of 8 ms.
  watch("event", ({ name, duration }) => { if (name === "keydown") probe.keys.push(duration); }, { durationThreshold: 16 });

  addEventListener("scroll", () => { probe.moved = performance.now(); }, true);
  addEventListener("focusin", ({ target }) => {
    if (target.matches("textarea, [contenteditable]")) probe.ready ??= performance.now();
  }, true);

  probe.reset = () => { probe.frames = 0; probe.longTasks = []; probe.keys = []; };
  probe.quietFor = () => performance.now() - probe.changed;

  // What is looked at here must not make the page lay out what it has put off.
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const find = (texts) => {
    const any = texts.map((text) => `contains(., "${text}")`).join(" or ");
    const found = document.evaluate(`//*[text()[${any}]]`, document.body, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index)).find(inSight);
  };
  const inSight = (node) => {
    const box = node.getBoundingClientRect();
    return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  };
  let seen = null;
  // Milliseconds from `act` until one of `texts` is painted where it can be seen.
  probe.until = async (act, ...texts) => {
    const begun = performance.now();
    seen = null;
    act();
    for (let looked = -1; !seen; ) {
      if (performance.now() - begun > 120000) throw new Error(`${texts} never came into sight`);
      await frame();
      // A search after each change and move, and now and then: it takes time itself.
      const last = Math.max(probe.changed, probe.moved);
      if (looked === last && performance.now() - last < 200) continue;
      looked = last;
      seen = find(texts);
      if (!seen) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await frame();
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - begun;
  };
  const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowY) && node.scrollHeight > node.clientHeight;
  // How far what was looked for can be scrolled up.
  probe.above = () => {
    let box = seen;
    while (box !== document.scrollingElement && !scrolls(box)) box = box.parentElement;
    return box.scrollTop;
  };
  window.probe = probe;
})();
