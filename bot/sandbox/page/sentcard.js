// One message that left: to whom, the words, how far it came, what was answered; and the box to answer in.

import { post } from "./api.js";
import { answerBox } from "./answers.js";
import { h, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockTime, dayName, fullTime } from "./time.js";

const KINDS = { SMS: { icon: "thread", name: "Text" }, EMAIL: { icon: "mail", name: "E-mail" } };
const STATES = { sent: ["Sent", "send"], delivered: ["Delivered", "check"], undelivered: ["Not delivered", "warn"] };

/** {element, update(entry)}: the card stays while its entry changes, so that what is being typed stays too. */
export function createCard(app, entry) {
  return new Card(app, entry);
}

class Card {
  constructor(app, entry) {
    this.app = app;
    this.head = h("div", { class: "sent-head" });
    this.replies = h("div", { class: "sent-replies", role: "log", "aria-label": "Answers" });
    this.foot = h("div", { class: "sent-foot" });
    this.box = h("div", { class: "sent-box" });
    this.open = h("button", { type: "button", class: "button", "aria-expanded": "false", on: { click: () => this.answer() } }, "Answer as the recipient");
    this.element = h("article", { class: "sent" }, this.head, entry.subject ? h("h3", { class: "sent-subject", text: entry.subject }) : null, h("div", { class: "sent-body" }, linked(entry.body ?? "")), this.replies, this.foot, this.box);
    this.update(entry);
  }

  update(entry) {
    const { me } = this.app;
    const seen = JSON.stringify([entry, me.tz, dayName(Date.parse(entry.at), me.tz)]);
    if (seen === this.seen) return;
    Object.assign(this, { entry, seen });
    this.element.setAttribute("aria-label", `${kindOf(entry).name} to ${shown(entry.to)}, ${when(entry.at, me.tz)}`);
    this.head.replaceChildren(...headNodes(entry, me.tz));
    this.drawReplies();
    this.drawFoot();
  }

  drawReplies() {
    if (this.zone !== this.app.me.tz) this.replies.replaceChildren();
    this.zone = this.app.me.tz;
    const fresh = this.entry.replies.slice(this.replies.childElementCount);
    this.replies.append(...fresh.map((reply) => replyNode(this.app, reply)));
  }

  drawFoot() {
    const held = this.foot.contains(document.activeElement);
    const byHand = this.entry.state === "sent" && !this.entry.receipt;
    const say = (state, label) => h("button", { type: "button", class: "button", on: { click: () => this.receipt(state) } }, label);
    this.foot.replaceChildren(this.open, ...(byHand ? [say("delivered", "Deliver"), say("undelivered", "Not delivered")] : []));
    if (held) this.open.focus({ preventScroll: true });
  }

  receipt(state) {
    return this.app.attempt(() => post("receipt", { send_id: this.entry.send_id, state }));
  }

  answer() {
    if (this.box.childElementCount) return this.close();
    const send = async (text, refused) => Boolean(await this.app.attempt(() => post("reply", { send_id: this.entry.send_id, text }), refused));
    const box = answerBox({ label: `${shown(this.entry.to)} answers`, send, leave: () => this.close() });
    this.box.replaceChildren(box.element);
    this.open.setAttribute("aria-expanded", "true");
    return box.focus();
  }

  close() {
    this.box.replaceChildren();
    this.open.setAttribute("aria-expanded", "false");
    this.open.focus({ preventScroll: true });
  }
}

function kindOf(entry) {
  return KINDS[entry.medium] ?? { icon: "send", name: entry.medium };
}

/** A number of North America as people write it; anything else as it is. */
export function shown(address) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(address ?? "");
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : address ?? "nobody";
}

function when(at, zone) {
  const ms = Date.parse(at);
  return `${dayName(ms, zone)} at ${clockTime(ms, zone)}`;
}

function headNodes(entry, zone) {
  const ms = Date.parse(entry.at);
  const [name, sign] = STATES[entry.state] ?? [entry.state, "info"];
  return [
    h("span", { class: "sent-kind" }, icon(kindOf(entry).icon), h("span", { text: kindOf(entry).name })),
    h("span", { class: "sent-to", text: shown(entry.to) }),
    h("span", { class: `sent-state state-${entry.state}` }, icon(sign), h("span", { text: name })),
    h("span", { class: "sent-facts" }, h("time", { datetime: new Date(ms).toISOString(), title: fullTime(ms, zone), text: when(entry.at, zone) }), cut(entry), entry.from ? ` · from ${shown(entry.from)}` : ""),
  ];
}

function cut(entry) {
  if (!entry.segments) return "";
  const signs = entry.encoding === "UCS-2" ? "UCS-2: a sign outside the texting alphabet makes each shorter" : entry.encoding;
  return ` · ${entry.segments} segment${entry.segments === 1 ? "" : "s"} (${signs})`;
}

function replyNode(app, reply) {
  const zone = app.me.tz;
  return h("div", { class: "sent-reply" }, h("div", { class: "reply-words", text: reply.text }), h("div", { class: "reply-time", text: when(reply.at, zone) }), ...takenNodes(app, reply));
}

/** What an answer was taken for, in the app's words. */
export function takenNodes(app, answer) {
  const words = answer.sentence ?? (answer.taken_for ? `Taken for: ${answer.taken_for}` : null);
  return words ? [h("div", { class: "taken" }, mrkdwn(words, app))] : [];
}

/** The words, with links of this server to follow as the recipient would. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, index) => {
    const here = index % 2 === 1 && URL.canParse(part) && new URL(part).origin === window.location.origin;
    return here ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer", text: part }) : part;
  });
}
