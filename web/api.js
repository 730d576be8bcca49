// The local API: the token, calls, and streams of JSON lines.

const KEY = "paddock.token";

// The token, or in a browser a one-time code for it, comes in the fragment, which
// never leaves the browser and must not stay in the address bar. sessionStorage
// lets the page be reloaded.
async function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("token") && !given.has("code")) return sessionStorage.getItem(KEY) ?? "";
  history.replaceState(null, "", location.pathname);
  sessionStorage.setItem("paddock.view", given.get("view") ?? "browser");
  const got = given.get("token") ?? await enter(given.get("code"));
  sessionStorage.setItem(KEY, got);
  return got;
}

// An address that has been used gives no token: the first call then says what to do.
async function enter(code) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ code });
  const answer = await fetch("/api/page/enter", { method: "POST", headers, body });
  return answer.ok ? (await answer.json()).token : "";
}

const token = takeToken();
export const inPopover = sessionStorage.getItem("paddock.view") === "popover";

// A failure as the server words it: title, detail, log_lines.
export class ApiFailure extends Error {
  constructor(failure) {
    super(failure.title);
    this.failure = failure;
  }
}

const LOST = {
  title: "Paddock does not answer",
  detail: "It has ended, or this page is from an earlier start. Open the chat from the tray again.",
  log_lines: [],
};

const BUSY = {
  title: "Paddock is busy",
  detail: "Too much is asked of it at once. Close other windows of it, then try again.",
  log_lines: [],
};

// Half of a sign, as some programs paste it, is no text to who reads JSON.
const asText = (_, value) => (typeof value === "string" ? value.toWellFormed?.() ?? value : value);

async function request(path, body, signal) {
  let response;
  try {
    const headers = { Authorization: `Bearer ${await token}` };
    if (body) headers["Content-Type"] = "application/json";
    response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body, asText),
      signal,
    });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiFailure(LOST);
  }
  if (response.ok) return response;
  if (response.status === 401) throw new ApiFailure(LOST);
  if (response.status === 503) throw new ApiFailure(BUSY); // told without words
  throw new ApiFailure((await response.json()).error);
}

export async function call(path, body, signal) {
  const response = await request(path, body, signal);
  return loaded(response.json());
}

// What comes from Paddock: the rest of an answer, or what an import() gives.
export async function loaded(promise) {
  try {
    return await promise;
  } catch (error) {
    throw error instanceof TypeError ? new ApiFailure(LOST) : error;
  }
}

let before = Promise.resolve();

// What is kept goes out in turn: of two calls under way, the first might arrive last.
// A body made of the answer before is a function: whoever awaits that answer has it by then.
export function inTurn(path, body) {
  const mine = before.then(() => call(path, typeof body === "function" ? body() : body));
  before = mine.catch(() => {});
  return mine;
}

// A stream that begins once all that goes out in turn has arrived.
export async function streamAfter(path, body, signal, onObject) {
  const given = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await Promise.race([before, given]);
  return stream(path, body, signal, onObject);
}

// Hands over each object of an NDJSON stream; returns when the stream ends.
export async function stream(path, body, signal, onObject) {
  const response = await request(path, body, signal);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line) onObject(JSON.parse(line));
    }
  } catch (error) {
    throw error instanceof TypeError ? new ApiFailure(LOST) : error;
  }
}
