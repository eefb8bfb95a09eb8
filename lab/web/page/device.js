// An MSGin5G UE or an application server: registered or not, its messages, and a place to write.

import { h } from "/page/dom.js";
import { Conversation } from "/lab/bubbles.js";
import { composer } from "/lab/composer.js";
import { toggle } from "/lab/parts.js";

const KINDS = { UE: "MSGin5G UE", AS: "application server" };

export class Device {
  #known = new Map();
  constructor({ context, nameOf, isPhone, told }, one) {
    const path = `/api/devices/${encodeURIComponent(one.name)}`;
    const order = async (word) => this.show(await context.api(path,
      { method: "POST", body: { order: word } }));
    Object.assign(this, { told, name: one.name });
    this.registered = toggle(context, "Registered", "", (on) => order(on ? "register" : "deregister"));
    this.answers = toggle(context, "Answers", "", (on) => order(on ? "answer" : "ignore"));
    this.answers.element.hidden = one.kind !== "UE";
    this.conversation = new Conversation(context, one.name, nameOf, one.registered ? "Nothing yet."
      : "Switch Registered on, then write to somebody.", (message) => isPhone(nameOf(message.peer)));
    this.composer = composer(context, {
      name: one.name, peers: "services", sms: false,
      send: async (body) => {
        this.show(await context.api(`${path}/messages`, { method: "POST", body }));
        return true;
      },
    });
    this.state = h("p", { class: "standing" });
    this.element = h("article", { class: "phone device", "aria-label": one.name },
      h("header", {}, h("h3", {}, one.name), h("p", { class: "number mono" }, one.serviceId), this.state),
      h("div", { class: "switches", role: "group", "aria-label": `${one.name}: switches` },
        this.registered.element, this.answers.element),
      this.conversation.element, this.composer.element);
  }

  show(one) {
    this.registered.set(one.registered, one.registered ? "Registered: de-register it"
      : "Not registered: register it");
    this.answers.set(one.answers, one.answers ? "It answers: have it ignore what comes"
      : "It ignores what comes: have it answer");
    this.state.textContent = [KINDS[one.kind], one.registered ? `registered with ${one.server}` : "not registered",
      ...(one.answers ? [] : ["answers nothing"])].join(", ");
    this.state.dataset.state = one.registered ? "up" : "quiet";
    for (const message of one.messages) {
      if (message.incoming && this.#known.size
        && !this.#known.has(message.id)) this.told(`${this.name} has a message: ${message.text}`);
      this.#known.set(message.id, true);
    }
    this.#known.set("", true);
    this.conversation.show(one.messages);
  }
}
