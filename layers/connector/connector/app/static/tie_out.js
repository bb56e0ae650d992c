// The tie-out: other days, and the month-end pack as files and on paper.

import { download } from "./api.js";
import { announce, explain, notices } from "./notices.js";
import { go } from "./page.js";
import { say } from "./words.js";

const range = document.getElementById("range");
range?.addEventListener("submit", (event) => {
  event.preventDefault();
  const values = Object.fromEntries([...new FormData(range)].filter(([, value]) => value));
  const place = [...range.querySelectorAll("[data-error-of]")].at(-1);
  const wrong = values.from && values.to && values.from > values.to;
  place.textContent = wrong ? say("tie_out_js.ends_before") : "";
  place.hidden = !wrong;
  const last = range.elements.namedItem("to");
  last.setAttribute("aria-invalid", String(Boolean(wrong)));
  if (wrong) return last.focus();
  const { part } = range.dataset;
  return go(`/tie-out?${new URLSearchParams({ ...(part ? { part } : {}), ...values })}`);
});

for (const button of document.querySelectorAll("[data-download]")) {
  const fetched = async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await download(button.dataset.download);
      announce(say("tie_out_js.downloaded"));
    } catch (error) {
      explain(notices(), error, fetched);
    } finally {
      button.setAttribute("aria-busy", "false");
    }
  };
  button.addEventListener("click", fetched);
}
document.getElementById("print")?.addEventListener("click", () => window.print());
