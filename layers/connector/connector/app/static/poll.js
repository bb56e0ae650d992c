// Looking again and again without loading the page: while it is seen, and more rarely when nobody answers.

import { get, Refused, SignedOut } from "./api.js";
import { banner, notices } from "./notices.js";
import { say } from "./words.js";

const SLOWEST = 30;

/**
 * Asks `path` every `seconds` and calls `seen(answer)` until that returns true. Returns a function that ends it.
 * What the API refuses ends it too and is thrown to `failed`; a lost connection is waited out.
 */
export function poll(path, seconds, seen, failed = () => {}) {
  let ended = false;
  let timer;
  let misses = 0;
  const next = () => {
    const wait = Math.min(seconds * 2 ** misses, Math.max(SLOWEST, seconds));
    if (!ended && !document.hidden) timer = setTimeout(look, wait * 1000);
  };
  const look = async () => {
    clearTimeout(timer);
    try {
      const answer = await get(path);
      if (misses) notices().replaceChildren();
      misses = 0;
      ended ||= (await seen(answer)) === true;
    } catch (error) {
      if (error instanceof SignedOut || (error instanceof Refused && error.status < 500)) {
        ended = true;
        failed(error);
      } else {
        misses += 1;
        if (misses === 3) banner(notices(), "warning", say("js.no_contact"));
      }
    }
    next();
  };
  const shown = () => document.hidden || ended || look();
  document.addEventListener("visibilitychange", shown);
  look();
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
}
