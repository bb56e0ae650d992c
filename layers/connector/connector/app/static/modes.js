// What the modes come to for this shop: how many documents a month, by the orders of the last 30 days.

import { get } from "./api.js";
import { settingsForms } from "./settings_form.js";
import { say } from "./words.js";

settingsForms();
const { orders } = await get("shop/volume").catch(() => ({}));
for (const place of Number.isInteger(orders) ? document.querySelectorAll("[data-volume]") : []) {
  place.textContent = say(`modes_js.${place.dataset.volume}`, { count: orders });
  place.hidden = false;
}
