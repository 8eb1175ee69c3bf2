// What people outside write: an answer to one message, or somebody who writes from any number or address.

import { post } from "./api.js";
import { freshId, h, icon } from "./dom.js";

const QUICK = ["STOP", "ARRET", "Yes, call me", "please stop"];
const MEDIA = [["SMS", "Text"], ["EMAIL", "E-mail"]];
const FROM = { SMS: "+1 416 555 0134", EMAIL: "john@example.com" };

/** A box to answer in. `send(text)` returns whether it was taken; `leave()` closes the box. */
export function answerBox({ label, send, leave }) {
  const wrong = h("div", { class: "composer-error", role: "alert" });
  const id = freshId("answer");
  const refused = (error) => wrong.replaceChildren(icon("warn"), h("span", { text: error.message }));
  const input = h("textarea", { id, class: "text-field answer-field", rows: "2", autocomplete: "off" });
  const give = async (text) => {
    if (!text.trim() || box.getAttribute("aria-busy") === "true") return;
    wrong.replaceChildren();
    box.setAttribute("aria-busy", "true");
    const taken = await send(text.trim(), refused);
    box.setAttribute("aria-busy", "false");
    if (taken) leave();
  };
  const quick = QUICK.map((text) => h("button", { type: "button", class: "button quick", "aria-label": `Answer “${text}”`, on: { click: () => give(text) } }, text));
  const box = h("form", { class: "answer-box", on: { submit: (event) => { event.preventDefault(); give(input.value); } } },
    h("label", { class: "label", for: id, text: label }), input, h("div", { class: "quick-row", role: "group", "aria-label": "Quick answers" }, quick),
    h("div", { class: "answer-foot" }, h("span", { class: "answer-tip", text: "Enter sends · Shift + Enter makes a new line" }), h("button", { type: "button", class: "button", on: { click: leave } }, "Cancel"), h("button", { type: "submit", class: "button primary" }, "Send answer")), wrong);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); leave(); } });
  input.addEventListener("keydown", (event) => sendOnEnter(event, () => give(input.value)));
  return { element: box, focus: () => input.focus() };
}

function sendOnEnter(event, send) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
}

/** The form "Somebody writes": {element, button}; the button opens and closes it. */
export function createStranger(app, taken) {
  const ids = { from: freshId("from"), text: freshId("words"), form: freshId("stranger") };
  const from = h("input", { id: ids.from, class: "text-field", autocomplete: "off", required: true });
  const text = h("textarea", { id: ids.text, class: "text-field answer-field", rows: "2", autocomplete: "off", required: true });
  const result = h("div", { class: "taken", role: "status" });
  const media = MEDIA.map(([value, name], index) => h("input", { type: "radio", name: ids.form, value, id: freshId("medium"), checked: index === 0, "data-name": name, on: { change: () => suggest() } }));
  const medium = () => media.find((one) => one.checked).value;
  const suggest = () => { from.placeholder = FROM[medium()]; from.type = medium() === "SMS" ? "tel" : "email"; };
  const send = async () => {
    if (!form.reportValidity()) return;
    result.replaceChildren();
    const answer = await app.attempt(() => post("reply", { medium: medium(), from: from.value.trim(), text: text.value.trim() }));
    if (!answer) return;
    text.value = "";
    result.replaceChildren(...taken(answer));
    text.focus();
  };
  const form = h("form", { id: ids.form, class: "stranger", hidden: true, on: { submit: (event) => { event.preventDefault(); send(); } } },
    h("fieldset", { class: "stranger-media" }, h("legend", { class: "label", text: "Somebody writes by" }), media.map((input) => h("span", { class: "medium-option" }, input, h("label", { for: input.id, text: input.dataset.name })))),
    h("div", {}, h("label", { class: "label", for: ids.from, text: "From" }), from),
    h("div", {}, h("label", { class: "label", for: ids.text, text: "What they write" }), text),
    h("div", { class: "answer-foot" }, result, h("button", { type: "submit", class: "button primary" }, "Send it to the team")));
  const button = h("button", { type: "button", class: "button with-icon", "aria-expanded": "false", "aria-controls": ids.form }, icon("thread"), "Somebody writes");
  const open = (wanted) => {
    form.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    (wanted ? from : button).focus();
  };
  button.addEventListener("click", () => open(form.hidden));
  text.addEventListener("keydown", (event) => sendOnEnter(event, send));
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });
  suggest();
  return { element: form, button };
}
