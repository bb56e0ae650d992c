// Mapping after the start: a change holds from now on, or what was posted since a day is undone and posted anew.

import { get, post } from "./api.js";
import { asks } from "./dialog.js";
import "./mapping.js";
import { banner, explain, notices } from "./notices.js";
import { go } from "./page.js";
import { say } from "./words.js";

const form = document.querySelector("form[data-settings]");
const dialog = document.getElementById("repost-dialog");
const list = document.getElementById("repost-list");
const hidden = document.createElement("button");
let chosen = [];

asks(hidden, dialog, {
  send: async () => {
    for (const id of chosen) await post(`syncs/${id}/undo`, { repost: true });
  },
  done: () => go("/syncs"),
});

form.addEventListener("saved", async () => {
  const since = form.elements.namedItem("since")?.value;
  if (form.elements.namedItem("apply")?.value !== "since" || !since) return go("/mapping#history");
  try {
    await ask(since);
  } catch (error) {
    explain(notices(), error);
  }
});

async function ask(since) {
  const { syncs } = await get("syncs");
  const found = syncs.filter((one) => one.state === "DONE" && one.window_end.slice(0, 10) >= since);
  chosen = found.map((one) => one.id);
  if (!chosen.length) return banner(notices(), "info", say("mapping_js.nothing_to_repost"));
  const rows = [];
  for (const one of found) {
    const { counts } = await post(`syncs/${one.id}/undo`, { preview: true });
    const text = say("mapping_js.repost_row", {
      day: one.window_end.slice(0, 10), count: counts.delete + counts.withdraw, kept: counts.keep,
    });
    rows.push(Object.assign(document.createElement("p"), { textContent: text }));
  }
  list.replaceChildren(...rows);
  hidden.click();
}
