// Files of the user become attachments: text as it is, images scaled. Loaded with the first one.

import { sizeWords } from "./chips.js";
import { decoded } from "./encoding.js";

const LARGEST_TEXT = 1_000_000; // bytes
const LARGEST_FILE = 50_000_000; // of an image, before it is scaled
const LONGEST_NAME = 120;
// What no text has: control characters except tab, line ends, form feed and escape.
const CONTROLS = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

// Returns an attachment; throws an Error with a line for the user.
export async function read(file, imagesNote) {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const name = [...file.name].slice(-LONGEST_NAME).join("") || "file";
  if (isImage(head)) {
    const note = await imagesNote();
    if (note) throw new Error(`“${name}”: ${note}`);
    return readImage(file, name);
  }
  if (file.size > LARGEST_TEXT) {
    const most = sizeWords(LARGEST_TEXT);
    throw new Error(`“${name}” has ${sizeWords(file.size)}; a text file can have ${most}.`);
  }
  if (file.size === 0) throw new Error(`“${name}” is empty.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decoded(bytes);
  if (CONTROLS.test(text ?? plain(bytes))) throw new Error(`“${name}” is neither text nor an image.`);
  if (text === null) throw new Error(`“${name}” has an encoding that is not known here. Save it as UTF-8.`);
  return { kind: "text", name, text };
}

// Control characters are the same bytes in every encoding that is no UTF-16.
const plain = (bytes) => new TextDecoder("windows-1252").decode(bytes);

// By the first bytes: PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF and HEIC. Which of them can be shown,
// the browser decides.
const IMAGES = /^(\x89PNG\r\n|\xff\xd8\xff|GIF8|RIFF.{4}WEBP|BM.{4}\0{4}|II\*\0|MM\0\*|.{4}ftyp(avi|hei|hev|mif|msf))/s;
const isImage = (head) => IMAGES.test(String.fromCharCode(...head));

const LONGEST_SIDE = 1536; // pixels; models look at no more
const LARGEST_PNG = 700_000; // bytes; a larger one becomes a JPEG

async function readImage(file, name) {
  if (file.size > LARGEST_FILE) {
    throw new Error(`“${name}” has ${sizeWords(file.size)}; an image can have ${sizeWords(LARGEST_FILE)}.`);
  }
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error(`“${name}” cannot be shown: it is damaged, or of a kind that is not known here. PNG and JPEG are.`);
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(Math.round(picture.width * scale), 1);
  canvas.height = Math.max(Math.round(picture.height * scale), 1);
  const paper = canvas.getContext("2d");
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  let blob = await encoded(canvas, "image/png");
  if (blob.size > LARGEST_PNG) {
    // A JPEG has no transparency: white shows through, not black.
    paper.globalCompositeOperation = "destination-over";
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    blob = await encoded(canvas, "image/jpeg");
  }
  return { kind: "image", name, media_type: blob.type, data: await base64(blob) };
}

function encoded(canvas, type) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
