// Files as chips: what is attached, above the box and on a message that was sent.

import { element, icon } from "./dom.js";

const UNITS = ["bytes", "kB", "MB"];

// `onRemove` is for files that are not sent yet.
export function chips(files, onRemove = null) {
  const list = element("ul", { className: "chips", dir: "ltr" }, ...files.map((file) => chip(file, onRemove)));
  list.setAttribute("aria-label", "Files");
  return list;
}

function chip(file, onRemove) {
  const picture = file.kind === "image"
    ? element("img", { src: `data:${file.media_type};base64,${file.data}`, alt: "" })
    : icon("file", true);
  const name = element("span", { className: "name", title: file.name }, file.name);
  const made = element("li", { className: "chip" }, picture, name);
  made.append(element("span", { className: "size" }, sizeWords(bytes(file))));
  if (!onRemove) return made;
  const remove = element("button", { type: "button", className: "quiet", title: "Remove" }, icon("close", true));
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  remove.addEventListener("click", () => onRemove(file));
  made.append(remove);
  return made;
}

function bytes(file) {
  return file.kind === "image" ? Math.floor(file.data.length * 3 / 4) : new Blob([file.text]).size;
}

// "820 bytes", "12 kB", "1.4 MB": thousands, as file managers count.
export function sizeWords(size) {
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toFixed(unit > 0 && size < 10 ? 1 : 0)} ${UNITS[unit]}`;
}
