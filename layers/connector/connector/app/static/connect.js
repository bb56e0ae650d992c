// QuickBooks is seen as soon as it is there: the light, the company and its tax preferences turn by themselves.

import { download, post } from "./api.js";
import { asks } from "./dialog.js";
import { submits } from "./form.js";
import { announce, explain, notices } from "./notices.js";
import "./onward.js";
import { poll } from "./poll.js";
import { say } from "./words.js";

const EVERY = 5;
const byId = (id) => document.getElementById(id);

poll("connection", EVERY, (answer) => {
  tell(byId("light"), answer.health, toneOf(answer));
  tell(byId("tax"), answer.tax, { ok: "success", problem: "critical" }[answer.tax.state] ?? "");
  showCompany(answer);
  const other = byId("other-company");
  if (other) other.hidden = answer.health.cause !== "other_company" || other.dataset.lookOnly === "true";
  showTaxItem(answer.tax);
});

function toneOf({ health, last_contact: heard }) {
  if (health.state === "problem") return "critical";
  return heard ? "success" : "";
}

function tell(place, { text, advice }, tone) {
  if (!place) return;
  const said = place.querySelector("[data-text]");
  if (said.textContent !== text) said.textContent = text;
  place.querySelector(".light").dataset.tone = tone;
  place.nextElementSibling.textContent = advice;
}

function showCompany(answer) {
  const facts = byId("company");
  if (!facts || !answer.company) return;
  facts.hidden = false;
  for (const place of facts.querySelectorAll("[data-fact]")) {
    const value = answer.company[place.dataset.fact] ?? answer[place.dataset.fact];
    if (value) place.textContent = value;
  }
}

function showTaxItem({ item, may_create: may }) {
  const box = byId("tax-item");
  if (!box) return;
  box.hidden = !may && !item.state;
  byId("make-tax-item").hidden = !may || box.dataset.lookOnly === "true";
  if (item.state) byId("tax-item-state").textContent = say(`connect_js.item_${item.state.replaceAll(" ", "_")}`);
}

byId("make-tax-item")?.addEventListener("click", async function make({ currentTarget }) {
  const button = currentTarget ?? byId("make-tax-item");
  button.setAttribute("aria-busy", "true");
  try {
    showTaxItem(await post("quickbooks/tax-item"));
    announce(say("connect_js.tax_item_asked"));
  } catch (error) {
    explain(notices(), error, () => make({}));
  } finally {
    button.removeAttribute("aria-busy");
  }
});

function showToken({ token }) {
  byId("token").textContent = token;
  byId("token-shown").hidden = false;
  byId("token-state").textContent = say("connect_js.token_set");
  byId("token-shown").focus();
  // Another one would make this one worthless before it is used: that takes a new look at the page, and a question.
  generate.disabled = true;
}

const generate = byId("generate");
if (generate && "again" in generate.dataset) {
  asks(generate, byId("again-dialog"), { send: () => post("connection/token"), done: showToken });
} else {
  generate?.addEventListener("click", async function make() {
    generate.setAttribute("aria-busy", "true");
    try {
      showToken(await post("connection/token"));
    } catch (error) {
      explain(notices(), error, make);
    } finally {
      generate.removeAttribute("aria-busy");
    }
  });
}

const confirm = byId("confirm-company");
if (confirm) {
  asks(confirm, byId("company-dialog"), { send: (values) => post("connection/confirm-company", values) });
}

const paste = byId("paste");
if (paste) {
  submits(paste, {
    send: ({ token }) => post("connection/token", { token }),
    done: () => {
      paste.reset();
      byId("token-state").textContent = say("connect_js.token_set");
    },
  });
}

byId("copy")?.addEventListener("click", async () => {
  const token = byId("token");
  // The admin may not lend its frame the clipboard: then the old way, which needs a selection.
  const copied = await navigator.clipboard.writeText(token.textContent).then(() => true, () => {
    getSelection().selectAllChildren(token);
    return document.execCommand("copy");
  });
  announce(say(copied ? "connect_js.copied" : "connect_js.copy_yourself"));
});

byId("qwc")?.addEventListener("click", async function save() {
  try {
    await download("connection/qwc");
  } catch (error) {
    explain(notices(), error, save);
  }
});
