// The preview of a day: the very entries that a sync would post, with debits and credits.

import { get, Refused } from "./api.js";
import { faults } from "./form.js";
import { announce, explain } from "./notices.js";
import "./onward.js";
import { amount, say } from "./words.js";

const form = document.getElementById("choose-day");
const place = document.getElementById("preview");
const said = form.querySelector("[data-form-error]");
const day = form.elements.namedItem("from");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
let asked = 0;
if (!("missing" in form.dataset)) show();

/** The day that was asked for last is the one that is shown, whatever is answered first. */
async function show() {
  const number = (asked += 1);
  form.setAttribute("aria-busy", "true");
  said.replaceChildren();
  place.replaceChildren(make("p", { textContent: say("preview_js.loading") }), waiting());
  try {
    const found = await get(`preview?${new URLSearchParams({ from: day.value, to: day.value })}`);
    if (number === asked) draw(found);
  } catch (error) {
    if (number !== asked) return;
    place.replaceChildren();
    if (error instanceof Refused && error.status === 422) faults(form, error.errors, said);
    else explain(said, error, show);
  } finally {
    if (number === asked) form.removeAttribute("aria-busy");
  }
}

function draw({ entries, exceptions, accounts, totals }) {
  if (!entries.length && !exceptions.length) return nothing();
  announce(say("preview_js.ready", { count: entries.length }));
  const sum = (side) => accounts.reduce((cents, one) => cents + Math.round(Number(one[side]) * 100), 0) / 100;
  const money = (text) => (Number(text) ? amount(text) : "");
  const parts = [
    card(say("preview_js.totals"), table(say("preview_js.totals"), ["document", "count", "amount"],
      totals.map((one) => [kind(one.kind), String(one.count), amount(one.amount)]), 1)),
    card(say("preview_js.accounts"), table(say("preview_js.accounts"), ["account", "debit", "credit"], [
      ...accounts.map((one) => [one.account, money(one.debit), money(one.credit)]),
      [say("preview_js.sum"), amount(sum("debit")), amount(sum("credit"))],
    ], 1, true)),
  ];
  if (exceptions.length) {
    const rows = exceptions.map((one) => [one.title, amount(one.amount), one.reason]);
    const shown = table(say("preview_js.exceptions"), ["document", "amount", "reason"], rows, 1, false, 2);
    parts.push(card(say("preview_js.exceptions"), make("p", { textContent: say("preview_js.wait") }), shown));
  }
  if (entries.length) parts.push(card(say("preview_js.entries"), ...entries.map(entry)));
  place.replaceChildren(...parts);
}

function entry(one) {
  const title = [kind(one.kind), one.ref_number, one.name].filter(Boolean).join(" · ");
  const summary = make("summary", {}, make("span", { textContent: title }), " ",
    make("strong", { textContent: amount(one.amount) }));
  const rows = one.postings.map((line) => [line.account, line.debit && amount(line.debit), line.credit && amount(line.credit)]);
  const body = rows.length ? table(title, ["account", "debit", "credit"], rows, 1)
    : make("p", { className: "hint", textContent: say("preview_js.no_postings") });
  return make("details", { className: "entry" }, summary, make("p", { className: "hint", textContent: one.memo }), body);
}

function nothing() {
  const before = new Date(`${day.value}T12:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  const button = make("button", { type: "button", className: "button", textContent: say("preview_js.day_before") });
  button.addEventListener("click", () => {
    day.value = before.toISOString().slice(0, 10);
    show();
  });
  place.replaceChildren(card(say("preview_js.empty"), make("p", { textContent: say("preview_js.empty_text") }), button));
  announce(say("preview_js.empty"));
}

const kind = (name) => (say(`document.${name}`) === `document.${name}` ? name : say(`document.${name}`));

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function card(heading, ...content) {
  return make("s-section", { className: "card" }, make("h2", { textContent: heading }), ...content);
}

function waiting() {
  const bar = make("progress", {});
  bar.setAttribute("aria-label", say("preview_js.loading"));
  return bar;
}

/** Columns from `numbers` up to `until` are amounts; the last row may be the sum. */
function table(caption, columns, rows, numbers, summed = false, until = columns.length) {
  const isNumber = (i) => i >= numbers && i < until;
  const cell = (tag, text, i) => make(tag, { textContent: text, className: isNumber(i) ? "number" : "" });
  const head = make("tr", {}, ...columns.map((name, i) => Object.assign(cell("th", say(`preview_js.${name}`), i), { scope: "col" })));
  const body = rows.map((row, at) =>
    make("tr", { className: summed && at === rows.length - 1 ? "total" : "" },
      ...row.map((text, i) => (i ? cell("td", text, i) : Object.assign(cell("th", text, i), { scope: "row" })))));
  const made = make("table", {}, make("caption", { className: "unseen", textContent: caption }),
    make("thead", {}, head), make("tbody", {}, ...body));
  const box = make("div", { className: "scrolls", tabIndex: 0, role: "region" }, made);
  box.setAttribute("aria-label", caption);
  return box;
}
