// The schedule in words, as it would be with what is typed just now.

import { get } from "./api.js";
import { comboboxes } from "./combobox.js";
import { settingsForms } from "./settings_form.js";

const PAUSE = 250;
const said = document.getElementById("next-run");
const form = said.closest("form");
let timer;
let asked = 0;

comboboxes(form);
settingsForms();
form.addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("schedule.")) return;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
look();

async function look() {
  const number = (asked += 1);
  const values = new FormData(form);
  const query = new URLSearchParams();
  for (const name of ["mode", "time_of_day", "time_zone"]) query.set(name, values.get(`schedule.${name}`));
  // What is half typed is no fault yet: it is judged when it is saved.
  const answer = await get(`schedule/next?${query}`).catch(() => undefined);
  if (answer && number === asked && said.textContent !== answer.text) said.textContent = answer.text;
}
