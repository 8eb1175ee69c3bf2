// The box to write in: messages, slash commands with suggestions, and the shortcuts menu.

import { freshId, h, icon, iconButton } from "./dom.js";
import { openMenu } from "./menus.js";

const COMMAND = /^(\/\S+)(?:\s+([\s\S]*))?$/;
const TALLEST = 240;

/** {element, redraw(), focus()}. `thread()` is the ts of the thread it writes into, or null. */
export function createComposer(app, { thread, inThread = false }) {
  return new Composer(app, thread, inThread);
}

class Composer {
  constructor(app, thread, inThread) {
    Object.assign(this, { app, thread, inThread, drafts: new Map(), at: -1, dismissed: false, busy: false, key: null });
    this.build();
  }

  build() {
    const id = freshId("suggestions");
    this.list = h("div", { class: "suggestions", role: "listbox", id, "aria-label": "Commands", hidden: true });
    this.input = h("textarea", {
      rows: "1", class: "composer-input", id: freshId("composer"), role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, "aria-haspopup": "listbox",
      autocomplete: "off", on: { input: () => this.typed(), keydown: (event) => this.keyed(event), blur: () => this.suggest([]) },
    });
    this.label = h("label", { class: "hidden-visually", for: this.input.id });
    this.hint = h("div", { class: "usage", hidden: true });
    this.wrong = h("div", { class: "composer-error", role: "alert" });
    this.send = iconButton("send", "Send now", () => this.submit(), { class: "icon-button send" });
    const shortcuts = this.app.workspace.shortcuts.some((shortcut) => shortcut.type === "global") && !this.inThread;
    this.bolt = iconButton("bolt", "Shortcuts", () => this.openShortcuts(), { class: "icon-button", "aria-haspopup": "menu", "aria-expanded": "false", hidden: !shortcuts });
    this.list.addEventListener("pointerdown", (event) => this.press(event));
    this.element = h("div", { class: "composer" }, this.list, h("div", { class: "composer-box" }, this.label, this.input, this.hint, h("div", { class: "composer-bar" }, this.bolt, h("span", { class: "composer-tip", text: "Enter sends · Shift + Enter makes a new line" }), this.send)), this.wrong);
  }

  redraw() {
    const key = `${this.app.place}/${this.app.me.id}/${this.thread() ?? ""}`;
    const where = this.app.isAppPlace ? this.app.workspace.app.name : `#${this.app.place}`;
    this.label.textContent = this.inThread ? "Reply in the thread" : `Message ${where}`;
    this.input.placeholder = this.inThread ? "Reply…" : `Message ${where}`;
    if (key === this.key) return;
    this.key = key;
    this.fail(null);
    this.fill(this.drafts.get(key) ?? "");
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  fill(text) {
    this.input.value = text;
    this.typed();
  }

  typed() {
    this.dismissed = false;
    this.drafts.set(this.key, this.input.value);
    this.grow();
    const start = this.input.value.match(/^\/\S*$/)?.[0].toLowerCase();
    const commands = this.app.workspace.commands;
    this.suggest(start && document.activeElement === this.input ? commands.filter((command) => command.command.startsWith(start)) : []);
    this.showUsage();
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(TALLEST, this.input.scrollHeight)}px`;
    this.send.classList.toggle("ready", Boolean(this.input.value.trim()));
  }

  showUsage() {
    const typed = this.input.value.match(/^(\/\S+)\s/)?.[1];
    const command = this.app.workspace.commands.find((one) => one.command === typed);
    this.hint.hidden = !command;
    this.hint.textContent = command ? `${command.command} ${command.usage_hint ?? ""}`.trim() : "";
  }

  suggest(commands) {
    this.shown = commands;
    this.at = commands.length ? 0 : -1;
    this.list.hidden = !commands.length;
    this.input.setAttribute("aria-expanded", String(commands.length > 0));
    this.list.replaceChildren(...commands.map((command, index) => this.row(command, index)));
    this.mark();
  }

  row(command, index) {
    return h("div", { class: "suggestion", role: "option", id: `${this.list.id}-${index}`, dataset: { index: String(index) } },
      h("span", { class: "suggestion-name", text: command.command }), h("span", { class: "suggestion-hint", text: command.usage_hint ?? "" }), h("span", { class: "suggestion-text", text: command.description ?? "" }));
  }

  mark() {
    [...this.list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === this.at)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    event.preventDefault();
    const row = event.target.closest(".suggestion");
    if (row) this.complete(this.shown[Number(row.dataset.index)]);
  }

  complete(command) {
    this.fill(`${command.command} `);
    this.focus();
  }

  keyed(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    const whole = open && this.shown[this.at]?.command === this.input.value;
    if (open && event.key === "Escape") this.suggest([]);
    else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.move(event.key === "ArrowDown" ? 1 : -1);
    else if (open && (event.key === "Tab" || (event.key === "Enter" && !whole)) && !event.shiftKey) this.complete(this.shown[this.at]);
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(step) {
    this.at = (this.at + step + this.shown.length) % this.shown.length;
    this.mark();
  }

  fail(text) {
    this.wrong.replaceChildren(...(text ? [icon("warn"), h("span", { text })] : []));
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text || this.busy) return;
    const key = this.key;
    this.fail(null);
    this.suggest([]);
    this.busy = true;
    this.element.classList.add("busy");
    const accepted = await this.deliver(text);
    this.busy = false;
    this.element.classList.remove("busy");
    if (accepted) this.drafts.delete(key);
    if (accepted && this.key === key) this.fill("");
  }

  deliver(text) {
    const channel = this.app.channel.id;
    const refused = (error) => this.fail(error.message);
    const [, command, rest] = text.match(COMMAND) ?? [];
    if (!command) return this.app.perform("say", { channel, text, thread_ts: this.thread() ?? undefined }, refused);
    if (this.thread()) return this.fail(`${command} does not work in threads. Type it in the channel itself.`);
    return this.app.perform("command", { channel, command, text: rest ?? "" }, refused);
  }

  openShortcuts() {
    const shortcuts = this.app.workspace.shortcuts.filter((shortcut) => shortcut.type === "global");
    const run = (shortcut) => this.app.perform("shortcut", { callback_id: shortcut.callback_id });
    openMenu(this.bolt, "Shortcuts", shortcuts.map((shortcut) => ({ label: shortcut.name, description: shortcut.description, pick: () => run(shortcut) })));
  }
}
