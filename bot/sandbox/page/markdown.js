// Draws the markdown block: headings, emphasis, links, lists, quotes, code, rules and tables.

import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const INLINE = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|(?<![\w*])\*([^*\s][^*]*?)\*(?!\w)|(?<![\w_])_([^_\s][^_]*?)_(?!\w)/g;

/** Nodes of standard Markdown text. */
export function markdown(text) {
  const rows = text.replace(/\r/g, "").split("\n");
  const nodes = [];
  while (rows.length) nodes.push(...take(rows));
  return nodes;
}

function take(rows) {
  const first = rows[0];
  if (!first.trim()) return rows.shift() && [];
  if (/^```/.test(first)) return [fence(rows)];
  if (/^#{1,6}\s/.test(first)) return [heading(rows.shift())];
  if (/^(---+|\*\*\*+)\s*$/.test(first)) return rows.shift() && [h("hr", { class: "divider" })];
  if (/^\|.*\|\s*$/.test(first) && /^\|[\s:|-]+\|\s*$/.test(rows[1] ?? "")) return [table(rows)];
  if (/^>\s?/.test(first)) return [h("blockquote", { class: "mk-quote" }, markdown(run(rows, /^>\s?/).map((row) => row.replace(/^>\s?/, "")).join("\n")))];
  if (/^\s*[-*+]\s/.test(first)) return [list(rows, "ul", /^\s*[-*+]\s+/)];
  if (/^\s*\d+[.)]\s/.test(first)) return [list(rows, "ol", /^\s*\d+[.)]\s+/)];
  return [paragraph(rows)];
}

function run(rows, pattern) {
  const taken = [];
  while (rows.length && pattern.test(rows[0])) taken.push(rows.shift());
  return taken;
}

function fence(rows) {
  rows.shift();
  const code = [];
  while (rows.length && !/^```/.test(rows[0])) code.push(rows.shift());
  rows.shift();
  return h("pre", { class: "mk-pre" }, h("code", { text: code.join("\n") }));
}

function heading(row) {
  const level = row.match(/^#+/)[0].length;
  return h("p", { class: `md-heading md-heading-${Math.min(level, 3)}`, role: "heading", "aria-level": String(Math.min(level + 2, 6)) }, inline(row.replace(/^#+\s+/, "")));
}

function list(rows, tag, pattern) {
  return h(tag, { class: "mk-list" }, run(rows, pattern).map((row) => h("li", { class: /^\s{2,}/.test(row) ? "deeper" : "" }, inline(row.replace(pattern, "")))));
}

function paragraph(rows) {
  const taken = [rows.shift()];
  while (rows.length && rows[0].trim() && !/^(#{1,6}\s|```|>|\s*[-*+]\s|\s*\d+[.)]\s|\|)/.test(rows[0])) taken.push(rows.shift());
  return h("p", { class: "md-text" }, taken.flatMap((row, index) => (index ? [h("br"), ...inline(row)] : inline(row))));
}

function table(rows) {
  const cells = (row) => row.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const head = cells(rows.shift());
  rows.shift();
  const body = run(rows, /^\|.*\|\s*$/).map(cells);
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { class: "table" },
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell) => h("td", {}, inline(cell))))))));
}

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(withEmoji(text.slice(from, match.index)));
    nodes.push(inlineNode(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(withEmoji(text.slice(from)));
  return nodes;
}

function inlineNode([, code, label, url, bold, bold2, strike, italic, italic2]) {
  if (code !== undefined) return h("code", { class: "mk-code", text: code });
  if (url !== undefined) return link(url, inline(label));
  if (bold ?? bold2) return h("strong", {}, inline(bold ?? bold2));
  if (strike) return h("s", {}, inline(strike));
  return h("em", {}, inline(italic ?? italic2));
}
