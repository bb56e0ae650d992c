// A question before something that can't be undone: the browser's own dialog keeps the focus and knows Escape.

import { submits } from "./form.js";

/** `button` opens the dialog; `send` and `done` as in `submits`. It closes when it was done. */
export function asks(button, dialog, { send, done, opened }) {
  const form = dialog.querySelector("form");
  button.addEventListener("click", async () => {
    dialog.showModal();
    await opened?.(dialog);
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  submits(form, {
    send,
    done: async (answer) => {
      dialog.close();
      await done?.(answer);
    },
  });
}
