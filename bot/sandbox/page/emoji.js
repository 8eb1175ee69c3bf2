// The short names of the emoji that a team's assistant uses, and their signs.

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", bell: "🔔", no_bell: "🔕", house: "🏠", houses: "🏘️",
  telephone_receiver: "📞", phone: "☎️", calling: "📲", email: "📧", envelope: "✉️", speech_balloon: "💬", moneybag: "💰", dollar: "💵", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", bar_chart: "📊", calendar: "📅", spiral_calendar_pad: "🗓️", clock3: "🕒", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", memo: "📝",
  pushpin: "📌", mag: "🔍", lock: "🔒", unlock: "🔓", key: "🔑", handshake: "🤝", tada: "🎉", fire: "🔥", eyes: "👀", wave: "👋", thumbsup: "👍", "+1": "👍", thumbsdown: "👎",
  "-1": "👎", point_right: "👉", bulb: "💡", rocket: "🚀", star: "⭐", link: "🔗", gear: "⚙️", bust_in_silhouette: "👤", busts_in_silhouette: "👥", round_pushpin: "📍", maple_leaf: "🍁",
  red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", large_blue_circle: "🔵", white_circle: "⚪", arrow_up: "⬆️", arrow_down: "⬇️",
  zap: "⚡", question: "❓", grey_question: "❔", exclamation: "❗", information_source: "ℹ️", wastebasket: "🗑️", pencil2: "✏️", scales: "⚖️", octagonal_sign: "🛑", raised_hand: "✋", zzz: "💤", smile: "😄",
};

/** The sign of a short name, or null. */
export function emojiOf(name) {
  return EMOJI[name] ?? null;
}

/** Replaces the short names it knows in a text. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole);
}
