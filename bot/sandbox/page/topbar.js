// The bar at the top: that this is not Slack, who one is, what time it is here, and whether the app is listening.

import { createClock } from "./clock.js";
import { h, icon, iconButton } from "./dom.js";

/** {element, notice, clock, redraw()}. */
export function createTopbar(app) {
  const clock = createClock(app);
  const people = h("div", { class: "people-options" });
  const element = h("header", { class: "topbar" },
    iconButton("menu", "Channels and apps", () => app.sidebar.toggle(), { class: "icon-button burger", "aria-controls": "sidebar", "aria-expanded": "false" }),
    h("p", { class: "banner-label" }, icon("info"), h("span", { text: app.workspace.label })),
    clock.element,
    h("fieldset", { class: "you-are" }, h("legend", { text: "You are" }), people));
  const notice = h("div", { class: "notice", role: "status" });
  people.append(...app.workspace.people.map((person) => personOption(app, person)));
  const redraw = () => {
    clock.tick();
    for (const input of people.querySelectorAll("input")) input.checked = input.value === app.me.name;
    showNotice(notice, noticeText(app));
  };
  return { element, notice, clock, redraw };
}

function personOption(app, person) {
  const input = h("input", { type: "radio", name: "you-are", value: person.name, id: `you-${person.name}`, on: { change: () => app.be(person) } });
  return h("span", { class: "person-option" }, input, h("label", { for: input.id, title: `${person.real_name}, ${person.role}` }, person.real_name.split(" ")[0], h("span", { class: "person-role", text: ` ${person.role}` })));
}

function noticeText(app) {
  if (!app.online) return "The sandbox’s server does not answer. Trying again…";
  if (!app.workspace.connected) return `${app.workspace.app.name} is not connected to this sandbox: commands, buttons and forms will not be answered until it is.`;
  return null;
}

function showNotice(notice, text) {
  if ((notice.lastChild?.textContent ?? null) === text) return;
  notice.replaceChildren(...(text ? [icon("warn"), h("span", { text })] : []));
}
