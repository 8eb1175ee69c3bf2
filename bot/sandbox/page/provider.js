// What the providers do wrong on demand, ordered for the messages to come, and what of it is still to come.

import { post } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { menuButton } from "./menus.js";

const FAULTS = [
  ["provider_busy", "Too busy", "Refuses the next message for now (429) and asks for 30 seconds of patience."],
  ["provider_down", "Down", "Cannot be reached: the next message is certainly not taken."],
  ["provider_timeout", "No answer", "Takes the next message, but its answer never comes back."],
  ["provider_refuses", "Refuses the recipient", "Says for good that the next recipient cannot receive messages."],
  ["provider_opted_out", "Blocked by the carrier", "Says that the next recipient told the carrier to stop."],
  ["undelivered", "Not delivered", "Takes the next message, and says later that it did not arrive."],
  ["no_receipt", "No receipt", "Takes the next message and says nothing more: you say whether it arrived."],
];
const NAMES = Object.fromEntries(FAULTS);

/** {element, ordered, show(faults)}: the menu's button, and the list of what is ordered, {name: how often}. */
export function createProvider(app) {
  const list = h("ul", { class: "ordered-list" });
  let faults = {};
  const order = (kind, count) => app.attempt(async () => show((await post("faults", { kind, count })).faults));
  const clear = h("button", { type: "button", class: "button ordered-clear", on: { click: () => order("no_fault", 0) } }, "Take all back");
  const ordered = h("div", { class: "ordered", role: "status", hidden: true }, h("span", { class: "ordered-title", text: "Goes wrong next:" }), list, clear);
  const items = () => FAULTS.map(([kind, label, description]) => ({ label, description, pick: () => order(kind, (faults[kind] ?? 0) + 1) }));
  const element = menuButton("Provider: let something go wrong", [icon("warn"), "Provider"], items, { class: "button with-icon" });
  const show = (now) => {
    faults = now;
    const held = ordered.contains(document.activeElement);
    list.replaceChildren(...Object.entries(now).map(([kind, count]) => chip(kind, count, () => order(kind, 0))));
    ordered.hidden = !list.childElementCount;
    if (held && (ordered.hidden || !ordered.contains(document.activeElement))) (list.querySelector("button") ?? element).focus();
  };
  return { element, ordered, show };
}

/** A fault that is bound to a method ("server_error:chat.postMessage") can only be taken back with all others. */
function chip(kind, count, takeBack) {
  const name = NAMES[kind] ?? kind;
  const text = count === 1 ? name : `${name} (${count} times)`;
  return h("li", { class: "ordered-one" }, h("span", { text }), kind.includes(":") ? null : iconButton("close", `Take back: ${name}`, takeBack));
}
