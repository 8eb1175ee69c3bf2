// Listens to what changes on the server, and comes back by itself after a break.

const FIRST_MS = 500;
const MOST_MS = 8000;

/**
 * Opens the stream for a person. `onChange(change)` gets each {kind, channel?, user?}; `onState(online, again)` tells when the stream opens or breaks,
 * `again` being true when it had been open before. Returns a function that closes it.
 */
export function listen(user, onChange, onState) {
  let source = null;
  let timer = null;
  let wait = FIRST_MS;
  let opened = false;
  let closed = false;
  const open = () => {
    source = new EventSource(`/sandbox/api/live?user=${encodeURIComponent(user)}`);
    source.onopen = () => { onState(true, opened); opened = true; wait = FIRST_MS; };
    source.onmessage = (event) => onChange(JSON.parse(event.data));
    source.onerror = () => {
      source.close();
      if (closed) return;
      onState(false, opened);
      timer = setTimeout(open, wait);
      wait = Math.min(MOST_MS, wait * 2);
    };
  };
  open();
  return () => { closed = true; clearTimeout(timer); source.close(); };
}
