// The sandbox's clock: what time it is here, and the menu that moves it.

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { askConfirm, menuButton } from "./menus.js";
import { clockTime, fullTime, now, setNow, shortDate } from "./time.js";
import { toast } from "./toast.js";

const TICK_MS = 15000;
const PATIENCE_MS = 250;
const ON_THE_WAY = "What becomes due on the way is done on the way";
const MOVES = [
  { label: "Move on by 15 minutes", description: "What waited for a window has left by then", body: () => ({ advance_s: 900 }) },
  { label: "Move on by 1 hour", body: () => ({ preset: "plus_hour" }) },
  { label: "Move on to the next 9:00 AM", body: (app) => ({ preset: "next_nine", zone: app.me.tz }) },
  { label: "Move on by 1 day", body: () => ({ preset: "plus_day" }) },
  { label: "Move on by 7 days", body: () => ({ preset: "plus_week" }) },
  { label: "Back to now", description: "The time of this machine", body: () => ({ preset: "now" }) },
];

/** {element, tick()}: the button with the time, and the word about a journey that takes a while. */
export function createClock(app) {
  return new Clock(app);
}

class Clock {
  constructor(app) {
    this.app = app;
    this.date = h("span", { class: "bar-date" });
    this.time = h("time", { class: "bar-time" }, this.date, this.clock = h("span"));
    this.button = menuButton("Sandbox clock", [icon("clock"), this.time], () => this.items(), { class: "bar-button" });
    this.word = h("div", { class: "travel", role: "status" });
    this.element = h("div", { class: "clock" }, this.button, this.word);
    setInterval(() => this.tick(), TICK_MS);
  }

  /** Shows the time of now. */
  tick() {
    const zone = this.app.me.tz;
    this.date.textContent = `${shortDate(now(), zone)}, `;
    this.clock.textContent = clockTime(now(), zone);
    this.time.title = `${fullTime(now(), zone)} (${zone})`;
    if (this.passing) this.passing.textContent = inWords(zone);
  }

  items() {
    const moves = MOVES.map((move) => ({ label: move.label, description: move.description, pick: () => this.move(move.body(this.app)) }));
    return [...moves, { label: "Start the sandbox anew…", danger: true, pick: () => this.reset() }];
  }

  async move(body) {
    this.setBusy(true);
    const late = setTimeout(() => this.sayTravelling(), PATIENCE_MS);
    const answer = await this.app.attempt(() => post("clock", body));
    clearTimeout(late);
    this.setBusy(false);
    if (!answer) return;
    setNow(Date.parse(answer.now));
    this.app.redraw();
    toast(`It is ${inWords(this.app.me.tz)} now.`);
    await this.app.refreshAll();
  }

  setBusy(busy) {
    this.button.disabled = busy;
    this.button.setAttribute("aria-busy", String(busy));
    if (busy) return;
    this.passing = null;
    this.word.replaceChildren();
    if (document.activeElement === document.body) this.button.focus({ preventScroll: true });
  }

  /** Says that the clock is on its way; its passing time is shown, not read out. */
  sayTravelling() {
    this.passing = h("span", { class: "travel-time", "aria-hidden": "true" });
    this.word.replaceChildren(h("span", { class: "travel-spinner", "aria-hidden": "true" }), h("span", { text: "The clock moves." }), this.passing, h("span", { class: "travel-more", text: `${ON_THE_WAY}.` }));
    this.tick();
  }

  async reset() {
    const sure = await askConfirm({ title: "Start the sandbox anew?", text: "Every message and open form here is removed, and what was sent. What the app keeps in its own database stays.", confirm: "Start anew", style: "danger" }, this.app);
    if (sure && (await this.app.attempt(() => post("reset", {})))) toast("The sandbox is empty again.");
  }
}

function inWords(zone) {
  return `${shortDate(now(), zone)}, ${clockTime(now(), zone)}`;
}
