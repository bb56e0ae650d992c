// On every page: our links take a fresh session token along, so that no page has to be fetched by a detour.

import { base, token } from "./api.js";

const TOKEN = "id_token";

/** Goes to a page of ours: a path such as "/syncs", or an address that `link` made. */
export async function go(address) {
  const to = new URL(address, location.href);
  if (!to.pathname.startsWith(`${base}/`)) to.pathname = base + to.pathname;
  for (const name of ["shop", "host", "locale", "embedded"]) {
    const value = new URLSearchParams(location.search).get(name);
    if (value && !to.searchParams.has(name)) to.searchParams.set(name, value);
  }
  // Without a token the server finds another way to one.
  const fresh = await token().catch(() => "");
  if (fresh) to.searchParams.set(TOKEN, fresh);
  location.assign(to);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  const to = new URL(link.href, location.href);
  const here = to.pathname === location.pathname && to.search === location.search;
  if (to.origin !== location.origin || !to.pathname.startsWith(`${base}/`) || (here && to.hash)) return;
  event.preventDefault();
  go(to);
});

// A token in the address is of no use a minute later, and a reload or a copied address should not carry it.
const address = new URL(location.href);
if (address.searchParams.has(TOKEN)) {
  for (const name of [TOKEN, "hmac", "timestamp", "session"]) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
}
