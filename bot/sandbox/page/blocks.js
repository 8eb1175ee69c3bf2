// Draws Block Kit blocks; a type it does not know gets an honest label instead of a guess.

import { chart } from "./charts.js";
import { freshId, h, icon, patch } from "./dom.js";
import { element, image, notDrawn } from "./elements.js";
import { blockKey, holdsValue } from "./form.js";
import { inputElement } from "./inputs.js";
import { markdown } from "./markdown.js";
import { textNodes } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

/**
 * Brings `parent` to show `blocks`, keeping what did not change. `ctx`: {app, form, act(element, blockId, value), find(element, blockId, text), submit?}; the viewer is part
 * of a block's signature because names and times are drawn for a person.
 */
export function showBlocks(parent, blocks, ctx) {
  parent.classList.add("blocks");
  patch(parent, (blocks ?? []).map((block, index) => {
    const id = blockKey(block, index);
    return { key: id, signature: JSON.stringify(block) + ctx.app.me.id, build: () => drawBlock(block, id, ctx) };
  }));
}

function drawBlock(block, id, ctx) {
  const draw = BLOCKS[block.type];
  const node = draw ? draw(block, id, ctx) : notDrawn("Block", block.type);
  node.dataset.blockId = id;
  node.dataset.blockType = block.type;
  return node;
}

function section(block, id, ctx) {
  const textId = freshId("text");
  const accessory = block.accessory ? h("div", { class: `accessory accessory-${block.accessory.type}` }, element(block.accessory, id, ctx, block.text ? textId : null)) : null;
  const fields = block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textNodes(field, ctx.app)))) : null;
  const text = block.text ? h("div", { class: "section-text", id: textId }, textNodes(block.text, ctx.app)) : null;
  return h("div", { class: "block section" }, h("div", { class: "section-main" }, text, fields), accessory);
}

function header(block, id, ctx) {
  return h("div", { class: "block header-block", role: "heading", "aria-level": String((block.level ?? 1) + 2) }, textNodes(block.text, ctx.app));
}

function context(block, id, ctx) {
  return h("div", { class: "block context" }, block.elements.map((item) => (item.type === "image" ? image(item, "context-image") : h("span", { class: "context-text" }, textNodes(item, ctx.app)))));
}

function actions(block, id, ctx) {
  return h("div", { class: "block actions" }, block.elements.map((item) => element(item, id, ctx)));
}

function imageBlock(block, id, ctx) {
  return h("figure", { class: "block image" }, block.title ? h("figcaption", {}, textNodes(block.title, ctx.app)) : null, image(block, "block-image"));
}

const LEVELS = { info: "info", success: "check", warning: "warn", error: "warn", default: "info" };

function alert(block, id, ctx) {
  const level = block.level in LEVELS ? block.level : "default";
  return h("div", { class: `block alert alert-${level}`, role: level === "error" ? "alert" : "note" }, icon(LEVELS[level]), h("div", {}, textNodes(block.text, ctx.app)));
}

function card(block, id, ctx) {
  const words = ["title", "subtitle", "body", "subtext"].filter((name) => block[name]).map((name) => h("div", { class: `card-${name}` }, textNodes(block[name], ctx.app)));
  return h("div", { class: "block card" }, block.hero_image ? image(block.hero_image, "card-hero") : null,
    h("div", { class: "card-main" }, block.icon ? image(block.icon, "card-icon") : null, h("div", { class: "card-words" }, words)),
    block.actions ? h("div", { class: "card-actions" }, block.actions.map((item) => element(item, id, ctx))) : null);
}

function carousel(block, id, ctx) {
  return h("div", { class: "block carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, block.elements.map((item, index) => card(item, blockKey(item, `${id}-${index}`), ctx)));
}

function container(block, id, ctx) {
  const inner = h("div");
  showBlocks(inner, block.child_blocks ?? [], ctx);
  const title = block.title ? h("div", { class: "card-title" }, textNodes(block.title, ctx.app)) : null;
  const subtitle = block.subtitle ? h("div", { class: "card-subtitle" }, textNodes(block.subtitle, ctx.app)) : null;
  return h("div", { class: "block container" }, title, subtitle, inner);
}

function input(block, id, ctx) {
  const field = {
    id: freshId("field"), blockId: id, required: !block.optional, isInput: true, dispatch: Boolean(block.dispatch_action), describedBy: null, label: null, labelledBy: null,
  };
  const hint = block.hint ? h("div", { class: "hint", id: `${field.id}-hint` }, textNodes(block.hint, ctx.app)) : null;
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const labelId = `${field.id}-label`;
  if (hint) field.describedBy = hint.id;
  if (grouped) field.labelledBy = labelId;
  const control = holdsValue(block.element) ? inputElement(block.element, field, ctx) : notDrawn("Element", block.element.type);
  const words = [textNodes(block.label, ctx.app), block.optional ? h("span", { class: "optional", text: " (optional)" }) : null];
  const label = grouped ? h("div", { class: "label", id: labelId }, words) : h("label", { class: "label", for: field.id, id: labelId }, words);
  return h("div", { class: "block input-block", dataset: { field: field.id } }, label, control, counter(block.element, control), hint);
}

function counter(item, control) {
  if (item.type !== "plain_text_input" || !item.max_length || item.max_length > 2999) return null;
  const node = h("div", { class: "counter", "aria-hidden": "true" });
  const count = () => { const left = item.max_length - control.value.length; node.textContent = left <= Math.max(20, item.max_length / 10) ? String(left) : ""; };
  control.addEventListener("input", count);
  count();
  return node;
}

/** Shows {block_id: sentence} under the fields and takes away what no longer holds; focuses the first wrong field when asked. */
export function showErrors(parent, errors, focus) {
  let first = null;
  for (const block of parent.querySelectorAll(".input-block")) {
    const wrong = errors[block.dataset.blockId];
    const field = block.querySelector(`#${block.dataset.field}`);
    block.querySelector(":scope > .field-error")?.remove();
    block.classList.toggle("wrong", Boolean(wrong));
    if (field) describe(block, field, wrong);
    if (wrong && !first) first = field;
  }
  const target = first?.matches("[role=group], [role=radiogroup]") ? first.querySelector("input") : first;
  if (focus) target?.focus();
}

function describe(block, field, wrong) {
  const id = `${field.id}-error`;
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (wrong) {
    block.append(h("div", { class: "field-error", id, role: "alert" }, icon("warn"), h("span", { text: wrong })));
    others.unshift(id);
    field.setAttribute("aria-invalid", "true");
  } else field.removeAttribute("aria-invalid");
  if (others.length) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}

const BLOCKS = {
  section, header, context, actions, image: imageBlock, alert, card, carousel, container, input, context_actions: actions,
  divider: () => h("div", { class: "block" }, h("hr", { class: "divider" })),
  rich_text: (block, id, ctx) => h("div", { class: "block rich-text" }, richText(block, ctx.app)),
  markdown: (block) => h("div", { class: "block markdown" }, markdown(block.text)),
  table: (block, id, ctx) => h("div", { class: "block" }, table(block, ctx)),
  data_table: (block, id, ctx) => h("div", { class: "block" }, dataTable(block, id, ctx)),
  data_visualization: (block) => h("div", { class: "block" }, chart(block)),
};
