// The elements that hold a value: text, numbers, dates, choices, and selects of every kind.

import { combobox } from "./combobox.js";
import { h } from "./dom.js";
import { textNodes } from "./mrkdwn.js";
import { localOf, secondsOfLocal } from "./time.js";

const PAUSE_MS = 300;

/**
 * Draws a value-holding element. `field`: {id, blockId, describedBy, labelledBy, label, required, dispatch}: how it is named and whether it tells the app.
 * `ctx`: {app, form, act(element, blockId, value), find(element, blockId, text)}. Returns null for a type it does not know.
 */
export function inputElement(element, field, ctx) {
  const draw = INPUTS[element.type];
  return draw ? draw(element, field, ctx) : null;
}

function naming(field) {
  return {
    id: field.id, "aria-describedby": field.describedBy, "aria-labelledby": field.labelledBy, "aria-label": field.labelledBy ? null : field.label,
    "aria-required": field.required ? "true" : null,
  };
}

function key(element, field) {
  return { key: `${field.blockId}/${element.action_id}` };
}

/** Keeps the value and tells the app when the element asks for it. */
function chose(element, field, ctx, value) {
  ctx.form.set(field.blockId, element, value);
  return field.dispatch ? ctx.act(element, field.blockId, value) : undefined;
}

const KINDS = { email_text_input: ["email", "email"], url_text_input: ["url", "url"], number_input: ["text", "decimal"], plain_text_input: ["text", null] };

function textInput(element, field, ctx) {
  const [type, inputmode] = KINDS[element.type];
  const wants = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = null;
  const tell = () => { clearTimeout(timer); ctx.act(element, field.blockId, ctx.form.get(field.blockId, element)); };
  const onInput = (event) => {
    ctx.form.set(field.blockId, element, event.target.value);
    if (!field.dispatch || !wants.includes("on_character_entered")) return;
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE_MS);
  };
  const onKey = (event) => {
    if (event.key !== "Enter" || event.isComposing || (element.multiline && !event.ctrlKey && !event.metaKey)) return undefined;
    event.preventDefault();
    if (field.dispatch && wants.includes("on_enter_pressed")) return tell();
    clearTimeout(timer); // The submission carries the value.
    return ctx.submit?.();
  };
  return h(element.multiline ? "textarea" : "input", {
    ...naming(field), class: "text-field", type: element.multiline ? null : type, inputmode, rows: element.multiline ? "4" : null, maxlength: element.max_length ?? null,
    autocomplete: "off", placeholder: element.placeholder?.text ?? null, dataset: key(element, field), value: ctx.form.get(field.blockId, element) ?? "",
    on: { input: onInput, keydown: onKey },
  });
}

function dateInput(type, toValue, toField) {
  return (element, field, ctx) => {
    const value = ctx.form.get(field.blockId, element);
    return h("input", {
      ...naming(field), class: "text-field date-field", type, dataset: key(element, field), value: value === null ? "" : toField(value, ctx),
      on: { change: (event) => chose(element, field, ctx, event.target.value ? toValue(event.target.value, ctx) : null) },
    });
  };
}

const same = (value) => value;

function optionsOf(element) {
  const plain = (option, group) => ({ value: option.value, label: option.text.text, description: option.description?.text, group });
  if (element.option_groups) return element.option_groups.flatMap((group) => group.options.map((option) => plain(option, group.label.text)));
  return (element.options ?? []).map((option) => plain(option));
}

function peopleOf(element, app) {
  return app.workspace.people.map((person) => ({ value: person.id, label: person.real_name, description: person.role }));
}

function channelsOf(element, app) {
  return app.workspace.channels.filter((channel) => !channel.is_im).map((channel) => ({ value: channel.id, label: `#${channel.name}` }));
}

function conversationsOf(element, app) {
  const include = element.filter?.include;
  const people = peopleOf(element, app).map((person) => ({ ...person, group: include ? undefined : "People" }));
  const channels = channelsOf(element, app).map((channel) => ({ ...channel, group: include ? undefined : "Channels" }));
  return [...(!include || include.includes("public") ? channels : []), ...(!include || include.includes("im") ? people : [])];
}

function select(source, multiple) {
  return (element, field, ctx) => combobox({
    options: source(element, ctx.app), multiple, most: element.max_selected_items ?? Infinity, placeholder: element.placeholder?.text ?? "Choose an option",
    value: ctx.form.get(field.blockId, element), clearable: !field.required && field.isInput, onChange: (value) => chose(element, field, ctx, value),
    props: { ...naming(field), "data-key": key(element, field).key },
  });
}

/** A select whose options the app is asked for while a person types. */
function external(multiple) {
  return (element, field, ctx) => {
    const search = async (text) => {
      const found = await ctx.find(element, field.blockId, text);
      ctx.form.learn(element, found);
      return optionsOf({ options: found });
    };
    return combobox({
      options: optionsOf({ options: ctx.form.known(element) }), search, least: element.min_query_length ?? 3, multiple, most: element.max_selected_items ?? Infinity,
      placeholder: element.placeholder?.text ?? "Type to search", value: ctx.form.get(field.blockId, element), clearable: !field.required && field.isInput,
      onChange: (value) => chose(element, field, ctx, value), props: { ...naming(field), "data-key": key(element, field).key },
    });
  };
}

function choices(type) {
  return (element, field, ctx) => {
    const rows = element.options.map((option, index) => choiceRow(option, index, type, element, field, ctx));
    return h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", ...naming(field), "aria-required": type === "radio" && field.required ? "true" : null }, rows);
  };
}

function choiceRow(option, index, type, element, field, ctx) {
  const id = `${field.id}-${index}`;
  const value = ctx.form.get(field.blockId, element);
  const on = Array.isArray(value) ? value.includes(option.value) : value === option.value;
  const input = h("input", { type, id, name: field.id, value: option.value, dataset: { key: `${field.blockId}/${element.action_id}/${index}` }, "aria-describedby": option.description ? `${id}-more` : null });
  input.checked = on;
  input.addEventListener("change", () => chose(element, field, ctx, nextChoice(type, ctx.form.get(field.blockId, element), option.value, input.checked)));
  return h("div", { class: "choice" }, input, h("label", { for: id }, textNodes(option.text, ctx.app)), option.description ? h("div", { class: "choice-more", id: `${id}-more` }, textNodes(option.description, ctx.app)) : null);
}

function nextChoice(type, before, value, checked) {
  if (type === "radio") return value;
  const others = (before ?? []).filter((other) => other !== value);
  return checked ? [...others, value] : others;
}

const fixed = (element) => optionsOf(element);
const INPUTS = {
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput,
  datepicker: dateInput("date", same, same),
  timepicker: dateInput("time", same, same),
  datetimepicker: dateInput("datetime-local", (local, ctx) => secondsOfLocal(local, ctx.app.me.tz), (seconds, ctx) => localOf(seconds, ctx.app.me.tz)),
  static_select: select(fixed, false), multi_static_select: select(fixed, true),
  external_select: external(false), multi_external_select: external(true),
  users_select: select(peopleOf, false), multi_users_select: select(peopleOf, true),
  channels_select: select(channelsOf, false), multi_channels_select: select(channelsOf, true),
  conversations_select: select(conversationsOf, false), multi_conversations_select: select(conversationsOf, true),
  radio_buttons: choices("radio"), checkboxes: choices("checkbox"),
};
