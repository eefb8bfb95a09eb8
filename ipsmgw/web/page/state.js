// How the gateway stands: associations and destinations in words, who is registered, what is under way, alarms.

import { h, lasting } from "/page/dom.js";

const EVERY = 5000;

/** Shows it in an element; returns what ends that. */
export function mount(element, context) {
  const state = new State(element, context);
  return () => state.close();
}

const COUNTS = {
  mo_in_flight: "MO under way", mt_in_flight: "MT under way", alerts_in_flight: "alerts under way",
  bindings: "registrations", unreachable: "did not answer, and are waited for", correlations: "MT Correlation IDs",
  cdrs_written: "charging records written", cdrs_waiting: "charging records that wait for the disk",
  bugs: "faults of ours, logged",
};
const SERVICE = {
  registered: "phones registered", asked: "requests that the server has not answered yet",
  from_phones: "messages of phones under way", to_phones: "messages to phones under way",
  connected: "devices connected",
};
const BOXES = ["ready", "standings", "counts", "outcomes", "msgin5g", "registrations"];
const BROAD = new Set(["ready", "standings", "registrations"]);
const ALARMS = new Set(["bugs", "cdrs_waiting"]);

class State {
  constructor(element, context) {
    this.context = context;
    this.cards = h("div", { class: "cards" });
    this.seen = 0;
    element.append(this.cards);
    this.boxes = Object.fromEntries(BOXES.map((name) => [name, this.cards.appendChild(
      h("section", { class: BROAD.has(name) ? "card broad" : "card", hidden: true }))]));
    this.ends = [context.events.on("status", (status) => this.show(status))];
    this.timer = setInterval(() => this.look(), EVERY);
    this.look();
  }

  close() {
    clearInterval(this.timer);
    this.ends.forEach((end) => end());
  }

  async look() {
    try {
      this.show(await this.context.api("/api/status"));
      const { count, registrations } = await this.context.api("/api/registrations");
      this.showRegistrations(count, registrations);
      this.showOutcomes((await this.context.api("/api/messages")).messages);
    } catch (fault) {
      this.context.say(fault.message);
    }
  }

  put(name, title, ...parts) {
    const box = this.boxes[name];
    const focused = box.contains(document.activeElement);
    if (focused && name !== "ready") return; // whoever reads it is not disturbed
    box.hidden = false;
    box.replaceChildren(h("h2", {}, title), ...parts);
  }

  show(status) {
    const gateway = status.gateway ?? status;
    this.now = gateway.m3ua?.now ?? Date.now() / 1000; // the browser's clock may be another
    const faulty = status.standings.filter((one) => !one.sound);
    this.put("ready", gateway.node ? `${gateway.node}, ${gateway.number}` : "State",
      h("p", { class: faulty.length ? "bad" : "good" }, faulty.length
        ? `${faulty.length} of ${status.standings.length} are not as they should be` : "All is as it should be"),
      faulty.length ? h("ul", {}, faulty.map((one) => h("li", {}, one.sentence))) : "");
    this.put("standings", "Associations, application servers, destinations", this.standings(status.standings));
    this.put("counts", "Counts", this.counts(gateway));
    if (gateway.msgin5g) this.put("msgin5g", "MSGin5G", this.service(gateway.msgin5g));
  }

  standings(standings) {
    if (!standings.length) return h("p", { class: "empty" }, "There are none.");
    const head = ["what", "name", "state", "for", "DATA sent", "received", "in words"];
    return this.table("Associations", head, standings.map((one) => [
      one.what, one.name, h("span", { class: one.sound ? "good" : "bad" }, one.state),
      one.seconds === null ? "" : lasting(one.seconds), one.sent ?? "", one.received ?? "", one.sentence,
    ]));
  }

  counts(gateway) {
    const rows = Object.entries(COUNTS).filter(([name]) => gateway[name] !== undefined);
    const alarm = (name) => (ALARMS.has(name) && gateway[name] ? "warn" : "");
    return this.table("Counts", null, rows.map(([name, words]) => [
      words, h("span", { class: alarm(name) }, gateway[name].toLocaleString("en")),
    ]));
  }

  showRegistrations(count, registrations) {
    const title = `Registrations: ${count.toLocaleString("en")}`;
    if (!registrations.length) {
      this.put("registrations", title, h("p", { class: "empty" }, "Nobody is registered here."));
      return;
    }
    const head = ["public identity", "MSISDN", "IMSI", "S-CSCF", "for another", "HLR"];
    this.put("registrations", title, this.table("Registrations", head, registrations.slice(0, 200).map((one) => [
      one.impu, this.toLadder(one.msisdn), this.toLadder(one.imsi), one.scscf || "none: registers here",
      lasting(one.expires - this.now), one.hlr,
    ])));
  }

  showOutcomes(messages) {
    const counts = new Map();
    for (const { direction, state, outcome } of messages) {
      const name = `${direction} ${state === "under way" ? state : outcome}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    if (!counts.size) return;
    const sorted = [...counts].sort((one, other) => other[1] - one[1]);
    this.put("outcomes", `What became of the last ${messages.length.toLocaleString("en")} messages`,
      this.table("Outcomes", null, sorted));
  }

  toLadder(subscriber) {
    return subscriber ? h("a", { href: this.context.link("ladder", { subscriber }) }, subscriber) : "";
  }

  /** How the server itself stands is said above. */
  service({ alarms, ...values }) {
    const rows = Object.entries(SERVICE).filter(([name]) => values[name] !== undefined)
      .map(([name, words]) => [words, values[name].toLocaleString("en")]);
    const raised = Object.entries(alarms).map(([imsi, sentence]) => [`alarm of ${imsi}`,
      h("span", { class: "warn" }, sentence)]);
    return this.table("MSGin5G", null, [...rows, ...raised]);
  }

  table(name, head, rows) {
    return h("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": name }, h("table", {},
      head ? h("thead", {}, h("tr", {}, head.map((each) => h("th", { scope: "col" }, each)))) : null,
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map(
        (cell) => h("td", { class: typeof cell === "number" ? "number" : "" }, cell)))))));
  }
}
