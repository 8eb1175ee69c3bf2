// Turns Slack's mrkdwn and plain text into DOM nodes; text is only ever set as text.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { fillDate } from "./time.js";

const INLINE = new RegExp([
  "`(?<code>[^`\\n]+)`",
  "<(?<angle>[^<>\\n]+)>",
  "(?<![\\p{L}\\p{N}*])\\*(?=\\S)(?<bold>(?:<[^<>\\n]*>|[^*\\n])+?)(?<=\\S)\\*(?![\\p{L}\\p{N}*])",
  "(?<![\\p{L}\\p{N}_])_(?=\\S)(?<italic>(?:<[^<>\\n]*>|[^_\\n])+?)(?<=\\S)_(?![\\p{L}\\p{N}_])",
  "(?<![\\p{L}\\p{N}~])~(?=\\S)(?<strike>(?:<[^<>\\n]*>|[^~\\n])+?)(?<=\\S)~(?![\\p{L}\\p{N}~])",
].join("|"), "gu");

/** Decodes the three entities that Slack uses. */
export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Nodes of a text object ({type: mrkdwn | plain_text, text}) for `app` (people, channels, zone of the viewer). */
export function textNodes(object, app) {
  if (!object) return [];
  if (typeof object === "string") return [withEmoji(unescape(object))];
  if (object.type === "mrkdwn") return mrkdwn(object.text, app);
  const text = unescape(object.text ?? "");
  return lines(object.emoji === false ? text : withEmoji(text));
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/** Nodes of a mrkdwn text. */
export function mrkdwn(text, app) {
  return (text ?? "").split(/```\n?([\s\S]*?)\n?```\n?/).flatMap((part, index) => {
    if (index % 2) return [h("pre", { class: "mk-pre" }, h("code", { text: unescape(part.replace(/<([^<>|]+)\|?([^<>]*)>/g, (_, url, label) => label || url)) }))];
    return part === "" ? [] : paragraphs(part, app);
  });
}

function kindOf(line) {
  if (/^(&gt;|>)/.test(line)) return "quote";
  if (/^\s*[•◦▪]\s/.test(line)) return "bullet";
  return "text";
}

function paragraphs(text, app) {
  const groups = [];
  for (const line of text.split("\n")) {
    const kind = kindOf(line);
    const last = groups.at(-1);
    if (last && last.kind === kind) last.lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  return groups.flatMap((group) => groupNodes(group, app));
}

function groupNodes({ kind, lines: rows }, app) {
  if (kind === "quote") return [h("blockquote", { class: "mk-quote" }, joined(rows.map((row) => row.replace(/^(&gt;|>){1,3}\s?/, "")), app))];
  if (kind === "bullet") return [h("ul", { class: "mk-list" }, rows.map((row) => h("li", { class: /^\s*◦/.test(row) ? "deeper" : "" }, inline(row.replace(/^\s*[•◦▪]\s+/, ""), app))))];
  return [h("span", { class: "mk-text" }, joined(rows, app))];
}

function joined(rows, app) {
  return rows.flatMap((row, index) => (index ? [h("br"), ...inline(row, app)] : inline(row, app)));
}

/** Nodes of one line. */
export function inline(text, app) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(withEmoji(unescape(text.slice(from, match.index))));
    nodes.push(inlineNode(match, app));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(withEmoji(unescape(text.slice(from))));
  return nodes;
}

function inlineNode(match, app) {
  const { code, angle, bold, italic, strike } = match.groups;
  if (code !== undefined) return h("code", { class: "mk-code", text: unescape(code) });
  if (angle !== undefined) return angleNode(angle, match, app);
  if (bold !== undefined) return h("strong", {}, inline(bold, app));
  if (italic !== undefined) return h("em", {}, inline(italic, app));
  return h("s", {}, inline(strike, app));
}

function angleNode(inner, match, app) {
  const [target, label] = splitOnce(inner, "|");
  if (target.startsWith("@")) return mention(app, target.slice(1), label);
  if (target.startsWith("#")) return h("span", { class: "pill", text: `#${app.channelName(target.slice(1)) ?? label ?? target.slice(1)}` });
  if (target.startsWith("!date^")) return dateNode(target, label, app, match.index === 0);
  if (/^!(channel|here|everyone)$/.test(target)) return h("span", { class: "pill loud", text: `@${target.slice(1)}` });
  if (target.startsWith("!subteam^")) return h("span", { class: "pill", text: label ?? "@group" });
  if (/^(https?:|mailto:|tel:)/i.test(target)) return link(unescape(target), label ? inline(label, app) : [unescape(target).replace(/^(mailto|tel):/, "")]);
  return unescape(match[0]);
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** A person's name as a pill, louder when it is the viewer's own. */
export function mention(app, id, label = null) {
  return h("span", { class: id === app.me.id ? "pill loud" : "pill", text: `@${app.personName(id) ?? label ?? id}` });
}

/** A link that opens beside the sandbox. Anything but http, https, mailto and tel is shown as text. */
export function link(url, children) {
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return h("span", {}, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

function dateNode(target, fallback, app, first) {
  const [, seconds, pattern, url] = target.split("^");
  const text = fillDate(pattern ?? "", Number(seconds), app.me.tz, first) ?? unescape(fallback ?? "");
  const node = h("time", { datetime: new Date(Number(seconds) * 1000).toISOString(), text });
  return url ? link(url, [node]) : node;
}
