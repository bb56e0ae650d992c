// Forms that store settings: all on a page share the version they change; in the set-up saving leads on.

import { put } from "./api.js";
import { nested, submits } from "./form.js";
import { markSeen } from "./onward.js";
import { go } from "./page.js";

let version;
const shop = new URLSearchParams(location.search).get("shop") ?? "";

/** What a form's typed values are kept under in this tab: another shop's page must not find them. */
export const draftOf = (form) => `${form.dataset.draft}-${shop}`;

/** Makes every settings form of the page work, once; each dispatches "saved" where nothing follows. */
export function settingsForms() {
  for (const form of document.querySelectorAll("form[data-settings]:not([data-ready])")) {
    form.dataset.ready = "";
    version ??= Number(form.dataset.version);
    submits(form, {
      draft: draftOf(form),
      secret: ["stocky_api_key", "forget_stocky", "apply", "since"],
      send: async (values) => {
        const saved = await put("settings", asSettings(values), version);
        version = saved.version;
        await markSeen(form.dataset.seen);
        return saved;
      },
      done: (saved) =>
        form.dataset.next ? go(form.dataset.next) : form.dispatchEvent(new CustomEvent("saved", { detail: saved })),
    });
  }
}

function asSettings({ apply, since, forget_stocky: forget, ...values }) {
  const made = nested(values);
  if (made.start_date === "") made.start_date = null;
  if (forget) made.stocky_api_key = "";
  else if (!made.stocky_api_key) delete made.stocky_api_key;
  return made;
}
