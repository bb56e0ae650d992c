// Everything taken along as files, and starting over.

import { get, post } from "./api.js";
import { submits } from "./form.js";
import { announce, banner, notices } from "./notices.js";
import { go } from "./page.js";
import { say } from "./words.js";

/** Part by part, so that a file may be as large as it is. */
async function whole(values) {
  const parts = [];
  let name;
  for (let after = ""; ; ) {
    const asked = { what: values.what, ...(values.what === "settings" ? {} : { from: values.from, to: values.to }) };
    const part = await get(`export?${new URLSearchParams({ ...asked, ...(after ? { after } : {}) })}`);
    name = part.name;
    parts.push(typeof part.content === "string" ? part.content : JSON.stringify(part.content, null, 2));
    after = part.next;
    if (!after) return { name, parts };
    announce(say("reset_js.part", { count: parts.length }));
  }
}

submits(document.getElementById("export"), {
  send: whole,
  done: ({ name, parts }) => {
    const mark = name.endsWith(".csv") ? ["\ufeff"] : [];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([...mark, ...parts]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    announce(say("reset_js.downloaded", { name }));
  },
});

const form = document.getElementById("reset");
if (form) {
  submits(form, {
    send: (values) => post("integration/reset", values),
    done: ({ counts }) => {
      form.replaceWith();
      banner(notices(), "success", say("reset_js.done", counts), { again: () => go("/setup"), label: say("reset_js.setup") });
      notices().scrollIntoView({ block: "nearest" });
    },
  });
}
