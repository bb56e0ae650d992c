// Home: the light turns by itself, and a sync that runs is seen to end.

import "./access.js";
import { announce } from "./notices.js";
import { poll } from "./poll.js";
import { say } from "./words.js";

const TONES = { ok: "success", waiting: "warning" };
const state = document.getElementById("health-state");
const light = document.querySelector("#connection .light");

poll("connection", 15, ({ health, last_contact_said: heard }) => {
  const tone = TONES[health.state] ?? "critical";
  const turned = light.dataset.tone !== tone;
  light.dataset.tone = tone;
  state.textContent = say(`health_state.${health.state}`);
  document.getElementById("health-text").textContent = health.state === "ok" ? "" : `${health.text} ${health.advice}`;
  if (heard) document.getElementById("last-contact").textContent = heard;
  if (turned) announce(say(`health_state.${health.state}`));
  return false;
});

const sync = document.getElementById("sync-state");
const ended = (name) => name === "DONE" || name === "FAILED";
if (sync && !ended(sync.dataset.state)) {
  poll(`syncs/${sync.dataset.sync}`, 5, (now) => {
    sync.textContent = say(`sync_state.${now.state}`);
    if (!ended(now.state)) return false;
    sync.setAttribute("tone", now.state === "DONE" ? "success" : "critical");
    announce(say(`sync_state.${now.state}`));
    return true;
  });
}
