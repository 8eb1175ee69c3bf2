// Faces and names: an avatar of initials for a person, the app's mark for the app.

import { h, svg } from "./dom.js";

const TONES = ["tone-a", "tone-b", "tone-c", "tone-d"];

/** The avatar of who wrote a row; decorative, the name stands beside it. */
export function avatar(app, row, size = "") {
  const classes = `avatar ${size}`;
  if (row.user === app.workspace.app.user_id) return h("span", { class: `${classes} avatar-app`, "aria-hidden": "true" }, svg("svg", { viewBox: "0 0 32 32" }, svg("path", { d: "M8 9l8 15 8-15h-4l-4 8-4-8z", fill: "#fff" })));
  const index = app.workspace.people.findIndex((person) => person.id === row.user);
  const name = authorName(app, row);
  const initials = name.split(" ").map((part) => part.charAt(0)).slice(0, 2).join("").toUpperCase();
  return h("span", { class: `${classes} ${TONES[Math.max(0, index) % TONES.length]}`, "aria-hidden": "true", text: initials });
}

/** The name a row is signed with. */
export function authorName(app, row) {
  return (row.bot ? row.username : null) ?? app.personName(row.user) ?? row.username ?? row.user ?? "Unknown";
}
