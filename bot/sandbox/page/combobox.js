// A select as Slack draws it: a field that filters a list; one value or several; the combobox pattern for the keyboard.

import { freshId, h, icon } from "./dom.js";
import { place } from "./menus.js";

/**
 * Makes the field. `options`: [{value, label, description?, group?}]; `value`: string or null, or a list when `multiple`.
 * `search(text)` resolves to options, asked for once `least` characters stand there. `onChange(value)` is called on every choice. `props` go to the input (id, aria-*).
 */
export function combobox({ options, value, multiple = false, most = Infinity, placeholder = "", clearable = false, search = null, least = 0, onChange, props }) {
  const box = new Combobox(options, multiple, most, onChange);
  box.placeholder = placeholder;
  Object.assign(box, { clearable, search, least });
  box.chosen = multiple ? [...(value ?? [])] : value ? [value] : [];
  box.build(props);
  return box.element;
}

const SEARCH_PAUSE_MS = 200;

class Combobox {
  constructor(options, multiple, most, onChange) {
    Object.assign(this, { options, multiple, most, onChange, shown: [], at: -1, open: false });
    this.closeOutside = (event) => { if (!this.element.contains(event.target) && !this.list.contains(event.target)) this.close(); };
    this.follow = (event) => { if (!this.list.contains(event.target)) place(this.list, this.element, { width: true }); };
  }

  build(props) {
    const id = freshId("options");
    this.list = h("div", { class: "listbox", role: "listbox", id, popover: "manual", "aria-label": "Options", "aria-multiselectable": this.multiple ? "true" : null });
    this.input = h("input", {
      type: "text", class: "combo-input", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: this.placeholder,
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, ...props,
      on: { click: () => this.show(), input: () => this.show(this.input.value), keydown: (event) => this.key(event), blur: () => this.close() },
    });
    this.chips = h("span", { class: "chips" });
    this.clear = h("button", { type: "button", class: "combo-clear", "aria-label": "Clear the choice", on: { click: () => this.reset() } }, icon("close"));
    this.element = h("div", { class: "combo", on: { click: (event) => { if (event.target === this.element) this.input.focus(); } } }, this.chips, this.input, this.clear, icon("down"), this.list);
    this.list.addEventListener("pointerdown", (event) => this.press(event));
    this.draw();
  }

  labelOf(value) {
    return this.options.find((option) => option.value === value)?.label ?? value;
  }

  draw() {
    if (this.multiple) this.chips.replaceChildren(...this.chosen.map((value) => this.chip(value)));
    else this.input.value = this.chosen.length ? this.labelOf(this.chosen[0]) : "";
    this.input.placeholder = this.multiple && this.chosen.length ? "" : this.placeholder;
    this.clear.hidden = this.multiple || !this.clearable || !this.chosen.length;
  }

  chip(value) {
    const label = this.labelOf(value);
    return h("span", { class: "chip" }, label, h("button", { type: "button", "aria-label": `Remove ${label}`, on: { click: () => this.toggle(value) } }, icon("close")));
  }

  show(filter = "") {
    if (this.search) return this.find(filter.trim());
    const words = filter.trim().toLowerCase();
    return this.offer(this.options.filter((option) => option.label.toLowerCase().includes(words)), words);
  }

  /** Asks for options after a short pause; an answer that comes after the next letter is dropped. */
  find(text) {
    clearTimeout(this.timer);
    this.asked = text;
    if (text.length < this.least) return this.offer([], text, `Type at least ${this.least} characters`);
    this.offer([], text, "Searching…");
    this.timer = setTimeout(async () => {
      const found = await this.search(text);
      this.options = [...this.options, ...found];
      if (this.open && this.asked === text) this.offer(found, text);
    }, SEARCH_PAUSE_MS);
    return undefined;
  }

  offer(options, words, none = "No match") {
    this.shown = options;
    this.none = none;
    this.at = this.shown.findIndex((option) => this.chosen.includes(option.value));
    if (words || this.at < 0) this.at = this.shown.length ? 0 : -1;
    this.list.replaceChildren(...this.rows());
    if (!this.open) this.reveal();
    place(this.list, this.element, { width: true });
    this.mark();
  }

  reveal() {
    this.open = true;
    this.list.showPopover();
    this.input.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", this.closeOutside, true);
    document.addEventListener("scroll", this.follow, true);
  }

  rows() {
    if (!this.shown.length) return [h("div", { class: "listbox-none", role: "presentation", text: this.none })];
    let group = null;
    return this.shown.flatMap((option, index) => {
      const head = option.group && option.group !== group ? [h("div", { class: "listbox-group", role: "presentation", text: option.group })] : [];
      group = option.group ?? null;
      return [...head, this.row(option, index)];
    });
  }

  row(option, index) {
    const chosen = this.chosen.includes(option.value);
    return h("div", { class: "option", role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(chosen), dataset: { index: String(index) } },
      h("span", { class: "option-label" }, option.label, option.description ? h("span", { class: "option-description", text: option.description }) : null), chosen ? icon("check") : null);
  }

  mark() {
    for (const row of this.list.querySelectorAll(".option")) row.classList.toggle("active", Number(row.dataset.index) === this.at);
    const row = this.list.querySelector(".option.active");
    if (!row) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", row.id);
    this.list.scrollTop = Math.max(0, row.offsetTop - this.list.clientHeight / 2);
    return undefined;
  }

  press(event) {
    event.preventDefault();
    const row = event.target.closest(".option");
    if (row) this.pick(this.shown[Number(row.dataset.index)].value);
  }

  key(event) {
    if (event.key === "Escape" && this.open) this.close();
    else if (event.key === "Enter" && this.open && this.at >= 0) this.pick(this.shown[this.at].value);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Backspace" && this.multiple && !this.input.value && this.chosen.length) this.toggle(this.chosen.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(step) {
    if (!this.open) return this.show();
    if (this.shown.length) this.at = (this.at + step + this.shown.length) % this.shown.length;
    return this.mark();
  }

  pick(value) {
    if (this.multiple) return this.toggle(value);
    this.chosen = [value];
    this.draw();
    this.close();
    return this.onChange(value);
  }

  toggle(value) {
    const has = this.chosen.includes(value);
    if (!has && this.chosen.length >= this.most) return;
    this.chosen = has ? this.chosen.filter((other) => other !== value) : [...this.chosen, value];
    this.input.value = "";
    this.draw();
    if (this.open) {
      this.show();
      this.at = this.shown.findIndex((option) => option.value === value);
      this.mark();
    }
    this.onChange([...this.chosen]);
  }

  reset() {
    this.chosen = [];
    this.draw();
    this.input.focus();
    this.onChange(null);
  }

  close() {
    if (this.open) {
      this.open = false;
      if (this.list.isConnected) this.list.hidePopover();
      document.removeEventListener("pointerdown", this.closeOutside, true);
      document.removeEventListener("scroll", this.follow, true);
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
    this.input.value = this.multiple || !this.chosen.length ? "" : this.labelOf(this.chosen[0]);
  }
}
