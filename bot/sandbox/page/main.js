// The middle of the page: a channel with its composer, or the app with its tabs.

import { createComposer } from "./composer.js";
import { h, icon } from "./dom.js";
import { createList } from "./messages.js";
import { avatar } from "./people.js";

const TABS = [["home", "Home"], ["messages", "Messages"], ["about", "About"]];

/** {element, redraw(), showMessages(rows)}. */
export function createMain(app) {
  const head = h("div", { class: "main-head" });
  const list = createList(app, { thread: false, label: "Messages" });
  const composer = createComposer(app, { thread: () => null });
  const empty = h("div", { class: "empty" });
  const about = h("div", { class: "about" });
  const element = h("main", { class: "main" }, head, empty, list.element, composer.element, app.home.element, app.sent.element, about);
  let drawn = null;
  const redraw = () => {
    const key = `${app.place}/${app.me.id}`;
    if (key !== drawn) {
      head.replaceChildren(...headOf(app));
      list.log.replaceChildren();
      empty.replaceChildren();
      about.replaceChildren(...aboutNodes(app));
    }
    drawn = key;
    list.element.hidden = !app.channel;
    composer.element.hidden = !app.channel;
    empty.hidden = !app.channel;
    app.home.element.hidden = app.place !== "home";
    app.sent.element.hidden = app.place !== "sent";
    about.hidden = app.place !== "about";
    composer.redraw();
  };
  const showMessages = (rows) => {
    list.show(rows, `${app.place}/${app.me.id}`);
    empty.replaceChildren(...(rows.length ? [] : emptyNodes(app).filter(Boolean)));
  };
  return { element, redraw, showMessages };
}

function headOf(app) {
  if (app.place === "sent") return sentHead();
  return app.isAppPlace ? appHead(app) : channelHead(app);
}

function sentHead() {
  return [h("h2", { class: "main-title" }, icon("send"), h("span", { text: "Sent messages" })), h("p", { class: "topic", text: "Nobody outside gets them: you answer." })];
}

function channelHead(app) {
  return [h("h2", { class: "main-title" }, icon("hash"), h("span", { text: app.channel.name })), h("p", { class: "topic", text: app.channel.topic ?? "" })];
}

function appHead(app) {
  const tabs = TABS.map(([place, name]) => h("a", { class: "tab", href: `#${place}/${app.me.name}`, "aria-current": app.place === place ? "page" : null, text: name }));
  return [h("h2", { class: "main-title" }, avatar(app, { user: app.workspace.app.user_id }, "small"), h("span", { text: app.workspace.app.name })), h("nav", { class: "tabs", "aria-label": `${app.workspace.app.name} tabs` }, tabs)];
}

function emptyNodes(app) {
  if (app.isAppPlace) return [h("h3", { text: `This is your conversation with ${app.workspace.app.name}` }), h("p", { text: "Only you and the app see it. Type / to see what it can do." })];
  const commands = app.workspace.commands.map((command) => command.command).join(", ");
  return [h("h3", { text: `This is the very beginning of #${app.channel.name}` }), app.channel.topic ? h("p", { text: `${app.channel.topic}.` }) : null, h("p", { text: `Type / to see the commands: ${commands}.` })];
}

function aboutNodes(app) {
  const commands = app.workspace.commands.flatMap((command) => [h("dt", { text: `${command.command} ${command.usage_hint ?? ""}`.trim() }), h("dd", { text: command.description ?? "" })]);
  const shortcuts = app.workspace.shortcuts.flatMap((shortcut) => [h("dt", { text: `${shortcut.name} (${shortcut.type} shortcut)` }), h("dd", { text: shortcut.description ?? "" })]);
  return [h("p", { text: app.workspace.app.description ?? "" }), h("h3", { text: "Commands" }), h("dl", {}, commands), h("h3", { text: "Shortcuts" }), h("dl", {}, shortcuts)];
}
