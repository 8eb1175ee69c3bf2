// The app's Home tab: the view that the app published for this person.

import { showBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { Form } from "./form.js";

/** {element, redraw(), show(view | null)}; what was chosen stays while the app publishes again. */
export function createHome(app) {
  const blocks = h("div", { class: "home-blocks" });
  const element = h("div", { class: "home", hidden: true }, blocks);
  let current = null;
  let owner = null;
  let form = new Form();
  const act = (item, blockId, value) => app.perform("click", { view_id: "home", action_id: item.action_id, block_id: blockId, value, values: form.collect(current.blocks) });
  const find = (item, blockId, value) => app.find({ view_id: "home", action_id: item.action_id, block_id: blockId, value });
  const redraw = () => {
    if (owner === app.me.id) return;
    owner = app.me.id;
    form = new Form();
    blocks.replaceChildren(h("p", { class: "waiting", text: `Waiting for ${app.workspace.app.name}…` }));
    element.scrollTop = 0;
  };
  const show = (view) => {
    redraw();
    current = view;
    const shown = view?.blocks ?? [{ type: "section", text: { type: "plain_text", text: `${app.workspace.app.name} has not published a Home for ${app.me.real_name} yet.` } }];
    showBlocks(blocks, shown, { app, form, act, find });
  };
  return { element, redraw, show };
}
