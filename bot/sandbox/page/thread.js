// The pane at the right: one message and its replies.

import { createComposer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { createList } from "./messages.js";

/** {element, redraw(), showMessages(rows | null)}. */
export function createThread(app) {
  const list = createList(app, { thread: true, label: "Thread messages" });
  const composer = createComposer(app, { thread: () => app.threadTs, inThread: true });
  const where = h("span", { class: "pane-where" });
  const close = iconButton("close", "Close the thread", () => app.go(app.place));
  const element = h("aside", { class: "thread", "aria-label": "Thread", hidden: true },
    h("div", { class: "pane-head" }, h("h2", { text: "Thread" }), where, close), list.element, composer.element);
  element.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) app.go(app.place); });
  let open = null;
  const redraw = () => {
    const wanted = app.channel ? app.threadTs : null;
    element.hidden = !wanted;
    document.body.classList.toggle("thread-open", Boolean(wanted));
    where.textContent = app.isAppPlace ? app.workspace.app.name : `#${app.place}`;
    composer.redraw();
    if (wanted && wanted !== open) composer.focus();
    if (!wanted && open) backTo(open);
    if (wanted !== open) list.log.replaceChildren();
    open = wanted;
  };
  const showMessages = (rows) => { if (rows) list.show(rows, `${app.place}/${app.me.id}/${app.threadTs}`); };
  return { element, redraw, showMessages };
}

function backTo(ts) {
  const row = document.querySelector(`.main .message[data-ts="${CSS.escape(ts)}"]`);
  row?.querySelector(".replies, .tools button")?.focus({ preventScroll: true });
}
