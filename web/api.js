// The local API: the token, calls, and streams of JSON lines.

const KEY = "paddock.token";

// The token comes in the fragment, which never leaves the browser, and must not
// stay in the address bar. sessionStorage lets the page be reloaded.
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.has("token")) return sessionStorage.getItem(KEY) ?? "";
  sessionStorage.setItem(KEY, given.get("token"));
  sessionStorage.setItem("paddock.view", given.get("view") ?? "browser");
  history.replaceState(null, "", location.pathname);
  return given.get("token");
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

async function request(path, body, signal) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      signal,
    });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiFailure(LOST);
  }
  if (response.ok) return response;
  if (response.status === 401) throw new ApiFailure(LOST);
  throw new ApiFailure((await response.json()).error);
}

export async function call(path, body, signal) {
  return (await request(path, body, signal)).json();
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
