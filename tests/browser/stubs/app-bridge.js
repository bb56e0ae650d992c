// What the pages use of App Bridge: session tokens from the admin around the frame, toasts, the menu in the admin.
(() => {
  const query = new URLSearchParams(location.search);
  const reload = query.get("shopify-reload");
  const waiting = new Map();
  let asked = 0;
  addEventListener("message", (event) => {
    if (event.source !== parent) return;
    if (event.data.go) location.assign(event.data.go);
    const answer = waiting.get(event.data.id);
    waiting.delete(event.data.id);
    if (answer) event.data.token ? answer.resolve(event.data.token) : answer.reject(new Error("no token"));
  });
  window.shopify = {
    config: { apiKey: document.querySelector("meta[name=shopify-api-key]").content, shop: query.get("shop"), host: query.get("host"), locale: query.get("locale") },
    idToken: () => new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      parent.postMessage({ id: asked, ask: "idToken" }, "*");
    }),
    toast: { show: (text) => parent.postMessage({ toast: text }, "*") },
    loading: () => undefined,
  };
  const plain = window.fetch;
  window.fetch = async (address, options = {}) => {
    const headers = new Headers(options.headers);
    const own = new URL(address, location.href).origin === location.origin;
    if (own && !headers.has("Authorization")) headers.set("Authorization", `Bearer ${await window.shopify.idToken()}`);
    return plain(address, { ...options, headers });
  };
  if (reload) {
    window.shopify.idToken().then((token) => {
      const to = new URL(reload);
      to.searchParams.set("id_token", token);
      location.replace(to);
    });
  }
  customElements.define("s-app-nav", class extends HTMLElement {
    connectedCallback() {
      addEventListener("DOMContentLoaded", () => {
        const links = [...this.querySelectorAll("s-link")];
        parent.postMessage({ menu: links.map((link) => [link.textContent, new URL(link.getAttribute("href"), location.href).href]) }, "*");
        this.hidden = true;
      });
    }
  });
})();
