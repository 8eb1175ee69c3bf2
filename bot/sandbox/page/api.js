// The page's only way to the server: the JSON driver under /sandbox/api/.

const BASE = "/sandbox/api/";

/** What the server refused, or that it could not be reached; `message` is the sentence for the person. */
export class Refused extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

/** GET with a query; undefined values are left out. */
export function get(call, query = {}) {
  const params = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== null));
  const suffix = params.size ? `?${params}` : "";
  return request(`${BASE}${call}${suffix}`, { headers: { Accept: "application/json" } });
}

/** POST a JSON body. */
export function post(call, body) {
  return request(`${BASE}${call}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
}

async function request(url, options) {
  const response = await fetch(url, options).catch(() => {
    throw new Refused("unreachable", "The sandbox's server does not answer. Is it still running? Nothing was lost; try again when it is back.");
  });
  const answer = await response.json().catch(() => {
    throw new Refused("not_json", `The sandbox's server answered ${response.status} without an explanation. Its log says more.`);
  });
  if (!response.ok) throw new Refused(answer.error ?? `http_${response.status}`, answer.message ?? `The server refused: ${answer.error ?? response.status}.`);
  return answer;
}

/** Throws when an answer says ok: false outside a form's field errors. */
export function demandOk(answer) {
  if (answer && answer.ok === false) throw new Refused(answer.error ?? "refused", answer.message ?? `The server refused: ${answer.error ?? "no reason given"}.`);
  return answer;
}
