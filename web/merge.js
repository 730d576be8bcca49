// Brings what is shown to a newer version of it and leaves what is the same as it is:
// that is not laid out or painted again, and what is selected in it stays selected.

// Makes the children of `shown` those of `wanted`, which gives up the ones that are used.
export function merge(shown, wanted) {
  let old = shown.firstChild;
  for (let next = wanted.firstChild; next; next = wanted.firstChild) {
    if (!old) {
      shown.append(...wanted.childNodes);
      return;
    }
    const following = old.nextSibling;
    next.remove();
    if (!old.isEqualNode(next)) change(old, next);
    old = following;
  }
  while (old) {
    const following = old.nextSibling;
    old.remove();
    old = following;
  }
}

function change(old, next) {
  if (old.nodeType === Node.TEXT_NODE && next.nodeType === Node.TEXT_NODE) write(old, next.data);
  else if (old.cloneNode().isEqualNode(next.cloneNode())) merge(old, next);
  else old.replaceWith(next);
}

// Text that only grew is appended, so that the lines before it are kept.
function write(old, text) {
  if (text.startsWith(old.data)) old.appendData(text.slice(old.data.length));
  else old.data = text;
}
