// Draws the rich_text block and its parts.

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";
import { fillDate } from "./time.js";

/** Nodes of a rich_text block. */
export function richText(block, app) {
  return (block.elements ?? []).map((part) => partNode(part, app));
}

function partNode(part, app) {
  if (part.type === "rich_text_list") return listNode(part, app);
  if (part.type === "rich_text_preformatted") return h("pre", { class: "mk-pre" }, h("code", {}, leaves(part, app)));
  if (part.type === "rich_text_quote") return h("blockquote", { class: "mk-quote" }, leaves(part, app));
  return h("div", { class: "rt-section" }, leaves(part, app));
}

function listNode(part, app) {
  const ordered = part.style === "ordered";
  const start = ordered && part.offset ? String(part.offset + 1) : null;
  return h(ordered ? "ol" : "ul", { class: `mk-list indent-${part.indent ?? 0}`, start }, part.elements.map((item) => h("li", {}, leaves(item, app))));
}

function leaves(part, app) {
  return (part.elements ?? []).flatMap((leaf) => styled(leaf, leafNodes(leaf, app)));
}

function leafNodes(leaf, app) {
  switch (leaf.type) {
    case "text": return leaf.text.split("\n").flatMap((row, index) => (index ? [h("br"), row] : [row]));
    case "link": return [link(leaf.url, [leaf.text || leaf.url])];
    case "user": return [mention(app, leaf.user_id)];
    case "channel": return [h("span", { class: "pill", text: `#${app.channelName(leaf.channel_id) ?? leaf.channel_id}` })];
    case "broadcast": return [h("span", { class: "pill loud", text: `@${leaf.range}` })];
    case "emoji": return [emojiOf(leaf.name) ?? `:${leaf.name}:`];
    case "date": return [h("time", { text: fillDate(leaf.format ?? "{date_short_pretty} at {time}", leaf.timestamp, app.me.tz) ?? leaf.fallback ?? "" })];
    case "color": return [leaf.value];
    case "usergroup": return [h("span", { class: "pill", text: `@${leaf.usergroup_id}` })];
    default: return [`[${leaf.type}]`];
  }
}

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u" };

function styled(leaf, nodes) {
  const style = leaf.style ?? {};
  const start = style.code ? [h("code", { class: "mk-code" }, nodes)] : nodes;
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style[name] ? [h(tag, {}, inner)] : inner), start);
}
