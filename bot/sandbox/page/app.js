// The page's root: holds who is looking at what, and brings every part up to date when that or the server changes.

import { demandOk, get, post } from "./api.js";
import { h } from "./dom.js";
import { createHome } from "./home.js";
import { listen } from "./live.js";
import { createMain } from "./main.js";
import { createModal } from "./modal.js";
import { createSent } from "./sent.js";
import { createSidebar } from "./sidebar.js";
import { createThread } from "./thread.js";
import { setNow } from "./time.js";
import { clearErrors, toast } from "./toast.js";
import { createTopbar } from "./topbar.js";

const APP_TABS = ["home", "messages", "about"];
const OUTSIDE = "sent";
const SETTLE_MS = 300;

/** Where the address says one is: {place, person, thread}. */
function readHash() {
  const [place = "", person = "", thread = ""] = decodeURIComponent(window.location.hash.slice(1)).split("/");
  return { place, person, thread: thread || null };
}

class App {
  constructor(workspace) {
    Object.assign(this, { workspace, online: true, unread: new Set(), stopListening: () => {}, pending: new Map() });
    this.readPlace();
    this.topbar = createTopbar(this);
    this.sent = createSent(this);
    this.sidebar = createSidebar(this);
    this.home = createHome(this);
    this.main = createMain(this);
    this.thread = createThread(this);
    this.modal = createModal(this);
    const shell = h("div", { class: "shell" }, this.sidebar.element, this.main.element, this.thread.element);
    document.getElementById("root").replaceChildren(this.topbar.element, this.topbar.notice, shell);
    window.addEventListener("hashchange", () => this.readPlace() && this.arrive());
  }

  /** Takes place and person from the address; true when something changed. */
  readPlace() {
    const wanted = readHash();
    const me = this.workspace.people.find((person) => person.name === wanted.person) ?? this.me ?? this.workspace.people[0];
    const known = [...APP_TABS, OUTSIDE].includes(wanted.place) || this.workspace.channels.some((channel) => !channel.is_im && channel.name === wanted.place);
    const place = known ? wanted.place : this.place ?? this.workspace.channels[0].name;
    const before = `${this.place}/${this.me?.id}/${this.threadTs}`;
    Object.assign(this, { me, place, threadTs: wanted.thread });
    return before !== `${place}/${me.id}/${this.threadTs}`;
  }

  /** Goes to a channel name, "home", "messages", "about" or "sent"; optionally into a thread. */
  go(place, thread = null) {
    this.visit(place, this.me, thread);
  }

  /** Becomes another person, in the same place. */
  be(person) {
    this.visit(this.place, person, null);
  }

  visit(place, person, thread) {
    window.location.hash = [place, person.name, thread].filter(Boolean).join("/");
  }

  get isAppPlace() {
    return APP_TABS.includes(this.place);
  }

  /** What the place is called in the window's title. */
  get placeName() {
    if (this.place === OUTSIDE) return "Sent messages";
    return this.isAppPlace ? this.workspace.app.name : `#${this.place}`;
  }

  /** The channel that is shown, or null on Home, About and Sent messages; on Messages it is the person's own conversation with the app. */
  get channel() {
    if (this.place === "messages") return this.workspace.channels.find((channel) => channel.is_im && channel.user === this.me.id) ?? null;
    return this.workspace.channels.find((channel) => !channel.is_im && channel.name === this.place) ?? null;
  }

  personName(id) {
    return this.workspace.people.find((person) => person.id === id)?.real_name ?? (id === this.workspace.app.user_id ? this.workspace.app.name : null);
  }

  channelName(id) {
    return this.workspace.channels.find((channel) => channel.id === id)?.name ?? null;
  }

  /** Redraws everything for the place and person of now. */
  async arrive() {
    if (this.listeningAs !== this.me.id) this.listen();
    if (this.channel) this.unread.delete(this.channel.id);
    document.title = `${this.placeName} · ${this.workspace.team.name} (sandbox)`;
    this.sidebar.close();
    this.redraw();
    await Promise.all([this.refresh("messages"), this.refresh("view"), this.refresh("sent"), this.refresh("faults"), this.place === "home" ? this.openHome() : null]);
  }

  /** Tells the app that its Home was opened and shows what it published. */
  async openHome() {
    const me = this.me;
    const answer = await this.attempt(async () => demandOk(await post("home_opened", { user: me.name })));
    if (answer && me === this.me) this.home.show(answer.view);
    else await this.refresh("home");
  }

  redraw() {
    for (const part of [this.topbar, this.sent, this.sidebar, this.main, this.home, this.thread]) part.redraw();
  }

  listen() {
    this.stopListening();
    this.listeningAs = this.me.id;
    this.unread.clear();
    this.modal.show(null);
    this.stopListening = listen(this.me.name, (change) => this.changed(change), (online, again) => this.lineChanged(online, again));
  }

  lineChanged(online, again) {
    this.online = online;
    this.topbar.redraw();
    if (online && again) this.refreshWorkspace().then(() => this.refreshAll());
  }

  changed(change) {
    if (change.kind === "message") this.messageChanged(change.channel);
    else if (change.kind === "view" && this.mine(change)) this.refresh("view");
    else if (change.kind === "home" && this.mine(change)) this.refresh("home");
    else if (change.kind === "connection") this.refreshWorkspace();
    else if (change.kind === "sent" || change.kind === "faults") this.refresh(change.kind);
    else if (change.kind === "clock") this.clockMoved(Date.parse(change.now));
    else if (change.kind === "reset") this.refreshWorkspace().then(() => this.refreshAll());
  }

  /** Shows where the clock is, and everything by its time as soon as it stands. */
  clockMoved(ms) {
    setNow(ms);
    this.topbar.clock.tick();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => { this.redraw(); this.refreshAll(); }, SETTLE_MS);
  }

  mine(change) {
    return !change.user || change.user === this.me.id || change.user === this.me.name;
  }

  messageChanged(channel) {
    const here = this.channel;
    if (!channel || (here && [here.id, here.name].includes(channel))) this.refresh("messages");
    else if (this.workspace.channels.some((other) => other.id === channel && (!other.is_im || other.user === this.me.id))) {
      this.unread.add(channel);
      this.sidebar.redraw();
    }
  }

  async refreshWorkspace() {
    await this.attempt(async () => {
      this.workspace = await get("workspace");
      setNow(Date.parse((await get("clock")).now));
    });
    this.redraw();
  }

  refreshAll() {
    return Promise.all(["messages", "home", "view", "sent", "faults"].map((what) => this.refresh(what)));
  }

  /** Fetches one thing again; calls that arrive meanwhile are folded into one more fetch. */
  refresh(what) {
    const running = this.pending.get(what);
    if (running) {
      running.again = true;
      return running.done;
    }
    const job = { again: false };
    job.done = this.runRefresh(what, job).finally(() => this.pending.delete(what));
    this.pending.set(what, job);
    return job.done;
  }

  async runRefresh(what, job) {
    do {
      job.again = false;
      await this.attempt(() => this.fetchers[what]());
    } while (job.again);
  }

  fetchers = { messages: () => this.fetchMessages(), home: () => this.fetchHome(), view: () => this.fetchView(), sent: () => this.fetchSent(), faults: () => this.fetchFaults() };

  async fetchMessages() {
    const [channel, me, threadTs] = [this.channel, this.me, this.threadTs];
    if (!channel) return;
    const ask = (thread) => get("messages", { channel: channel.id, user: me.name, thread_ts: thread ?? undefined });
    const [rows, thread] = await Promise.all([ask(null), threadTs ? ask(threadTs) : null]);
    if (channel.id !== this.channel?.id || me !== this.me || threadTs !== this.threadTs) return void this.refresh("messages");
    this.main.showMessages(rows);
    this.thread.showMessages(thread);
  }

  async fetchHome() {
    const me = this.me;
    if (this.place !== "home") return;
    const view = await get("home", { user: me.name });
    if (me === this.me) this.home.show(view);
  }

  async fetchView() {
    const me = this.me;
    const view = await get("view", { user: me.name });
    if (me === this.me) this.modal.show(view);
  }

  async fetchSent() {
    this.sent.show(await get("sent"));
    this.sidebar.redraw();
  }

  async fetchFaults() {
    this.sent.showFaults((await get("faults")).faults);
  }

  /** Runs what may be refused; shows the refusal as a notice unless `refused` takes it. Returns the answer or null. */
  async attempt(run, refused = (error) => toast(error.message, "error")) {
    try {
      return await run();
    } catch (error) {
      refused(error);
      return null;
    }
  }

  /** The options that the app offers for what is typed into an external select; none when it does not answer. */
  async find(body) {
    const answer = await this.attempt(async () => demandOk(await post("options", { user: this.me.name, ...body })));
    return answer?.options ?? [];
  }

  /** Tells the server something that a person did, then shows what came of it. Returns whether it was accepted. */
  async perform(call, body, refused) {
    const answer = await this.attempt(async () => demandOk(await post(call, { user: this.me.name, ...body })), refused);
    if (answer) clearErrors();
    await this.refreshAll();
    return answer !== null;
  }
}

/** A permalink arrives as ?channel=C…&message=p…: it becomes the place and the thread of that message. */
function followPermalink(workspace) {
  const query = new URLSearchParams(window.location.search);
  const channel = workspace.channels.find((one) => one.id === query.get("channel"));
  const ts = query.get("message")?.match(/^p(\d+)(\d{6})$/);
  if (!channel || !ts) return;
  const person = workspace.people.find((one) => one.id === channel.user) ?? workspace.people[0];
  window.history.replaceState(null, "", `/#${channel.is_im ? "messages" : channel.name}/${person.name}/${ts[1]}.${ts[2]}`);
}

async function start() {
  const workspace = await get("workspace");
  followPermalink(workspace);
  setNow(Date.parse((await get("clock")).now));
  const app = new App(workspace);
  await app.arrive();
}

start().catch((error) => {
  document.getElementById("root").replaceChildren(h("p", { class: "starting", role: "alert", text: `The sandbox could not be opened. ${error.message}` }));
});
