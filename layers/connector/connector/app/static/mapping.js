// Account mapping: how much is mapped, what is only proposed, new accounts, gateways and locations.

import { get, post } from "./api.js";
import { comboboxes } from "./combobox.js";
import { asks } from "./dialog.js";
import { announce } from "./notices.js";
import { poll } from "./poll.js";
import { draftOf, settingsForms } from "./settings_form.js";
import { say } from "./words.js";

const EVERY = 5;
const byId = (id) => document.getElementById(id);
const form = document.querySelector("form[data-settings]");
const waiting = byId("waiting-accounts");

settingsForms();
comboboxes(form);
count();
form.addEventListener("input", ({ target }) => {
  if ("suggested" in target.dataset) verified(target);
  count();
});
showLocations();
if (waiting.children.length) watch();

function verified(input) {
  delete input.dataset.suggested;
  byId(`${input.id}-badge`)?.remove();
  const described = input.getAttribute("aria-describedby").split(" ");
  input.setAttribute("aria-describedby", described.filter((id) => id !== `${input.id}-badge`).join(" "));
}

function count() {
  const bar = byId("mapped");
  if (!bar) return;
  const fields = [...form.querySelectorAll("[data-counts]")];
  const done = fields.filter((field) => field.value.trim()).length;
  bar.value = done;
  byId("mapped-text").textContent = say("mapping_js.mapped", { done, total: fields.length });
}

// A new account in QuickBooks.

asks(byId("new-account"), byId("account-dialog"), {
  opened: () => {
    const open = [...form.querySelectorAll("[data-counts]")].find((field) => !field.value.trim());
    byId("field-for").value = open?.name ?? "";
    if (open) byId("field-type").value = open.dataset.type;
  },
  send: async ({ for: where, ...wish }) => ({ ...(await post("quickbooks/accounts", wish)), where }),
  done: (account) => {
    const field = account.where ? form.elements.namedItem(account.where) : null;
    if (field) {
      field.value = account.full_name;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const note = document.createElement("p");
    note.dataset.account = account.full_name;
    note.textContent = say("mapping_js.waiting", { name: account.full_name });
    waiting.append(note);
    watch();
  },
});
byId("field-for").addEventListener("change", ({ target }) => {
  const field = target.value ? form.elements.namedItem(target.value) : null;
  if (field) byId("field-type").value = field.dataset.type;
});

let watching = false;
function watch() {
  if (watching) return;
  watching = true;
  poll("quickbooks/accounts", EVERY, ({ accounts }) => {
    for (const note of [...waiting.children]) {
      const found = accounts.find((one) => one.full_name === note.dataset.account);
      if (found?.state === "in QuickBooks") {
        note.remove();
        offer(found);
        announce(say("mapping_js.made", { name: found.full_name }));
      } else if (found?.state === "refused") {
        note.textContent = say("mapping_js.refused", { name: found.full_name, reason: found.reason });
      }
    }
    watching = waiting.children.length > 0;
    return !watching;
  });
}

function offer({ full_name: value, type }) {
  for (const list of document.querySelectorAll("datalist[id^=accounts-]")) {
    if (list.id.split("-").includes(type.toLowerCase())) list.append(new Option(type, value));
  }
}

// Rows for what the page did not know yet: another gateway, the shop's locations.

function row(name, label, list) {
  const made = form.querySelector(".picker").cloneNode(true);
  const id = `field-${name.replaceAll(/[^\w-]/g, "-")}`;
  for (const extra of made.querySelectorAll(".required, .required + .unseen, .verify, .hint, ul")) extra.remove();
  const input = Object.assign(document.createElement("input"), { id, name, autocomplete: "off" });
  input.setAttribute("list", list);
  input.setAttribute("aria-describedby", `${id}-error`);
  made.querySelector("input").replaceWith(input);
  Object.assign(made.querySelector("label"), { htmlFor: id, textContent: label });
  const error = made.querySelector(".error");
  Object.assign(error, { id: `${id}-error`, hidden: true, textContent: "" });
  error.dataset.errorOf = name;
  const kept = JSON.parse(sessionStorage.getItem(draftOf(form)) ?? "{}");
  input.value = kept[name] ?? "";
  return made;
}

byId("add-gateway").addEventListener("click", () => {
  const given = byId("other-gateway");
  const name = given.value.trim();
  if (!name) return given.focus();
  const key = `tenders.${name}`;
  if (!form.elements.namedItem(key)) {
    const made = row(key, name, "accounts-bank-othercurrentasset");
    byId("tenders").append(made);
    comboboxes(made);
  }
  given.value = "";
  form.elements.namedItem(key).focus();
});

async function showLocations() {
  const said = byId("no-locations");
  const answer = await get("shop/locations").catch(() => undefined);
  const places = byId("classes");
  for (const one of answer?.locations ?? []) {
    const key = `classes.${one.id}`;
    const field = form.elements.namedItem(key);
    if (field) field.labels[0].textContent = one.name;
    else if (one.is_active && !form.elements.namedItem(`classes.${one.name}`)) {
      const made = row(key, one.name, "class-names");
      places.append(made);
      comboboxes(made);
    }
  }
  said.hidden = places.children.length > 0;
  if (!said.hidden) said.textContent = say(answer ? "mapping_js.no_locations" : "mapping_js.locations_unknown");
}
