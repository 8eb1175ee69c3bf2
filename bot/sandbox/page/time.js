// Writes instants as Slack does, in the viewer's zone; "now" is the sandbox's clock, which can be moved.

const LOCALE = "en-US";
const formats = new Map();
let offset = 0;

/** Sets the sandbox's present (ms since 1970). */
export function setNow(ms) {
  offset = ms - Date.now();
}

/** The sandbox's present in ms since 1970. */
export function now() {
  return Date.now() + offset;
}

function format(ms, zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALE, { timeZone: zone, ...options }));
  return formats.get(key).format(new Date(ms));
}

/** ms of a Slack ts ("1764000000.000100"). */
export function msOf(ts) {
  return Number(ts.split(".")[0]) * 1000;
}

/** "4:05 PM". */
export function clockTime(ms, zone) {
  return format(ms, zone, { hour: "numeric", minute: "2-digit" });
}

/** "Tue, Nov 24". */
export function shortDate(ms, zone) {
  return format(ms, zone, { weekday: "short", month: "short", day: "numeric" });
}

/** "2026-11-24": the local date, for comparing days. */
export function dayKey(ms, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date(ms));
}

function relativeDay(ms, zone) {
  const day = dayKey(ms, zone);
  const names = [["Today", 0], ["Yesterday", -1], ["Tomorrow", 1]];
  return names.find(([, shift]) => dayKey(now() + shift * 86400000, zone) === day)?.[0] ?? null;
}

/** "Today", "Yesterday" or "Tuesday, November 24th". */
export function dayName(ms, zone) {
  return relativeDay(ms, zone) ?? `${format(ms, zone, { weekday: "long", month: "long" })}`.replace(/^(\S+) (\S+)$/, "$2, $1") + ` ${ordinal(format(ms, zone, { day: "numeric" }))}`;
}

/** "Tuesday, November 24, 2026 at 4:05:00 PM": the tooltip of a time. */
export function fullTime(ms, zone) {
  return `${format(ms, zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" })} at ${format(ms, zone, { hour: "numeric", minute: "2-digit", second: "2-digit" })}`;
}

function ordinal(day) {
  const number = Number(day);
  if (number % 100 >= 11 && number % 100 <= 13) return `${number}th`;
  return `${number}${{ 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th"}`;
}

function ago(ms) {
  const minutes = Math.round((now() - ms) / 60000);
  const size = Math.abs(minutes);
  const text = size < 60 ? [size, "minute"] : size < 1440 ? [Math.round(size / 60), "hour"] : [Math.round(size / 1440), "day"];
  const words = `${text[0]} ${text[1]}${text[0] === 1 ? "" : "s"}`;
  return minutes >= 0 ? `${words} ago` : `in ${words}`;
}

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { month: "long", day: "numeric", year: "numeric" },
  date_short: { month: "short", day: "numeric", year: "numeric" },
  date_long: { weekday: "long", month: "long", day: "numeric", year: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

function dateToken(name, ms, zone) {
  if (name === "ago") return ago(ms);
  if (name === "date_num") return dayKey(ms, zone);
  const pretty = name.endsWith("_pretty");
  const options = DATES[pretty ? name.slice(0, -7) : name];
  if (!options) return null;
  return (pretty && relativeDay(ms, zone)?.toLowerCase()) || format(ms, zone, options);
}

/** Fills Slack's date pattern ("{date_short_pretty} at {time}"); null when a token is unknown. `first`: it begins a text, so "today" is "Today". */
export function fillDate(pattern, seconds, zone, first = false) {
  let known = true;
  const text = pattern.replace(/\{([a-z_]+)\}/g, (_, name) => {
    const part = dateToken(name, seconds * 1000, zone);
    known = known && part !== null;
    return part ?? "";
  });
  if (!known) return null;
  return first ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Unix seconds of a wall-clock "2026-11-24T16:05" in a zone. */
export function secondsOfLocal(local, zone) {
  const guess = Date.parse(`${local}Z`);
  const shift = (ms) => Date.parse(`${localOf(ms / 1000, zone)}Z`) - ms;
  const first = guess - shift(guess);
  return Math.round((guess - shift(first)) / 1000);
}

/** The wall clock "2026-11-24T16:05" in a zone of unix seconds. */
export function localOf(seconds, zone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(new Date(seconds * 1000)).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}
