// Old text files do not tell their encoding: it is told from their bytes and the reader's language.

// Latin letters with other marks than those of Western Europe.
const LATIN = {
  cs: "windows-1250", hr: "windows-1250", hu: "windows-1250", pl: "windows-1250", ro: "windows-1250",
  sk: "windows-1250", sl: "windows-1250", et: "windows-1257", lt: "windows-1257", lv: "windows-1257",
  tr: "windows-1254", vi: "windows-1258",
};
const OTHER = {
  ar: "windows-1256", be: "windows-1251", bg: "windows-1251", el: "windows-1253", fa: "windows-1256",
  he: "windows-1255", ja: "shift_jis", ko: "euc-kr", mk: "windows-1251", ru: "windows-1251",
  sr: "windows-1251", th: "windows-874", uk: "windows-1251", zh: "gb18030",
};
const TRADITIONAL = /^zh-.*(hant|tw|hk|mo)/i;

// The text, or null where the encoding cannot be told.
export function decoded(bytes) {
  for (const encoding of candidates(bytes)) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return null;
}

function candidates(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return ["utf-16le"];
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return ["utf-16be"];
  const language = navigator.language.split("-")[0].toLowerCase();
  if (isLatin(bytes)) return ["utf-8", LATIN[language] ?? "windows-1252"];
  const other = TRADITIONAL.test(navigator.language) ? "big5" : OTHER[language];
  return other ? ["utf-8", other] : ["utf-8"];
}

// Letters with marks stand between plain ones; those of other scripts stand together.
function isLatin(bytes) {
  let [all, together] = [0, 0];
  for (let run = 0, at = 0; at <= bytes.length; at += 1) {
    if (bytes[at] > 0x7f) {
      run += 1;
      continue;
    }
    all += run;
    if (run > 2) together += run;
    run = 0;
  }
  return together * 2 <= all;
}
