// The few of Polaris' elements that the pages use, as far as they change how a page reads: each shows its children.
(() => {
  const style = (text) => Object.assign(new CSSStyleSheet(), {}).replace(text);
  const element = (name, css, head = () => "") =>
    customElements.define(name, class extends HTMLElement {
      async connectedCallback() {
        if (this.shadowRoot) return;
        const root = this.attachShadow({ mode: "open" });
        root.innerHTML = `${head(this)}<slot></slot>`;
        root.adoptedStyleSheets = [await style(css)];
      }
    });
  const tones = { success: "#cdfee1", info: "#e0f0ff", warning: "#fff1d6", critical: "#fee8eb" };
  const toned = Object.entries(tones).map(([tone, colour]) => `:host([tone=${tone}]) { background: ${colour} }`).join("\n");
  element("s-page", ":host { display: block } div { font: 650 20px sans-serif; max-width: 966px; margin: 16px auto -8px; padding: 0 16px }", (page) =>
    `<div aria-hidden="true">${page.getAttribute("heading")}</div>`);
  element("s-section", ":host { display: block; background: #fff; border-radius: 12px; padding: 16px; margin-bottom: 16px; box-shadow: 0 1px 3px #0003 }");
  element("s-banner", `:host { display: block; border-radius: 8px; padding: 12px } ${toned}`);
  element("s-badge", `:host { display: inline-block; border-radius: 8px; padding: 1px 8px; background: #e8e8e8 } ${toned}`);
  element("s-link", ":host { display: inline }");
})();
