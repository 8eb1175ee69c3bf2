// Short notices at the edge of the screen: what went wrong, or that something was done.

import { h, iconButton } from "./dom.js";

const STAY_MS = 6000;
let stack = null;

function holder() {
  if (!stack) {
    stack = h("div", { class: "toasts", role: "region", "aria-label": "Notices" });
    document.body.append(stack);
  }
  return stack;
}

/** Shows a notice. Errors stay until they are dismissed; others leave by themselves. */
export function toast(text, kind = "info") {
  const node = h("div", { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" }, h("span", { text }), iconButton("close", "Dismiss", () => node.remove()));
  const twins = [...holder().children].filter((other) => other.firstChild.textContent === text);
  for (const twin of twins) twin.remove();
  holder().append(node);
  if (kind !== "error") setTimeout(() => node.remove(), STAY_MS);
}

/** Takes every error away: something has worked since. */
export function clearErrors() {
  for (const node of [...holder().querySelectorAll(".toast-error")]) node.remove();
}
