// The place "Sent messages": what left for people outside, newest first, and what people and providers do about it.

import { createStranger } from "./answers.js";
import { h, icon, patch } from "./dom.js";
import { createProvider } from "./provider.js";
import { createCard, takenNodes } from "./sentcard.js";

/** {element, freshCount, redraw(), show(entries), showFaults(faults)}. */
export function createSent(app) {
  return new Sent(app);
}

class Sent {
  constructor(app) {
    Object.assign(this, { app, entries: [], seenCount: null, cards: new Map() });
    this.provider = createProvider(app);
    const stranger = createStranger(app, (answer) => takenNodes(app, answer));
    this.list = h("div", { class: "sent-list", role: "group", "aria-label": "Sent messages, newest first" });
    this.empty = h("div", { class: "sent-empty" }, icon("send"), h("h3", { text: "Nothing has left yet" }),
      h("p", { text: "Texts and e-mails to sellers and buyers show up here as soon as policy and law let them leave. What waits for a window leaves when the clock, at the top, is moved there." }));
    const tools = h("div", { class: "sent-tools" }, stranger.button, this.provider.element);
    this.element = h("div", { class: "outside", hidden: true }, h("div", { class: "outside-inner" }, tools, this.provider.ordered, stranger.element, this.empty, this.list));
  }

  /** How many have left that nobody has looked at here. */
  get freshCount() {
    return Math.max(0, this.entries.length - (this.seenCount ?? this.entries.length));
  }

  redraw() {
    this.draw();
  }

  show(entries) {
    const known = this.seenCount !== null;
    this.entries = entries;
    if (!known) this.seenCount = entries.length;
    this.seenCount = Math.min(this.seenCount, entries.length);
    this.draw();
  }

  showFaults(faults) {
    this.provider.show(faults);
  }

  draw() {
    if (this.app.place !== "sent") return;
    this.seenCount = this.entries.length;
    const keys = this.entries.map((entry, index) => `${index}/${entry.send_id}/${entry.at}`);
    for (const key of this.cards.keys()) if (!keys.includes(key)) this.cards.delete(key);
    const items = this.entries.map((entry, index) => ({ key: keys[index], signature: "", build: () => this.card(keys[index], entry).element }));
    patch(this.list, items.reverse());
    this.entries.forEach((entry, index) => this.cards.get(keys[index])?.update(entry));
    this.empty.hidden = this.entries.length > 0;
  }

  card(key, entry) {
    const card = createCard(this.app, entry);
    this.cards.set(key, card);
    return card;
  }
}
