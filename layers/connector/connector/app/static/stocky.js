// Whether Stocky still answers, asked with the key that is typed, or with the one that is kept.

import { post } from "./api.js";
import { banner, explain } from "./notices.js";
import { say } from "./words.js";

const button = document.getElementById("test-stocky");
const said = document.getElementById("stocky-said");

button.addEventListener("click", async function test() {
  button.setAttribute("aria-busy", "true");
  try {
    const key = button.closest("form").elements.namedItem("stocky_api_key").value;
    const { ok, problem } = await post("purchases/stocky/test", { key });
    banner(said, ok ? "success" : "warning", ok ? say("purchase_setup_js.stocky_works") : problem);
  } catch (error) {
    explain(said, error, test);
  } finally {
    button.removeAttribute("aria-busy");
  }
});
