// What the shop has not granted: named, and asked for on Shopify's own page, which App Bridge opens.

import { get } from "./api.js";
import { say } from "./words.js";

const place = document.getElementById("access-all");
if (place) look();

async function look() {
  const { missing } = await get("shop/access").catch(() => ({ missing: null }));
  if (!missing) return; // what the server knew stays
  const rows = missing.map((one) => Object.assign(document.createElement("li"), { textContent: one.words }));
  place.querySelector("[data-list]").replaceChildren(...rows);
  if (!rows.length) place.querySelector("[data-text]").textContent = say("access_js.all");
  const scopes = [...new Set(missing.flatMap((one) => one.scopes))];
  const grant = place.querySelector("[data-grant]");
  grant.hidden = !scopes.length || !window.shopify?.scopes;
  grant.onclick = async () => {
    await window.shopify.scopes.request(scopes).catch(() => undefined);
    await look();
  };
}
