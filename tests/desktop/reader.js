// A reader of the page, and where the words are that are seen lowest in the view.

const scroller = document.getElementById("scroller");
const list = document.getElementById("messages");
const topOf = (element) => element.getBoundingClientRect().top;

function wordsAtEdge() {
  const left = list.getBoundingClientRect().left + 1;
  let y = scroller.getBoundingClientRect().bottom - 1;
  for (; ; y -= 4) { // between two messages there are no words
    const found = document.elementFromPoint(left, y);
    if (found.closest(".message")) return found;
  }
}

function goUp(by) {
  dispatchEvent(new Event("wheel"));
  scroller.scrollTop -= by;
}

// What a script sees at another time may be what is never painted.
function whenPainted(then) {
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.cssText = "position: fixed; height: 1px";
  let frames = 0;
  new ResizeObserver(() => then(frames)).observe(probe);
  const frame = () => {
    frames += 1;
    probe.style.width = `${1 + frames % 2}px`;
    if (!window.arrived) requestAnimationFrame(frame);
  };
  frame();
}

const frameAndMore = (then) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then)));

// How many messages there are, and how far below the top of the window the last one is.
window.place = () => [list.children.length, Math.round(topOf(list.lastElementChild))];

// Opens the first chat of the list and goes up as soon as its end is shown.
window.openChat = (by) => {
  const move = () => {
    goUp(by);
    window.before = window.place();
  };
  const shown = new MutationObserver(() => {
    if (!list.hasChildNodes()) return;
    shown.disconnect();
    frameAndMore(move);
  });
  shown.observe(list, { childList: true });
  document.querySelector(".kept .open").click();
};

// Goes up by half a view every third frame. `walked` tells of each frame: the number of the
// message at the lower edge, and how far its words there have moved since the step.
window.walk = () => {
  let message, words, from;
  const step = () => {
    goUp(scroller.clientHeight / 2);
    words = wordsAtEdge();
    message = [...list.children].indexOf(words.closest(".message"));
    from = topOf(words);
  };
  window.walked = [];
  whenPainted((frames) => {
    // What was a place only is an answer now.
    if (words && !words.isConnected) words = list.children[message];
    // At the beginning, what becomes shorter moves all that follows.
    if (scroller.scrollTop === 0) window.arrived = true;
    else if (words) window.walked.push([message, topOf(words) - from]);
    if (frames % 3 === 0) setTimeout(step);
  });
};

// Goes up and stays; `moved` tells of each frame how far the words are from there.
window.stay = (by) => {
  goUp(by);
  const words = wordsAtEdge();
  const from = topOf(words);
  window.moved = [];
  whenPainted(() => window.moved.push(topOf(words) - from));
};

// Enlarges the text; `grown` tells where the words were before and after.
window.enlarge = () => {
  const words = wordsAtEdge();
  window.grown = [topOf(words)];
  document.documentElement.style.fontSize = "20px";
  frameAndMore(() => window.grown.push(topOf(words)));
};
