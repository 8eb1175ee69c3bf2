// The aubergine bar at the left: workspace, channels, the app, and what left for people outside.

import { h, icon } from "./dom.js";
import { avatar } from "./people.js";

/** {element, redraw(), toggle(), close()}; on a narrow screen it slides over the page. */
export function createSidebar(app) {
  const channels = h("ul", { class: "side-list" });
  const apps = h("ul", { class: "side-list" });
  const outside = h("ul", { class: "side-list" });
  const me = h("div", { class: "side-me" });
  const element = h("nav", { class: "sidebar", id: "sidebar", "aria-label": "Channels and apps" },
    h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true", text: app.workspace.team.name.slice(0, 1) }), h("h1", { class: "team-name", text: app.workspace.team.name })),
    h("h2", { class: "side-title", text: "Channels" }), channels,
    h("h2", { class: "side-title", text: "Apps" }), apps,
    h("h2", { class: "side-title", text: "Outside" }), outside, me);
  const setOpen = (open) => {
    document.body.classList.toggle("sidebar-open", open);
    document.querySelector(".burger")?.setAttribute("aria-expanded", String(open));
    if (open) element.querySelector("a[aria-current], a")?.focus();
  };
  const redraw = () => {
    channels.replaceChildren(...app.workspace.channels.filter((channel) => !channel.is_im).map((channel) => channelLink(app, channel)));
    apps.replaceChildren(appLink(app));
    outside.replaceChildren(sentLink(app));
    me.replaceChildren(avatar(app, { user: app.me.id }, "small"), h("span", {}, h("span", { class: "side-me-name", text: app.me.real_name }), h("span", { class: "side-me-role", text: `${app.me.role} · ${app.me.tz}` })));
  };
  element.addEventListener("keydown", (event) => { if (event.key === "Escape") { setOpen(false); document.querySelector(".burger")?.focus(); } });
  document.addEventListener("pointerdown", (event) => { if (!element.contains(event.target) && !event.target.closest(".burger")) setOpen(false); });
  return { element, redraw, close: () => setOpen(false), toggle: () => setOpen(!document.body.classList.contains("sidebar-open")) };
}

function channelLink(app, channel) {
  const here = app.place === channel.name;
  const fresh = app.unread.has(channel.id) && !here;
  return h("li", {}, h("a", { href: `#${channel.name}/${app.me.name}`, class: fresh ? "side-link unread" : "side-link", "aria-current": here ? "page" : null },
    icon("hash"), h("span", { text: channel.name }), fresh ? h("span", { class: "hidden-visually", text: " (new messages)" }) : null));
}

function appLink(app) {
  const own = app.workspace.channels.find((channel) => channel.is_im && channel.user === app.me.id);
  const fresh = own && app.unread.has(own.id) && app.place !== "messages";
  return h("li", {}, h("a", { href: `#${fresh ? "messages" : "home"}/${app.me.name}`, class: fresh ? "side-link unread" : "side-link", "aria-current": app.isAppPlace ? "page" : null },
    avatar(app, { user: app.workspace.app.user_id }, "tiny"), h("span", { text: app.workspace.app.name }),
    h("span", { class: app.workspace.connected ? "presence on" : "presence", role: "img", "aria-label": app.workspace.connected ? "connected" : "not connected" })));
}

function sentLink(app) {
  const here = app.place === "sent";
  const fresh = here ? 0 : app.sent.freshCount;
  return h("li", {}, h("a", { href: `#sent/${app.me.name}`, class: fresh ? "side-link unread" : "side-link", "aria-current": here ? "page" : null },
    icon("send"), h("span", { text: "Sent messages" }), fresh ? h("span", { class: "side-count" }, String(fresh), h("span", { class: "hidden-visually", text: " new" })) : null));
}
