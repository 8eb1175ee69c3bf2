// Modal views: a dialog that keeps what was typed, shows what is wrong where it is wrong, and stacks.

import { post } from "./api.js";
import { showBlocks, showErrors } from "./blocks.js";
import { h, icon, iconButton } from "./dom.js";
import { Form } from "./form.js";
import { textNodes } from "./mrkdwn.js";

const FIELDS = ".combo-input, .text-field, .choices input";

/** {show(view | null)}: brings the dialog to the view that the server says is on top for this person. */
export function createModal(app) {
  return new Modal(app);
}

class Modal {
  constructor(app) {
    Object.assign(this, { app, view: null, busy: false, forms: new Map(), before: null });
    this.title = h("h2", { class: "dialog-title", id: "modal-title" });
    this.back = iconButton("back", "Back", () => this.leave());
    this.body = h("div", { class: "dialog-body" });
    this.banner = h("div", { class: "dialog-banner", role: "alert" });
    this.cancel = h("button", { type: "button", class: "button large", on: { click: () => this.leave() } });
    this.send = h("button", { type: "submit", class: "button primary large" });
    const form = h("form", { class: "dialog-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
      h("div", { class: "dialog-head" }, this.back, this.title, iconButton("close", "Close", () => this.leave(true))),
      this.banner, this.body, h("div", { class: "dialog-foot" }, this.cancel, this.send));
    this.dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" }, form);
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.leave(); });
    document.body.append(this.dialog);
  }

  get form() {
    if (!this.forms.has(this.view.id)) this.forms.set(this.view.id, new Form());
    return this.forms.get(this.view.id);
  }

  show(view) {
    if (!view) return this.hide();
    const fresh = this.view?.id !== view.id;
    if (fresh) this.turn();
    this.view = view;
    this.draw();
    if (!this.dialog.open) this.reveal();
    if (fresh || document.activeElement === document.body) this.focusFirst(); // An update may take the focused field away.
    return undefined;
  }

  turn() {
    this.body.replaceChildren();
    this.body.scrollTop = 0;
    this.say(null);
  }

  reveal() {
    this.before = document.activeElement;
    this.dialog.showModal();
  }

  hide() {
    if (!this.dialog.open) return;
    this.view = null;
    this.forms.clear();
    this.setBusy(false);
    this.dialog.close();
    this.turn();
    const back = this.before?.isConnected ? this.before : document.querySelector(".main .composer textarea");
    back?.blur(); // Closing the dialog gave it the focus without a caret: what is typed next would be lost.
    back?.focus({ preventScroll: true });
  }

  draw() {
    const { app, view } = this;
    this.title.replaceChildren(...textNodes(view.title, app));
    this.back.hidden = !view.previous_view_id;
    this.cancel.replaceChildren(...(view.close ? textNodes(view.close, app) : [view.submit ? "Cancel" : "Close"]));
    this.send.hidden = !view.submit;
    if (view.submit) this.send.replaceChildren(...textNodes(view.submit, app));
    const act = (element, blockId, value) => this.click(element, blockId, value);
    const find = (element, blockId, value) => app.find({ view_id: view.id, action_id: element.action_id, block_id: blockId, value });
    showBlocks(this.body, view.blocks, { app, form: this.form, act, find, submit: () => this.submit() });
    showErrors(this.body, this.form.errors, false);
  }

  focusFirst() {
    const wanted = this.view.blocks.findIndex((block) => block.element?.focus_on_load);
    const holder = wanted >= 0 ? this.body.children[wanted] : this.body;
    const target = holder.querySelector(FIELDS) ?? (this.send.hidden ? this.cancel : this.send);
    target.focus();
  }

  say(text) {
    this.banner.replaceChildren(...(text ? [icon("warn"), h("span", { text })] : []));
  }

  setBusy(busy) {
    this.busy = busy;
    this.send.setAttribute("aria-busy", String(busy));
    this.send.setAttribute("aria-disabled", String(busy));
    this.dialog.classList.toggle("busy", busy);
  }

  /** Tells the app, unless the form was sent or left while a field still waited for the end of the typing. */
  click(element, blockId, value) {
    if (this.busy || !this.body.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`)) return undefined;
    this.say(null);
    const { view } = this;
    return this.app.perform("click", { view_id: view.id, action_id: element.action_id, block_id: blockId, value, values: this.form.collect(view.blocks) }, (error) => this.say(error.message));
  }

  wrong(errors) {
    this.form.errors = errors;
    showErrors(this.body, errors, true);
    const known = new Set([...this.body.querySelectorAll(".input-block")].map((block) => block.dataset.blockId));
    const homeless = Object.entries(errors).filter(([block]) => !known.has(block)).map(([, text]) => text);
    if (homeless.length) this.say(homeless.join(" "));
  }

  async submit() {
    if (this.busy || !this.view.submit) return;
    const { view, form } = this;
    this.say(null);
    this.wrong(form.check(view.blocks));
    if (Object.keys(form.errors).length) return;
    this.setBusy(true);
    const answer = await this.app.attempt(() => post("submit", { user: this.app.me.name, view_id: view.id, values: form.collect(view.blocks) }), (error) => this.say(error.message));
    this.setBusy(false);
    if (answer) await this.settle(answer, view);
  }

  async settle(answer, view) {
    const wrong = answer.errors && Object.keys(answer.errors).length;
    if (wrong && this.view?.id === view.id) this.wrong(answer.errors);
    else if (answer.ok === false) this.say(answer.message ?? `The form was not taken: ${answer.error ?? "no reason given"}.`);
    if (answer.ok === false) return;
    await this.app.refreshAll();
    if (!wrong) this.body.scrollTop = 0; // What stands there now was not there when the button was pressed.
  }

  /** Closes the top view, and the one below comes back; or, with the X, all of them. */
  async leave(all = false) {
    const { view } = this;
    if (!view) return;
    this.forms.delete(view.id);
    await this.app.attempt(() => post("close", { user: this.app.me.name, view_id: view.id, all: all || undefined }), (error) => this.say(error.message));
    await this.app.refreshAll();
  }
}
