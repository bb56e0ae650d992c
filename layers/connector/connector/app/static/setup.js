// Steps of the set-up that ask for little: reading on, and the start itself.

import "./access.js";
import { post } from "./api.js";
import { asks } from "./dialog.js";
import { explain, notices } from "./notices.js";
import "./onward.js";
import { go } from "./page.js";

const start = document.getElementById("start");
if (start) {
  asks(start, document.getElementById("start-dialog"), {
    send: () => post("integration/start"),
    done: () => go("/setup/finish"),
  });
}

const first = document.getElementById("first-sync");
first?.addEventListener("click", async function sync() {
  first.setAttribute("aria-busy", "true");
  try {
    const { id } = await post("syncs");
    go(`/syncs/${id}`);
  } catch (error) {
    explain(notices(), error, sync);
  } finally {
    first.removeAttribute("aria-busy");
  }
});
