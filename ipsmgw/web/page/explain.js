// Why a message went where it went: the latest messages, and what is known of the one that is chosen.

import { clock, h, roving, settled } from "/page/dom.js";

/** Shows it in an element; returns what ends that, with `update` for other parameters. */
export function mount(element, context) {
  const explain = new Explain(element, context);
  const unmount = () => explain.close();
  unmount.update = (parameters) => explain.take(parameters);
  return unmount;
}

const KINDS = { delivered: "good", failed: "bad" };

class Explain {
  constructor(element, context) {
    this.context = context;
    this.messages = new Map();
    this.id = "";
    this.turn = 0;
    this.field = h("input", {
      type: "search", placeholder: "Id, Call-ID, number or IMSI", "aria-label": "Message", spellcheck: false,
    });
    this.list = h("div", { class: "found" });
    this.turned = roving(this.list, ".entry");
    this.told = h("article", { class: "story", tabIndex: -1 });
    element.append(h("link", { rel: "stylesheet", href: "/page/explain.css" }),
      h("div", { class: "explain" }, h("section", { class: "messages", "aria-label": "Messages" },
        h("form", { class: "ask", role: "search", onsubmit: (event) => this.ask(event) }, this.field,
          h("button", { type: "submit" }, "Explain")), this.list), this.told));
    this.redraw = settled(() => this.draw(), 100);
    this.ends = [context.events.on("messages", (messages) => this.know(messages))];
    this.begin(context.parameters());
  }

  close() {
    this.turn++;
    this.ends.forEach((end) => end());
  }

  async begin(parameters) {
    try {
      this.know((await this.context.api("/api/messages?limit=200")).messages.reverse());
    } catch (fault) {
      this.context.say(fault.message);
    }
    this.draw();
    this.take(parameters);
  }

  know(messages) {
    for (const message of messages) {
      this.messages.set(message.id, message);
      if (message.id === this.id) this.tell(this.id); // it has gone on
    }
    this.redraw();
  }

  take({ id = "" }) {
    this.field.value = id;
    if (id) this.tell(id);
    else {
      this.turn++;
      this.id = "";
      this.draw();
      this.told.replaceChildren(h("p", { class: "empty" }, "Choose a message, or look one up."));
    }
  }

  ask(event) {
    event.preventDefault();
    const id = this.field.value.trim();
    if (id) this.context.go("explain", { id });
  }

  /** Who reads it with the keyboard stays where he is; the message that is told is in sight. */
  draw() {
    const latest = [...this.messages.values()].reverse().sort((one, other) => other.when - one.when).slice(0, 200);
    if (!latest.length) this.list.replaceChildren(h("p", { class: "empty" }, "No message yet."));
    else {
      const focused = this.list.contains(document.activeElement) ? document.activeElement.hash : "";
      this.list.replaceChildren(...latest.map((message) => this.entry(message)));
      this.turned();
      if (focused) [...this.list.children].find((entry) => entry.hash === focused)?.focus({ preventScroll: true });
    }
    if (this.id === this.drawn) return;
    this.drawn = this.id;
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  entry(message) {
    const state = message.state === "failed" ? message.outcome : message.state;
    return h("a", {
      class: "entry", href: this.context.link("explain", { id: message.id }),
      "aria-current": message.id === this.id ? "true" : undefined,
    }, h("span", { class: "mono dim" }, clock(message.when)),
    h("span", { class: `state ${KINDS[message.state] ?? "warn"}` }, state),
    h("span", { class: "way" }, `${message.direction}  ${message.from} → ${message.to}`));
  }

  async tell(id) {
    const mine = ++this.turn;
    this.id = id;
    this.draw();
    try {
      const found = await this.context.api(`/api/explain/${encodeURIComponent(id)}`);
      if (mine !== this.turn) return;
      this.told.replaceChildren(...(found.messages ? this.several(id, found.messages) : this.story(found)));
    } catch (fault) {
      if (mine === this.turn) this.told.replaceChildren(h("p", { class: "empty" }, fault.message));
    }
  }

  several(id, messages) {
    return [h("h2", {}, `Messages of ${id}`), h("ul", { class: "several" }, messages.map((one) => h("li", {},
      h("a", { href: this.context.link("explain", { id: one.id }) }, one.id),
      ` ${clock(one.received)}, ${one.record === "ISMSMO" ? "to" : "from"} ${one.other || "?"}: ${one.outcome}`)))];
  }

  story(told) {
    const state = { delivered: "good", "under way": "warn" }[told.outcome] ?? "bad";
    return [
      h("header", {}, h("h2", {}, told.id), h("span", { class: `state ${state}` }, told.outcome),
        h("a", { class: "button", href: this.context.link("ladder", this.way(told)) }, "In the ladder")),
      h("p", { class: "begins" }, `${told.sentence}.`),
      told.account?.length ? h("p", {}, told.account.join(" ")) : "",
      ...told.sections.flatMap((section) => this.section(section)),
      ...(told.ladder ? this.ladder(told.ladder) : []),
    ];
  }

  /** Messages of the MSGin5G service have no charging record by which their PDUs are known. */
  way({ id, record }) {
    return record.startsWith("MSGin5G") ? { subscriber: id } : { message: id };
  }

  ladder(text) {
    const box = { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Ladder as text" };
    return [h("h3", {}, "ladder"), h("pre", box, text)];
  }

  section({ title, lines }) {
    const why = (line) => (line.why ? h("span", { class: "dim" }, line.why) : null);
    return [h("h3", {}, title), h("dl", {}, lines.map((line) => h("div", {}, h("dt", {}, line.what),
      h("dd", {}, h("span", { class: "value" }, line.value), why(line)))))];
  }
}
