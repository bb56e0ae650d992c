// Exceptions: helped on their rows, one or many at once, without losing the place.

import { get, post } from "./api.js";
import { submits } from "./form.js";
import { announce, banner, explain, notices } from "./notices.js";
import { go } from "./page.js";
import { say } from "./words.js";

const TONES = { HELD: "critical", DOUBTFUL: "warning", READ_BACK: "success", POSTED: "success", READY: "info" };
const rows = () => [...document.querySelectorAll("tr[data-entry]")];
const rowOf = (id) => rows().find((row) => row.dataset.entry === id);
const picked = () => rows().filter((row) => row.querySelector("[data-pick]")?.checked);
const offers = (row, fix) => row.dataset.fixes.split(" ").includes(fix);
let asked = [];

const search = document.getElementById("search");
search.addEventListener("submit", (event) => {
  event.preventDefault();
  const { state } = search.dataset;
  const q = new FormData(search).get("q").trim();
  go(`/exceptions?${new URLSearchParams({ ...(state ? { state } : {}), ...(q ? { q } : {}) })}`);
});

for (const button of document.querySelectorAll("[data-action]")) {
  const act = async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await post(button.dataset.action.replace(/^\/api\//, ""));
      button.replaceWith(Object.assign(document.createElement("p"), { textContent: say("exceptions_js.asked_for") }));
      announce(say("exceptions_js.asked_for"));
    } catch (error) {
      explain(notices(), error, act);
      button.setAttribute("aria-busy", "false");
    }
  };
  button.addEventListener("click", act);
}

/** The row after something was done about it: its new state instead of its buttons. */
function settle(row, state, text) {
  close(row);
  row.querySelector("[data-state]").textContent = say(`entry_state.${state}`);
  row.querySelector("[data-state]").setAttribute("tone", TONES[state] ?? "");
  row.querySelector("[data-reason]").textContent = text;
  row.querySelector(".buttons")?.remove();
  const pick = row.querySelector(".pick");
  if (pick) pick.querySelector("input").remove();
  row.dataset.fixes = "";
  row.classList.add("settled");
  count();
}

function outcome(row, entry) {
  if (entry.state === "HELD") return trouble(row, say("exceptions_js.still_held"));
  settle(row, entry.state, say(entry.state === "IGNORED" ? "exceptions_js.ignored" : "exceptions_js.goes"));
  row.focus();
}

function trouble(row, text) {
  const place = row.querySelector("[data-problem]") ?? document.createElement("div");
  place.dataset.problem = "";
  row.querySelector(".why").append(place);
  banner(place, "critical", text);
}

async function once(button, act) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    explain(notices(), error, () => once(button, act));
    notices().scrollIntoView({ block: "nearest" });
  } finally {
    button.setAttribute("aria-busy", "false");
  }
}

function close(row) {
  row.querySelector("[data-do=fix]")?.setAttribute("aria-expanded", "false");
  if (row.nextElementSibling?.matches(".fixes")) row.nextElementSibling.remove();
}

/** Below the row a form for each fix that it offers. */
async function open(row) {
  const known = await get(`entries/${row.dataset.entry}`);
  close(row);
  const cell = document.createElement("td");
  cell.colSpan = row.cells.length;
  for (const name of known.fixes) {
    const template = document.getElementById(`fix-${name}`);
    if (template) cell.append(filled(template, row.dataset.entry, known));
  }
  const below = document.createElement("tr");
  below.className = "fixes";
  below.append(cell);
  row.after(below);
  row.querySelector("[data-do=fix]").setAttribute("aria-expanded", "true");
  for (const form of cell.querySelectorAll("form")) {
    submits(form, {
      send: (values) => post(`entries/${row.dataset.entry}/fix`, { fix: form.dataset.fix, ...values }),
      done: (entry) => outcome(row, entry),
    });
  }
  cell.querySelector("input, select, button")?.focus();
}

function filled(template, id, known) {
  const form = template.content.cloneNode(true).firstElementChild;
  for (const element of form.querySelectorAll("[id], [for], [aria-describedby]")) {
    for (const name of ["id", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.split(" ").map((one) => `${one}-${id}`).join(" "));
    }
  }
  const choices = { from: known.accounts, txn_id: known.candidates };
  for (const [name, values] of Object.entries(choices)) {
    form.elements.namedItem(name)?.replaceChildren(...values.map((value) => new Option(value, value)));
  }
  if (form.dataset.fix === "first_open_day") form.querySelector(".hint").append(` ${known.first_open_day}`);
  return form;
}

const ACTS = {
  retry: (row, button) =>
    once(button, async () => outcome(row, await post(`entries/${row.dataset.entry}/retry`))),
  ignore: (row) => ask("ignore-dialog", [row]),
  fix: (row, button) => {
    if (button.getAttribute("aria-expanded") === "true") return close(row);
    return once(button, () => open(row));
  },
};
document.getElementById("entries")?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) ACTS[button.dataset.do](button.closest("tr"), button);
});

// Many at once.

const bar = document.getElementById("bulk");
function count() {
  if (!bar) return;
  const chosen = picked();
  bar.hidden = !chosen.length;
  document.getElementById("bulk-count").textContent = say("exceptions_js.chosen", { count: chosen.length });
  for (const name of ["retry", "ignore"]) {
    bar.querySelector(`[data-bulk=${name}]`).disabled = !chosen.some((row) => offers(row, name));
  }
  const fixable = chosen.some((row) => ["account", "reactivate", "first_open_day"].some((fix) => offers(row, fix)));
  bar.querySelector("[data-bulk=fix]").disabled = !fixable;
}
document.getElementById("entries")?.addEventListener("change", count);

function ask(dialogId, about) {
  asked = about.map((row) => row.dataset.entry);
  const dialog = document.getElementById(dialogId);
  dialog.querySelector("form").reset();
  dialog.showModal();
}

function results({ entries }) {
  let done = 0;
  for (const { id, state, problem } of entries) {
    const row = rowOf(id);
    if (problem || state === "HELD") trouble(row, problem ?? say("exceptions_js.still_held"));
    else {
      settle(row, state, say(state === "IGNORED" ? "exceptions_js.ignored" : "exceptions_js.goes"));
      done += 1;
    }
  }
  const text = say("exceptions_js.done", { count: done });
  const left = entries.length - done;
  if (left) banner(notices(), "warning", `${text} ${say("exceptions_js.left", { count: left })}`);
  announce(text);
  (rowOf(entries[0].id) ?? bar).focus();
}

const many = (fix) => picked().filter((row) => offers(row, fix)).map((row) => row.dataset.entry);
const BULK = {
  all: () => rows().forEach((row) => row.querySelector("[data-pick]") && (row.querySelector("[data-pick]").checked = true)),
  none: () => picked().forEach((row) => (row.querySelector("[data-pick]").checked = false)),
  retry: (button) => once(button, async () => results(await post("entries/retry", { ids: many("retry") }))),
  ignore: () => ask("ignore-dialog", picked().filter((row) => offers(row, "ignore"))),
  fix: () => ask("fix-dialog", picked()),
};
bar?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk]");
  if (!button) return;
  BULK[button.dataset.bulk](button);
  count();
});

for (const [id, path] of [["ignore-dialog", "entries/ignore"], ["fix-dialog", "entries/fix"]]) {
  const dialog = document.getElementById(id);
  if (!dialog) continue;
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  const single = id === "ignore-dialog";
  submits(dialog.querySelector("form"), {
    send: (values) =>
      single && asked.length === 1 ? post(`entries/${asked[0]}/ignore`, values) : post(path, { ...values, ids: asked }),
    done: (answer) => {
      dialog.close();
      if (answer.entries) results(answer);
      else outcome(rowOf(answer.id), answer);
    },
  });
}
count();
