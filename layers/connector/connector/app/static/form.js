// A form that is sent by fetch: each fault beside its field, and nothing typed is ever lost.

import { Refused } from "./api.js";
import { announce, banner, explain } from "./notices.js";
import { say } from "./words.js";

/**
 * `send(values, form)` calls the API; `done(answer)` follows. `place` is where what concerns the whole form is said.
 * `draft` is a name under which what is typed is kept for this tab until it is saved; `secret` fields never are.
 */
export function submits(form, { send, done, place, draft, secret = [] }) {
  const said = place ?? form.querySelector("[data-form-error]") ?? document.getElementById("notices");
  if (draft) keepDraft(form, draft, said, secret);
  const submit = async () => {
    if (form.getAttribute("aria-busy") === "true") return;
    clear(form, said);
    busy(form, true);
    try {
      const answer = await send(valuesOf(form), form);
      if (draft) sessionStorage.removeItem(draft);
      announce(say("js.saved"));
      await done?.(answer);
    } catch (error) {
      if (error instanceof Refused && error.status === 422) faults(form, error.errors, said);
      else explain(said, error, submit);
    } finally {
      busy(form, false);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
}

/** What the fields hold, by name; a checkbox is true or false. */
export function valuesOf(form) {
  const values = Object.fromEntries(new FormData(form));
  for (const box of form.querySelectorAll("input[type=checkbox][name]")) values[box.name] = box.checked;
  return values;
}

/** Names with dots as an object: {"schedule.mode": "manual"} is {schedule: {mode: "manual"}}. */
export function nested(values) {
  const made = {};
  for (const [name, value] of Object.entries(values)) {
    const cut = name.indexOf(".");
    if (cut < 0) made[name] = value;
    else (made[name.slice(0, cut)] ??= {})[name.slice(cut + 1)] = value;
  }
  return made;
}

/** Each fault beside its field, the rest together; the first field gets the focus. */
export function faults(form, errors, said) {
  const elsewhere = [];
  let first;
  for (const fault of errors) {
    const field = form.elements.namedItem(fault.key);
    const place = [...form.querySelectorAll("[data-error-of]")].find((one) => one.dataset.errorOf === fault.key);
    if (!field || !place) {
      elsewhere.push(`${fault.problem} ${fault.fix ?? ""}`.trim());
      continue;
    }
    const inputs = field instanceof RadioNodeList ? [...field] : [field];
    for (const input of inputs) input.setAttribute("aria-invalid", "true");
    place.textContent = `${fault.problem} ${fault.fix ?? ""}`.trim();
    place.hidden = false;
    first ??= inputs.find((input) => input.checked) ?? inputs[0];
  }
  const count = errors.length - elsewhere.length;
  if (elsewhere.length) banner(said, "critical", elsewhere.join(" "));
  else if (count) announce(say("js.check_fields", { count }));
  first?.focus();
}

function clear(form, said) {
  said.replaceChildren();
  for (const place of form.querySelectorAll("[data-error-of]")) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function busy(form, is) {
  form.setAttribute("aria-busy", String(is));
  for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-busy", String(is));
  if (is) announce(say("js.working"));
}

function keepDraft(form, name, said, secret) {
  const kept = JSON.parse(sessionStorage.getItem(name) ?? "null");
  const fields = () => [...form.elements].filter((field) => field.name && !secret.includes(field.name));
  let changed = false;
  for (const field of kept ? fields() : []) {
    if (!(keyOf(field) in kept)) continue;
    const value = kept[keyOf(field)];
    const now = isTicked(field) ? field.checked : field.value;
    changed ||= now !== value;
    if (isTicked(field)) field.checked = value;
    else field.value = value;
  }
  if (changed) banner(said, "info", say("js.restored"));
  form.addEventListener("input", () => {
    const values = fields().map((field) => [keyOf(field), isTicked(field) ? field.checked : field.value]);
    sessionStorage.setItem(name, JSON.stringify(Object.fromEntries(values)));
  });
}

const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
const keyOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);
