// Another page, of a browser or the popover, may go on with the chat that is shown here. Then it is
// shown anew: a question asked from what was said before would take the place of what came since.

import { ApiFailure, inTurn } from "./api.js";
import { current, isBusy, isPrivate, load, page, said } from "./chat.js";
import { onState } from "./header.js";

let seen = null; // how many answers had ended

export function followOtherPages() {
  onState(({ answered }) => {
    const before = seen;
    seen = answered?.number ?? 0;
    if (before === null || seen === before) return;
    // Of several that ended while this page was hidden, only the last is known.
    const several = seen - before > 1;
    if (several || (answered.page !== page && answered.conversation === current())) showAnew();
  });
}

async function showAnew() {
  const id = current();
  if (!isAsBefore(id)) return;
  try {
    const shown = await inTurn("/api/page/chats/show", { id });
    if (isAsBefore(id) && wentOn(shown)) load(shown);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error; // deleted meanwhile: it stays as it is
  }
}

// Who is answered or changes a question here has the last word.
function isAsBefore(id) {
  return id && current() === id && !isPrivate() && !isBusy() && !document.querySelector(".editing");
}

function wentOn({ messages }) {
  const here = said();
  return messages.length !== here.length || messages.some(({ message }, at) => message.content !== here[at].content);
}
