// The set-up's way on: a step that was gone through is remembered, then the next one is shown.

import { post } from "./api.js";
import { go } from "./page.js";

/** Best effort: somebody who may only look goes on all the same. */
export async function markSeen(step) {
  if (step) await post("setup", { seen: step }).catch(() => undefined);
}

for (const link of document.querySelectorAll("a[data-seen]")) {
  link.addEventListener("click", async (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    await markSeen(link.dataset.seen);
    go(link.href);
  });
}
