// A list of messages: a log that keeps what did not change, groups by day and author, and follows the newest.

import { showBlocks } from "./blocks.js";
import { h, icon, iconButton, patch } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { Form } from "./form.js";
import { menuButton } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { authorName, avatar } from "./people.js";
import { clockTime, dayKey, dayName, fullTime, msOf, now } from "./time.js";

const GROUP_MS = 300000;
const NEAR_END = 80;

/** {element, show(rows, place), clear()}. `thread`: whether it is the thread pane; `label` names the log. */
export function createList(app, { thread, label }) {
  const log = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": label });
  const element = h("div", { class: "scroller", tabindex: "0", role: "group", "aria-label": label }, log);
  const forms = new Map();
  let shown = null;
  const show = (rows, place) => {
    const atEnd = shown !== place || element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    log.setAttribute("aria-live", shown === place ? "polite" : "off");
    patch(log, itemsOf(app, rows, { thread, forms }));
    shown = place;
    if (atEnd) element.scrollTop = element.scrollHeight;
  };
  return { element, log, show };
}

function itemsOf(app, rows, context) {
  const items = [];
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    const day = dayKey(msOf(row.ts), app.me.tz);
    const newDay = !before || dayKey(msOf(before.ts), app.me.tz) !== day;
    if (newDay && !context.thread) items.push(dayItem(app, row, day));
    const compact = !newDay && follows(row, before) && !(context.thread && index === 1);
    items.push({ key: row.ts + (row.ephemeral ? "e" : ""), signature: [JSON.stringify(row), compact, app.me.id, dayKey(now(), app.me.tz)].join(), build: () => message(app, row, compact, context) });
    if (context.thread && index === 0) items.push(countItem(rows.length - 1));
  });
  return items;
}

function follows(row, before) {
  return row.user === before.user && row.bot === before.bot && !row.ephemeral && !before.ephemeral && !before.reply_count && msOf(row.ts) - msOf(before.ts) < GROUP_MS;
}

function dayItem(app, row, day) {
  const name = dayName(msOf(row.ts), app.me.tz);
  return { key: `day-${day}`, signature: name, build: () => h("div", { class: "day", role: "separator", "aria-label": name }, h("span", { text: name })) };
}

function countItem(count) {
  const text = count === 1 ? "1 reply" : `${count} replies`;
  return { key: "count", signature: text, build: () => h("div", { class: count ? "reply-line" : "reply-line none" }, count ? h("span", { text }) : null) };
}

function message(app, row, compact, { thread, forms }) {
  const name = authorName(app, row);
  const ms = msOf(row.ts);
  const time = h("time", { class: "stamp", datetime: new Date(ms).toISOString(), title: fullTime(ms, app.me.tz), text: clockTime(ms, app.me.tz) });
  const head = compact ? null : h("div", { class: "message-head" }, h("span", { class: "author", text: name }), row.bot ? h("span", { class: "badge", text: "APP" }) : null, time);
  const classes = ["message", compact ? "compact" : "", row.ephemeral ? "ephemeral" : ""].filter(Boolean).join(" ");
  return h("article", { class: classes, "aria-label": `${name}, ${clockTime(ms, app.me.tz)}`, dataset: { ts: row.ts, key: `message/${row.ts}` } },
    h("div", { class: "gutter" }, compact ? time : avatar(app, row)),
    h("div", { class: "message-body" }, row.ephemeral ? onlyYou() : null, head, content(app, row, forms), thread ? null : replies(app, row)),
    row.ephemeral ? null : tools(app, row, thread));
}

function onlyYou() {
  return h("div", { class: "only-you" }, icon("eye"), h("span", { text: "Only visible to you" }));
}

function content(app, row, forms) {
  const edited = row.edited ? h("span", { class: "edited", text: " (edited)" }) : null;
  const channel = app.channel.id;
  if (!forms.has(row.ts)) forms.set(row.ts, new Form());
  const act = (element, blockId, value) => app.perform("click", { channel, ts: row.ts, action_id: element.action_id, block_id: blockId, value });
  const find = (element, blockId, value) => app.find({ channel, ts: row.ts, action_id: element.action_id, block_id: blockId, value });
  const ctx = { app, form: forms.get(row.ts), act, find };
  const words = row.blocks?.length ? h("div", { class: "message-blocks" }, blocksOf(row.blocks, ctx), edited) : h("div", { class: "message-text" }, mrkdwn(row.text, app), edited);
  return h("div", {}, words, (row.attachments ?? []).map((one) => attachment(one, ctx)), reactions(app, row));
}

function blocksOf(blocks, ctx) {
  const holder = h("div");
  showBlocks(holder, blocks, ctx);
  return holder;
}

/** An attachment: a bar in its own colour beside its blocks or its text. */
function attachment(one, ctx) {
  const node = h("div", { class: "attachment" }, one.blocks?.length ? blocksOf(one.blocks, ctx) : mrkdwn(one.text ?? one.fallback ?? "", ctx.app));
  if (/^#?[0-9a-f]{6}$/i.test(one.color ?? "")) node.style.borderLeftColor = `#${one.color.replace("#", "")}`;
  return node;
}

function reactions(app, row) {
  if (!row.reactions?.length) return null;
  return h("div", { class: "reactions" }, row.reactions.map((one) => h("span", { class: "reaction", title: one.users.map((id) => app.personName(id) ?? id).join(", ") }, withEmoji(`:${one.name}:`), ` ${one.count}`)));
}

function replies(app, row) {
  if (!row.reply_count) return null;
  const text = row.reply_count === 1 ? "1 reply" : `${row.reply_count} replies`;
  return h("button", { type: "button", class: "replies", dataset: { key: `replies/${row.ts}` }, on: { click: () => app.go(app.place, row.ts) } }, text);
}

function tools(app, row, thread) {
  const shortcuts = app.workspace.shortcuts.filter((shortcut) => shortcut.type === "message");
  const channel = app.channel.id;
  const run = (shortcut) => app.perform("shortcut", { callback_id: shortcut.callback_id, channel, ts: row.ts });
  const items = () => shortcuts.map((shortcut) => ({ label: shortcut.name, description: shortcut.description, pick: () => run(shortcut) }));
  return h("div", { class: "tools", role: "group", "aria-label": "Message actions" },
    thread ? null : iconButton("thread", "Reply in thread", () => app.go(app.place, row.thread_ts ?? row.ts), { "data-key": `thread/${row.ts}` }),
    shortcuts.length ? menuButton("More actions", icon("dots"), items, { class: "icon-button", "data-key": `more/${row.ts}` }) : null);
}
