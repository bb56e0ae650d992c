// Purchases: found, and brought in from a file that is looked at before anything is stored.

import { post, Refused } from "./api.js";
import { faults, submits } from "./form.js";
import { announce, banner, explain, notices } from "./notices.js";
import { go } from "./page.js";
import { amount, say } from "./words.js";

const search = document.getElementById("search");
search.addEventListener("submit", (event) => {
  event.preventDefault();
  const { state } = search.dataset;
  const q = new FormData(search).get("q").trim();
  go(`/purchases?${new URLSearchParams({ ...(state ? { state } : {}), ...(q ? { q } : {}) })}`);
});

const made = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function table(caption, headings, rows) {
  const cells = (tag, texts) => texts.map((text) => made(tag, { textContent: text, ...(tag === "th" ? { scope: "col" } : {}) }));
  const body = made("table", {}, made("caption", { className: "unseen", textContent: caption }));
  body.append(made("thead", {}, made("tr", {}, ...cells("th", headings))));
  body.append(made("tbody", {}, ...rows.map((row) => made("tr", {}, ...cells("td", row)))));
  const box = made("div", { className: "scrolls", tabIndex: 0 }, body);
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", caption);
  return box;
}

const form = document.getElementById("import");
if (form) {
  const found = document.getElementById("found");
  const selects = [...document.querySelectorAll("#columns select")];
  const field = (select) => select.name.replace("columns.", "");
  const bring = document.getElementById("bring");
  const look = document.getElementById("look");
  const said = form.querySelector("[data-form-error]");
  let columns = null;

  /** The file as text: in UTF-8, or as old programs on Windows write it. */
  async function text() {
    const file = form.elements.namedItem("csv").files[0];
    if (!file) return "";
    const bytes = await file.arrayBuffer();
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }

  const asked = async (more) => ({
    csv: await text(),
    dates: form.elements.namedItem("dates").value,
    decimals: form.elements.namedItem("decimals").value,
    ...(columns ? { columns } : {}),
    ...more,
  });

  function show(answer) {
    found.hidden = false;
    const none = say("purchases_js.no_column");
    for (const select of selects) {
      const chosen = answer.columns[field(select)] ?? "";
      select.replaceChildren(new Option(none, ""), ...answer.headers.map((name) => new Option(name, name)));
      select.value = chosen;
    }
    const parts = [made("p", {}, made("strong", { textContent: say("purchases_js.found", { count: answer.count }) }))];
    if (answer.column_problems.length) {
      parts.unshift(...answer.column_problems.map((problem) => made("p", { className: "error", textContent: problem })));
    }
    if (answer.problems.length) {
      const caption = say("purchases_js.problems", { count: answer.problems.length });
      parts.push(made("h3", { textContent: caption }));
      const rows = answer.problems.slice(0, 100).map((one) => [String(one.row), one.purchase, one.problem]);
      parts.push(table(caption, ["row", "purchase", "problem"].map((name) => say(`purchases_js.${name}`)), rows));
    }
    if (answer.purchases.length) {
      const caption = say("purchases_js.preview");
      parts.push(made("h3", { textContent: caption }));
      const rows = answer.purchases.map((one) => [
        one.number,
        one.supplier,
        String(one.ordered_units),
        one.ordered_amount ? `${amount(one.ordered_amount)} ${one.currency}` : "",
        String(one.received_units),
      ]);
      parts.push(table(caption, ["number", "supplier", "units", "amount", "received"].map((name) => say(`purchases_js.${name}`)), rows));
    }
    document.getElementById("preview").replaceChildren(...parts);
    bring.disabled = !answer.count;
  }

  async function see() {
    if (look.getAttribute("aria-busy") === "true") return;
    look.setAttribute("aria-busy", "true");
    said.replaceChildren();
    for (const place of form.querySelectorAll("[data-error-of]")) place.hidden = true;
    try {
      show(await post("purchases/import", await asked({ preview: true })));
    } catch (error) {
      if (error instanceof Refused && error.status === 422) faults(form, error.errors, said);
      else explain(said, error, see);
    } finally {
      look.setAttribute("aria-busy", "false");
    }
  }

  look.addEventListener("click", see);
  for (const name of ["csv", "dates", "decimals"]) {
    form.elements.namedItem(name).addEventListener("change", () => {
      if (name === "csv") columns = null;
      bring.disabled = true;
      if (form.elements.namedItem("csv").files.length) see();
    });
  }
  for (const select of selects) {
    select.addEventListener("change", () => {
      columns = Object.fromEntries(selects.filter((one) => one.value).map((one) => [field(one), one.value]));
      see();
    });
  }
  submits(form, {
    send: async () => post("purchases/import", await asked({})),
    done: (answer) => {
      announce(say("purchases_js.stored", { count: answer.stored }));
      banner(notices(), "success", say("purchases_js.stored", { count: answer.stored }), {
        again: () => go("/purchases"),
        label: say("purchases_js.show"),
      });
      notices().scrollIntoView({ block: "nearest" });
    },
  });
}
