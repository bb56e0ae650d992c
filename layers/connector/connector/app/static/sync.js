// One sync: how far it is, and taking it back until QuickBooks has proven that it is gone.

import { post } from "./api.js";
import { asks } from "./dialog.js";
import { announce } from "./notices.js";
import { go } from "./page.js";
import { poll } from "./poll.js";
import { amount, say } from "./words.js";

const place = document.getElementById("sync");
const id = place.dataset.sync;
const STEPS = ["QUEUED", "READING", "PREPARING", "DONE"];

if ("running" in place.dataset) {
  const state = document.getElementById("sync-state");
  poll(`syncs/${id}`, 2, async (sync) => {
    if (state.textContent !== say(`sync_state.${sync.state}`)) announce(say(`sync_state.${sync.state}`));
    state.textContent = say(`sync_state.${sync.state}`);
    document.getElementById("sync-progress").value = Math.max(0, STEPS.indexOf(sync.state));
    document.getElementById("sync-progress-text").textContent = say("syncs_js.progress", {
      orders: sync.orders,
      facts: sync.facts,
    });
    if (sync.state !== "DONE" && sync.state !== "FAILED") return false;
    await go(`/syncs/${id}`);
    return true;
  });
}

if (Number(place.dataset.left)) {
  poll(`syncs/${id}`, 5, async ({ undo }) => {
    document.getElementById("undo-progress").value = undo.asked - undo.left;
    document.getElementById("undo-count").textContent = say("syncs_js.of_total", {
      done: undo.asked - undo.left,
      total: undo.asked,
    });
    if (undo.left) return false;
    await go(`/syncs/${id}`);
    return true;
  });
}

const made = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

/** What the undo will do, by what happens; of what stays each with the reason. */
function preview({ counts, entries }) {
  const parts = [];
  for (const action of ["keep", "delete", "withdraw", "done"]) {
    const some = entries.filter((entry) => entry.action === action);
    if (!some.length) continue;
    const items = some.slice(0, 200).map((entry) =>
      made(
        "li",
        {},
        made("strong", { textContent: `${say(`document.${entry.kind}`)} ${entry.ref_number || entry.title}` }),
        ` ${amount(entry.amount)}`,
        entry.why ? made("span", { className: "hint block", textContent: entry.why }) : "",
      ),
    );
    const told = made("summary", { textContent: say(`undo_action.${action}`, { count: counts[action] }) });
    parts.push(made("details", { open: action === "keep" }, told, made("ul", {}, ...items)));
  }
  return parts;
}

const button = document.getElementById("undo");
const dialog = document.getElementById("undo-dialog");
if (button && dialog) {
  const shown = document.getElementById("undo-preview");
  const confirm = dialog.querySelector("[type=submit]");
  asks(button, dialog, {
    opened: async () => {
      confirm.disabled = true;
      try {
        const answer = await post(`syncs/${id}/undo`, { preview: true });
        const any = answer.counts.delete + answer.counts.withdraw + answer.counts.done;
        shown.replaceChildren(...(answer.entries.length ? preview(answer) : [say("syncs_js.nothing")]));
        confirm.disabled = !any;
      } catch {
        shown.textContent = say("syncs_js.no_preview");
      }
    },
    send: ({ repost }) => post(`syncs/${id}/undo`, { repost }),
    done: () => go(`/syncs/${id}`),
  });
}
