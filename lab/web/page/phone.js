// One phone: who it is, what is on, its messages, and a place to write.

import { h } from "/page/dom.js";
import { Conversation } from "/lab/bubbles.js";
import { composer } from "/lab/composer.js";
import { act, choice, toggle } from "/lab/parts.js";
import { raw } from "/lab/raw.js";

const DOMAINS = { ims: "IMS", ps: "PS", cs: "CS" };
const NODES = { ims: "the IMS", ps: "the SGSN", cs: "the MSC" };

export class Phone {
  #known = new Map(); // states of messages that have been told
  #domains = new Map();
  constructor({ context, nameOf, told }, one) {
    Object.assign(this, { context, told, name: one.name, imsi: one.imsi });
    const path = `/api/phones/${encodeURIComponent(one.name)}`;
    this.order = async (order, more = {}) => this.show(await context.api(path,
      { method: "POST", body: { order, ...more } }));
    this.conversation = new Conversation(context, one.name, nameOf,
      `Write to somebody below, or send something to ${one.name}.`);
    this.composer = composer(context, {
      name: one.name, peers: "people", sms: !one.plain,
      send: async (body) => {
        this.show(await context.api(`${path}/messages`, { method: "POST", body }));
        return true;
      },
    });
    this.power = toggle(context, "On", "", (on) => this.order(on ? "on" : "off"));
    this.memory = toggle(context, "Full", "", (on) => this.order(on ? "memory-full" : "memory-room"));
    this.state = h("p", { class: "standing" });
    this.switches = h("div", { class: "switches", role: "group", "aria-label": `${one.name}: switches` },
      this.power.element);
    this.element = h("article", { class: "phone", "aria-label": one.name },
      h("header", {}, h("h3", {}, one.name), h("p", { class: "number mono" }, one.number ? `+${one.number}`
        : one.impu), this.state),
      this.switches, this.conversation.element, this.composer.element,
      one.plain ? "" : raw(context, { name: one.name }));
    this.#addSwitches(one);
  }

  suggest(who) {
    this.composer.suggest(who);
  }

  show(one) {
    this.power.set(one.on, one.on ? "On: switch it off" : "Off: switch it on");
    for (const domain of one.domains) {
      this.#domains.get(domain.domain)?.set(domain.present, `${DOMAINS[domain.domain]}: ${domain.state}`);
    }
    this.memory.set(one.memory === "full", one.memory === "full" ? "Its memory is full: make room"
      : "It has room: fill its memory");
    this.element.classList.toggle("off", !one.on);
    this.state.textContent = standing(one);
    this.state.dataset.state = !one.on ? "quiet" : one.domains.some((each) => each.present) ? "up" : "down";
    this.composer.enable(one.on, `${one.name} is switched off`);
    this.#tell(one.messages);
    this.conversation.show(one.messages);
  }

  #addSwitches(one) {
    for (const { domain } of one.domains) {
      const made = toggle(this.context, DOMAINS[domain], "", (on) => this.#move(domain, on));
      this.#domains.set(domain, made);
      this.switches.append(made.element);
    }
    this.switches.append(this.memory.element, this.#more());
  }

  #move(domain, on) {
    if (domain === "ims") return this.order(on ? "register" : "deregister");
    return this.order(on ? "attach" : "detach", { domain });
  }

  /** What is rarer: where it roams, how it answers, one more device. */
  #more() {
    const orders = {
      "roam-ps": async () => {
        await this.order("attach", { domain: "ps" });
        await this.order("deregister");
      },
      "roam-cs": async () => {
        await this.order("attach", { domain: "cs" });
        await this.order("deregister");
      },
      "no-report": () => this.order("no-report"),
      reject: () => this.order("reject", { status: 488 }),
      obey: () => this.order("obey"),
      "second-device": () => this.order("second-device"),
    };
    const radio = [...this.#domains.keys()].filter((each) => each !== "ims");
    const select = choice([
      ["", "More…"],
      ...radio.map((each) => [`roam-${each}`, `Roam to ${DOMAINS[each]} alone`]),
      ["second-device", "Add a second device"],
      ["no-report", "Send no reports"], ["reject", "Refuse with 488"], ["obey", "Answer as it should"],
    ], "");
    select.className = "switch";
    select.setAttribute("aria-label", `${this.name}: more`);
    select.addEventListener("change", () => {
      const order = orders[select.value];
      select.value = "";
      if (order) act(this.context, select, order);
    });
    return select;
  }

  /** What is new is said to those who do not see it. */
  #tell(messages) {
    const first = this.#known.size === 0;
    for (const one of messages) {
      const before = this.#known.get(one.id);
      this.#known.set(one.id, one.state);
      if (first || before === one.state) continue;
      if (one.incoming && one.state === "received") this.told(`${this.name} has a message: ${one.text}`);
      else if (!one.incoming
        && one.state !== "sending") this.told(`${this.name}'s message is ${one.state} ${one.reason}`);
    }
    if (first) this.#known.set("", "");
  }
}

function standing(one) {
  if (!one.on) return "switched off";
  const there = one.domains.filter((each) => each.present).map((each) => NODES[each.domain]);
  const words = [there.length ? `reached by ${there.join(" and ")}` : `nowhere: ${one.domains[0].state}`];
  if (one.memory === "full") words.push("memory full");
  if (one.manners) words.push(one.manners);
  if (one.plain) words.push("plain text only");
  if (one.devices.length > 1) words.push(`${one.devices.length} devices with this number`);
  return words.join(", ");
}
