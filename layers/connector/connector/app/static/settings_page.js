// Settings: the forms of the set-up, and the users' roles.

import { put } from "./api.js";
import { submits } from "./form.js";
import "./modes.js";
import { go } from "./page.js";
import "./schedule.js";
import "./stocky.js";

for (const form of document.querySelectorAll("form[data-user]")) {
  const id = form.dataset.user;
  submits(form, {
    send: (values) =>
      put(`users/${id}`, { label: values[`label.${id}`], role: values[`role.${id}`] }).catch((error) => {
        for (const fault of error.errors ?? []) fault.key = `${fault.key}.${id}`;
        throw error;
      }),
    done: () => go("/settings#users"),
  });
}
