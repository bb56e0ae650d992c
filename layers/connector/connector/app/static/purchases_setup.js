// Purchases in the set-up: what the shop has granted, and asking for what it has not.

import { get } from "./api.js";
import { explain, notices } from "./notices.js";
import { settingsForms } from "./settings_form.js";
import "./stocky.js";
import { say } from "./words.js";

const TOPICS = ["purchase_orders", "receipts"];
const access = document.getElementById("access");
const grant = document.getElementById("grant");

settingsForms();
look();

async function look() {
  try {
    const { missing } = await get("shop/access");
    const lacking = missing.filter((one) => TOPICS.includes(one.topic));
    const scopes = [...new Set(lacking.flatMap((one) => one.scopes))];
    access.querySelector(".light").dataset.tone = lacking.length ? "warning" : "success";
    access.querySelector("[data-text]").textContent = say(lacking.length ? "purchase_setup_js.missing" : "purchase_setup_js.granted");
    access.nextElementSibling.textContent = lacking.length ? say("purchase_setup_js.scopes", { scopes: scopes.join(", ") }) : "";
    grant.hidden = !scopes.length || !window.shopify?.scopes;
    grant.onclick = () => ask(scopes);
  } catch (error) {
    access.querySelector("[data-text]").textContent = say("purchase_setup_js.unknown");
    explain(notices(), error, look);
  }
}

/** App Bridge opens Shopify's own page for it. */
async function ask(scopes) {
  await window.shopify.scopes.request(scopes).catch(() => undefined);
  await look();
}
