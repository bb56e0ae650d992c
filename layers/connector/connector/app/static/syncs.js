// The list of syncs: one is started, and those that run are seen to get on.

import { post } from "./api.js";
import { submits } from "./form.js";
import { announce, explain, notices } from "./notices.js";
import { go } from "./page.js";
import { poll } from "./poll.js";
import { amount, language, say } from "./words.js";

const TONES = { DONE: "success", FAILED: "critical" };
const count = (number) => new Intl.NumberFormat(language).format(number);

function show(row, sync) {
  const made = Object.values(sync.documents);
  const state = row.querySelector("[data-state]");
  state.textContent = say(`sync_state.${sync.state}`);
  state.setAttribute("tone", TONES[sync.state] ?? "info");
  row.querySelector("[data-orders]").textContent = count(sync.orders);
  row.querySelector("[data-made]").textContent = count(made.reduce((sum, one) => sum + one.count, 0));
  row.querySelector("[data-amount]").textContent = amount(made.reduce((sum, one) => sum + Number(one.amount), 0));
}

const rows = () => [...document.querySelectorAll("tr[data-running]")];
if (rows().length) {
  poll("syncs", 3, ({ syncs }) => {
    for (const row of rows()) {
      const sync = syncs.find((one) => one.id === row.dataset.sync);
      if (!sync) continue;
      show(row, sync);
      if (sync.state in TONES) {
        row.removeAttribute("data-running");
        announce(say(`syncs_js.${sync.state.toLowerCase()}`));
      }
    }
    return !rows().length;
  });
}

const button = document.getElementById("sync-now");
async function start() {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const sync = await post("syncs");
    await go(`/syncs/${sync.id}`);
  } catch (error) {
    explain(notices(), error, start);
  } finally {
    button.setAttribute("aria-busy", "false");
  }
}
button?.addEventListener("click", start);

const backfill = document.getElementById("backfill");
if (backfill) {
  submits(backfill, {
    send: (values) => {
      const missing = ["from", "to"].filter((name) => !values[name]);
      if (missing.length) return post("syncs", { from: values.from || "-", to: values.to || "-" });
      return post("syncs", values);
    },
    done: (sync) => go(`/syncs/${sync.id}`),
    draft: "draft-backfill",
  });
}
