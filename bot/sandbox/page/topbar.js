// The bar at the top: that this is not Slack, who one is, what time it is here, and whether the app is listening.

import { post } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { askConfirm, menuButton } from "./menus.js";
import { clockTime, fullTime, now, setNow } from "./time.js";
import { toast } from "./toast.js";

const TICK_MS = 15000;
const STEPS = [["10 minutes", 600], ["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];

/** {element, notice, redraw()}. */
export function createTopbar(app) {
  const time = h("time", { class: "bar-time" });
  const clock = menuButton("Sandbox clock", [icon("clock"), time], () => clockItems(app), { class: "bar-button" });
  const people = h("div", { class: "people-options" });
  const element = h("header", { class: "topbar" },
    iconButton("menu", "Channels and apps", () => app.sidebar.toggle(), { class: "icon-button burger", "aria-controls": "sidebar", "aria-expanded": "false" }),
    h("p", { class: "banner-label" }, icon("info"), h("span", { text: app.workspace.label })),
    clock,
    h("fieldset", { class: "you-are" }, h("legend", { text: "You are" }), people));
  const notice = h("div", { class: "notice", role: "status" });
  const tick = () => {
    time.textContent = clockTime(now(), app.me.tz);
    time.title = `${fullTime(now(), app.me.tz)} (${app.me.tz})`;
  };
  setInterval(tick, TICK_MS);
  people.append(...app.workspace.people.map((person) => personOption(app, person)));
  const redraw = () => {
    tick();
    for (const input of people.querySelectorAll("input")) input.checked = input.value === app.me.name;
    showNotice(notice, noticeText(app));
  };
  return { element, notice, redraw };
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

function clockItems(app) {
  const move = async (seconds) => {
    const answer = await app.attempt(() => post("clock", { advance_s: seconds }));
    if (!answer) return;
    setNow(Date.parse(answer.now));
    app.redraw();
    await app.refreshAll();
  };
  const reset = async () => {
    const sure = await askConfirm({ title: "Start the sandbox anew?", text: "Every message and open form here is removed. What the app keeps in its own database stays.", confirm: "Start anew", style: "danger" }, app);
    if (sure && (await app.attempt(() => post("reset", {})))) toast("The sandbox is empty again.");
  };
  return [...STEPS.map(([name, seconds]) => ({ label: `Move the clock on by ${name}`, pick: () => move(seconds) })), { label: "Start the sandbox anew…", danger: true, pick: reset }];
}
