// What is said to the person: a word that passes, and banners that stay until they are dealt with.

import { Lost, Refused, SignedOut } from "./api.js";
import { say } from "./words.js";

const PASSING = 5000;
let timer;

/** Said once, shown for a moment: "Saved." */
export function announce(text) {
  const status = document.getElementById("status");
  clearTimeout(timer);
  status.textContent = text;
  timer = setTimeout(() => (status.textContent = ""), PASSING);
}

/** A banner in `place`, instead of what was there. `again` is what a button in it does. Returns the banner. */
export function banner(place, tone, text, { again, label } = {}) {
  const made = document.createElement("s-banner");
  made.className = "banner";
  made.setAttribute("tone", tone);
  made.setAttribute("role", tone === "critical" ? "alert" : "status");
  made.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (again) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button" });
    button.textContent = label ?? say("js.try_again");
    button.addEventListener("click", () => {
      place.replaceChildren();
      again();
    });
    made.append(button);
  }
  place.replaceChildren(made);
  return made;
}

/** What went wrong, in words, with the way on. Faults of fields are the form's own matter. */
export function explain(place, error, again) {
  if (error instanceof Lost) return banner(place, "warning", say("js.lost"), { again });
  if (error instanceof SignedOut) {
    return banner(place, "warning", say("js.signed_out"), { again: () => location.reload(), label: say("js.reload") });
  }
  if (!(error instanceof Refused)) {
    banner(place, "critical", say("js.went_wrong"), { again });
    throw error;
  }
  const text = error.errors.map((fault) => `${fault.problem} ${fault.fix ?? ""}`.trim()).join(" ");
  if (error.status === 409) {
    return banner(place, "warning", text, { again: () => location.reload(), label: say("js.reload") });
  }
  return banner(place, "critical", text || say("js.went_wrong"), error.status >= 500 ? { again } : {});
}

export const notices = () => document.getElementById("notices");
