// The JSON API, called with Shopify's session token. What goes wrong is one of three errors, which forms know.

import { language } from "./words.js";

export const base = document.getElementById("content")?.dataset.base ?? "";
const LONGEST_WAIT = 30_000;

/** The API answered, and not with what was asked for. `errors`: [{key, problem, fix}], in the page's language. */
export class Refused extends Error {
  constructor(status, errors, body) {
    super(errors.map((fault) => fault.problem).join(" "));
    Object.assign(this, { status, errors, body });
  }
}
/** No answer came: nobody knows whether anything was done. */
export class Lost extends Error {}
/** Shopify gives no session token, or none that we can take: the page has to be loaded anew. */
export class SignedOut extends Error {}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
/** `version` is that of what is changed: somebody else's change meanwhile is then refused with 409. */
export const put = (path, body, version) =>
  call("PUT", path, body, version === undefined ? {} : { "If-Match": `"${version}"` });

/** A file of the API, saved as the API names it. */
export async function download(path) {
  const answer = await asked("GET", path);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A fresh session token; they live for a minute, App Bridge renews them. */
export async function token() {
  try {
    return await Promise.race([window.shopify.idToken(), late()]);
  } catch {
    throw new SignedOut();
  }
}

async function call(method, path, body, headers = {}) {
  const answer = await asked(method, path, body, headers);
  return answer.status === 204 ? null : read(answer);
}

async function asked(method, path, body, headers = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sent(method, path, body, headers, await token());
    if (answer.ok) return answer;
    if (answer.status === 401 && attempt === 1) continue;
    if (answer.status === 401) throw new SignedOut();
    const content = await read(answer).catch(() => ({}));
    throw new Refused(answer.status, content.errors ?? [], content);
  }
}

async function sent(method, path, body, headers, bearer) {
  try {
    return await fetch(`${base}/api/${path.replace(/^\//, "")}`, {
      method,
      headers: {
        Accept: "application/json",
        "Accept-Language": language,
        Authorization: `Bearer ${bearer}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
  } catch {
    throw new Lost();
  }
}

async function read(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Lost();
  }
}

function late() {
  return new Promise((resolve, reject) => setTimeout(() => reject(new SignedOut()), 10_000));
}
