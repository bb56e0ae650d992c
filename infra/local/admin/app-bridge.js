// What the pages use of App Bridge, where no admin is around them: session tokens come from the local admin's desk.
(() => {
  const desk = new URL(document.currentScript.src).origin;
  const query = new URLSearchParams(location.search);
  const reload = query.get("shopify-reload");
  window.shopify = {
    config: { apiKey: document.querySelector("meta[name=shopify-api-key]").content, shop: query.get("shop"), host: query.get("host"), locale: query.get("locale") },
    idToken: () => fetch(`${desk}/token`).then((answer) => answer.text()),
    scopes: {
      request: (scopes) => fetch(`${desk}/scopes`, { method: "POST", body: new URLSearchParams({ scopes }) }).then((answer) => answer.json()),
    },
    toast: { show: () => undefined },
    loading: () => undefined,
  };
  if (reload) {
    window.shopify.idToken().then((token) => {
      const to = new URL(reload);
      to.searchParams.set("id_token", token);
      location.replace(to);
    });
  }
})();
