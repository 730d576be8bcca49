// Another page of this browser may go on with the chat that is shown here. Then it is shown
// anew: a question asked from what was said before would take the place of what came since.

import { ApiFailure, inTurn } from "./api.js";
import { current, isBusy, isPrivate, load, onChange } from "./chat.js";

let answering = null; // the id of a chat
let stale = null;

export function followOtherPages() {
  if (!globalThis.BroadcastChannel) return;
  const channel = new BroadcastChannel("paddock.chats");
  onChange(() => {
    if (answering) channel.postMessage(answering);
    if (!isBusy()) answering = null;
    else if (!isPrivate()) answering ??= current();
  });
  channel.addEventListener("message", ({ data }) => {
    if (!isAsBefore(data)) return;
    stale = data;
    showAnew();
  });
  document.addEventListener("visibilitychange", showAnew);
}

async function showAnew() {
  if (document.hidden || stale === null) return;
  const id = stale;
  stale = null;
  try {
    const shown = await inTurn("/api/page/chats/show", { id });
    if (isAsBefore(id)) load(shown);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error; // deleted meanwhile: it stays as it is
  }
}

// Who is answered or changes a question here has the last word.
function isAsBefore(id) {
  return current() === id && !isPrivate() && !isBusy() && !document.querySelector(".editing");
}
