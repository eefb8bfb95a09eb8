// Asks the JSON API; a no becomes an exception with one sentence for the reader.

/** What is said where nobody answers: it is taken back when somebody does. */
export const NOBODY = "Nobody answers: does it still run?";
const STORED = "ipsmgw.token";

/** The token is asked for by the page, and forgotten with the browser's tab. */
export function token() {
  return sessionStorage.getItem(STORED) ?? "";
}

export function keepToken(text) {
  sessionStorage.setItem(STORED, text);
}

export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

/** The response to a request; `body` is sent as JSON. */
export async function ask(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = new Headers(headers);
  if (token()) sent.set("Authorization", `Bearer ${token()}`);
  if (method !== "GET") sent.set("Content-Type", "application/json");
  let response;
  try {
    response = await fetch(path, {
      method, headers: sent, signal, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refused(0, NOBODY);
  }
  if (!response.ok) throw new Refused(response.status, await sentence(response));
  return response;
}

/** The JSON that is answered. */
export async function api(path, options) {
  return (await ask(path, options)).json();
}

/** Saves an answer as a file: a link alone could not show the token. */
export async function save(path, name) {
  const blob = await (await ask(path)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** A query string of what is not empty. */
export function query(parameters) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== false && value !== undefined && value !== null) found.set(name, value);
  }
  const text = found.toString();
  return text ? `?${text}` : "";
}

async function sentence(response) {
  try {
    return (await response.json()).error;
  } catch {
    return `The answer was ${response.status}, without a reason.`;
  }
}
