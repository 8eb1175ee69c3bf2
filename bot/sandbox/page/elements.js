// The elements of a block: buttons, menus, images, and (through inputs.js) everything that holds a value.

import { freshId, h, icon } from "./dom.js";
import { holdsValue } from "./form.js";
import { inputElement } from "./inputs.js";
import { askConfirm, menuButton } from "./menus.js";
import { textNodes } from "./mrkdwn.js";

/**
 * Draws one interactive element outside an input block (actions, section accessory, card).
 * `labelledBy` is the id of the text it belongs to, when there is one.
 */
export function element(item, blockId, ctx, labelledBy = null) {
  if (item.type === "button") return button(item, blockId, ctx);
  if (item.type === "overflow") return overflow(item, blockId, ctx);
  if (item.type === "image") return image(item, "accessory-image");
  if (item.type === "feedback_buttons") return h("span", { class: "feedback" }, [item.positive_button, item.negative_button].map((one) => button({ ...one, action_id: item.action_id }, blockId, ctx, one.value)));
  if (item.type === "icon_button") return button(item, blockId, ctx);
  if (!holdsValue(item)) return notDrawn("Element", item.type);
  const field = { id: freshId("field"), blockId, labelledBy, label: item.placeholder?.text ?? readable(item.action_id), dispatch: true };
  return h("div", { class: `inline-field inline-${item.type}` }, inputElement(item, field, confirming(item, ctx)));
}

function readable(actionId) {
  return (actionId ?? "Choice").replace(/[_.:-]+/g, " ");
}

/** A label in place of what this page does not draw. */
export function notDrawn(what, type) {
  return h("div", { class: "not-drawn", text: `${what} type ${type} is not drawn here` });
}

function confirming(item, ctx) {
  if (!item.confirm) return ctx;
  const act = async (one, blockId, value) => ((await askConfirm(item.confirm, ctx.app)) ? ctx.act(one, blockId, value) : undefined);
  return { ...ctx, act };
}

function button(item, blockId, ctx, value = undefined) {
  const style = item.style === "primary" ? "button primary" : item.style === "danger" ? "button danger" : "button";
  const name = { "aria-label": item.accessibility_label ?? null, dataset: { key: `${blockId}/${item.action_id}/${item.value ?? ""}` } };
  const press = async () => {
    if (node.getAttribute("aria-busy") === "true") return;
    if (item.confirm && !(await askConfirm(item.confirm, ctx.app))) return;
    node.setAttribute("aria-busy", "true");
    await ctx.act(item, blockId, value);
    node.removeAttribute("aria-busy");
  };
  const props = { class: style, ...name, on: { click: press } };
  const node = item.url
    ? h("a", { ...props, href: /^https?:/i.test(item.url) ? item.url : null, target: "_blank", rel: "noopener noreferrer" }, textNodes(item.text, ctx.app))
    : h("button", { type: "button", ...props }, textNodes(item.text, ctx.app));
  return node;
}

function overflow(item, blockId, ctx) {
  const pick = async (option) => {
    if (item.confirm && !(await askConfirm(item.confirm, ctx.app))) return;
    await ctx.act(item, blockId, option.value);
  };
  const items = () => item.options.map((option) => ({ label: textNodes(option.text, ctx.app), description: option.description ? textNodes(option.description, ctx.app) : null, url: option.url, pick: () => pick(option) }));
  return menuButton(item.accessibility_label ?? "More options", icon("dots"), items, { class: "button overflow", "data-key": `${blockId}/${item.action_id}` });
}

/** An image from this server; what would be loaded from elsewhere is named and linked, since the sandbox loads nothing from outside. */
export function image(item, className) {
  const url = item.image_url ?? item.slack_file?.url ?? "";
  const here = new URL(url, window.location.href).origin === window.location.origin;
  if (url && here) return h("img", { class: className, src: url, alt: item.alt_text ?? "" });
  const host = /^https?:/i.test(url) ? new URL(url).host : "another place";
  return h("span", { class: `${className} image-outside`, role: "img", "aria-label": item.alt_text ?? "Image", title: `Image from ${host}: the sandbox loads nothing from outside` }, icon("image"),
    className === "block-image" ? h("span", { class: "image-alt", text: `${item.alt_text ?? "Image"} (from ${host}, not loaded)` }) : null);
}
