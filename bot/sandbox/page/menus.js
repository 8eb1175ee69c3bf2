// Pop-up menus and confirm dialogs: keyboard operable, and focus goes back where it came from.

import { freshId, h } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

const GAP = 4;

/** Puts a top-layer popup under its anchor, or above it when there is no room below. */
export function place(popup, anchor, { width = false, end = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (width) popup.style.width = `${box.width}px`;
  const size = popup.getBoundingClientRect();
  const below = box.bottom + GAP + size.height <= window.innerHeight || box.top < size.height + GAP;
  const left = end ? box.right - size.width : box.left;
  popup.style.top = `${Math.max(GAP, below ? Math.min(box.bottom + GAP, window.innerHeight - size.height - GAP) : box.top - size.height - GAP)}px`;
  popup.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - size.width - GAP))}px`;
}

/**
 * Opens a menu at a button. `items`: [{label, description?, danger?, url?, pick()}]; arrows move, Enter picks, Escape and Tab close.
 * One menu is open at a time.
 */
export function openMenu(anchor, label, items) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual", id: freshId("menu") });
  const close = (refocus = true) => {
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    anchor.setAttribute("aria-expanded", "false");
    menu.remove();
    if (refocus && anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false);
    else if (anchor.contains(event.target)) { event.preventDefault(); close(); }
  };
  menu.append(...items.map((item) => menuItem(item, close)));
  menu.addEventListener("keydown", (event) => menuKey(event, menu, close));
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  place(menu, anchor, { end: anchor.getBoundingClientRect().left > window.innerWidth / 2 });
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  menu.querySelector("[role=menuitem]")?.focus();
}

function menuItem(item, close) {
  const pick = (event) => {
    if (!item.url) event.preventDefault();
    close();
    item.pick?.();
  };
  const parts = [h("span", { class: "menu-label" }, item.label), item.description ? h("span", { class: "menu-description" }, item.description) : null];
  const props = { class: item.danger ? "menu-item danger" : "menu-item", role: "menuitem", tabindex: "-1", on: { click: pick } };
  return item.url ? h("a", { ...props, href: item.url, target: "_blank", rel: "noopener noreferrer" }, parts) : h("button", { ...props, type: "button" }, parts);
}

function menuKey(event, menu, close) {
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const moves = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 };
  if (event.key in moves) items[moves[event.key]].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A button that opens a menu. `items` is a function, so that the menu is always of the moment. */
export function menuButton(label, content, items, props = {}) {
  const button = h("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label, ...props }, content);
  button.addEventListener("click", () => openMenu(button, label, items()));
  return button;
}

/** Asks as a Block Kit confirm object does; resolves true for the confirming button. */
export function askConfirm(confirm, app) {
  const title = freshId("confirm-title");
  const body = freshId("confirm-text");
  const danger = confirm.style === "danger";
  const no = h("button", { type: "button", class: "button", on: { click: () => dialog.close("no") } }, textNodes(confirm.deny ?? "Cancel", app));
  const yes = h("button", { type: "button", class: `button ${danger ? "danger filled" : "primary"}`, on: { click: () => dialog.close("yes") } }, textNodes(confirm.confirm ?? "Yes", app));
  const dialog = h("dialog", { class: "dialog confirm", role: "alertdialog", "aria-labelledby": title, "aria-describedby": body },
    h("h2", { id: title, class: "dialog-title" }, textNodes(confirm.title ?? "Are you sure?", app)),
    h("div", { id: body, class: "dialog-body" }, textNodes(confirm.text, app)),
    h("div", { class: "dialog-foot" }, no, yes));
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  (danger ? no : yes).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(dialog.returnValue === "yes");
    });
  });
}
