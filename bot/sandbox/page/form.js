// What a person typed and chose in a view: kept while the view is redrawn, checked as Slack's own client checks it.

const TEXTUAL = new Set(["plain_text_input", "email_text_input", "url_text_input", "number_input"]);
const INITIAL = {
  static_select: (element) => element.initial_option?.value ?? null,
  external_select: (element) => element.initial_option?.value ?? null,
  multi_external_select: (element) => (element.initial_options ?? []).map((option) => option.value),
  radio_buttons: (element) => element.initial_option?.value ?? null,
  checkboxes: (element) => (element.initial_options ?? []).map((option) => option.value),
  multi_static_select: (element) => (element.initial_options ?? []).map((option) => option.value),
  users_select: (element) => element.initial_user ?? null,
  multi_users_select: (element) => element.initial_users ?? [],
  conversations_select: (element) => element.initial_conversation ?? null,
  multi_conversations_select: (element) => element.initial_conversations ?? [],
  channels_select: (element) => element.initial_channel ?? null,
  multi_channels_select: (element) => element.initial_channels ?? [],
  datepicker: (element) => element.initial_date ?? null,
  timepicker: (element) => element.initial_time ?? null,
  datetimepicker: (element) => element.initial_date_time ?? null,
};

/** Whether an element holds a value (buttons and menus do not). */
export function holdsValue(element) {
  return Boolean(element && (TEXTUAL.has(element.type) || element.type in INITIAL));
}

/** The value an element starts with: text, option value, list of option values, or null. */
export function initialValue(element) {
  if (TEXTUAL.has(element.type)) return element.initial_value === undefined ? null : String(element.initial_value);
  return INITIAL[element.type]?.(element) ?? null;
}

/** The value-holding elements of blocks as [blockId, element, block]. */
export function fieldsOf(blocks) {
  return blocks.flatMap((block, index) => {
    const elements = block.type === "input" ? [block.element] : block.type === "actions" ? block.elements : block.type === "section" ? [block.accessory] : [];
    return elements.filter(holdsValue).map((element) => [blockKey(block, index), element, block]);
  });
}

/** The block's id; a block without one is known by its place. */
export function blockKey(block, index) {
  return block.block_id ?? `block-${index}`;
}

/** The values of one view (or of one message's elements), by block and action. */
export class Form {
  constructor() {
    this.values = new Map();
    this.errors = {};
    this.found = new Map();
  }

  /** The options that a search has found for an action, kept so that a chosen one keeps its name. */
  known(element) {
    const first = [...(element.initial_options ?? []), ...(element.initial_option ? [element.initial_option] : [])];
    return [...first, ...(this.found.get(element.action_id) ?? [])];
  }

  /** Keeps what a search has found. */
  learn(element, options) {
    this.found.set(element.action_id, [...(this.found.get(element.action_id) ?? []), ...options]);
  }

  /** The present value of an element. */
  get(blockId, element) {
    const key = `${blockId}\n${element.action_id}`;
    return this.values.has(key) ? this.values.get(key) : initialValue(element);
  }

  /** Keeps a value; empty text is null. */
  set(blockId, element, value) {
    this.values.set(`${blockId}\n${element.action_id}`, value === "" ? null : value);
  }

  /** {block_id: {action_id: value}} of the fields that are on the view now. */
  collect(blocks) {
    const state = {};
    for (const [blockId, element] of fieldsOf(blocks)) (state[blockId] ??= {})[element.action_id] = this.get(blockId, element);
    return state;
  }

  /** {block_id: sentence} for what Slack's client would not send: empty required fields, wrong numbers, lengths. */
  check(blocks) {
    const errors = {};
    for (const [blockId, element, block] of fieldsOf(blocks)) {
      const wrong = block.type === "input" ? fault(this.get(blockId, element), element, block) : null;
      if (wrong) errors[blockId] = wrong;
    }
    return errors;
  }
}

function fault(value, element, block) {
  const empty = value === null || (Array.isArray(value) && !value.length) || (typeof value === "string" && !value.trim());
  if (empty) return block.optional ? null : "Please complete this required field.";
  if (element.type === "number_input") return numberFault(value, element);
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^[a-z]+:\/\/\S+$/i.test(value)) return "Please enter a valid URL, with https:// at the start.";
  if (element.min_length && value.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && value.length > element.max_length) return `Please enter no more than ${element.max_length} characters.`;
  return null;
}

function numberFault(value, element) {
  const pattern = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!pattern.test(value)) return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Please enter a number that is at least ${element.min_value}.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Please enter a number that is at most ${element.max_value}.`;
  return null;
}
