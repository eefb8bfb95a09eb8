// The messages on the screen of a phone or a device: ticks with words, and why.

import { clock, h } from "/page/dom.js";
import { empty, Keyed, time } from "/lab/parts.js";

const TICKS = {
  sending: "◔", "at the SC": "✓", "at the server": "✓", delivered: "✓✓", failed: "✗",
  received: "", refused: "✗",
};
const NEAR_THE_END = 80;

/** The conversation of one phone or device; `nameOf` knows whose a number is, `explains` which messages the gateway has had. */
export class Conversation {
  constructor(context, name, nameOf, hint, explains = () => true) {
    Object.assign(this, { context, nameOf, explains });
    this.list = h("ol", { class: "talk" });
    this.hint = empty(hint);
    this.element = h("div", { class: "screen", tabIndex: 0, role: "region", "aria-label": `${name}: messages` },
      this.hint, this.list);
    this.keyed = new Keyed(this.list, () => new Bubble(this), (made, one) => made.show(one));
  }

  show(messages) {
    const screen = this.element;
    const atTheEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < NEAR_THE_END;
    this.hint.hidden = messages.length > 0;
    this.keyed.show(messages, (one) => one.id);
    if (atTheEnd) screen.scrollTop = screen.scrollHeight;
  }
}

class Bubble {
  #shown = "";
  constructor(conversation) {
    this.conversation = conversation;
    this.element = h("li", {});
  }

  show(one) {
    const text = JSON.stringify(one);
    if (text === this.#shown) return;
    this.#shown = text;
    this.element.className = `bubble ${one.incoming ? "in" : "out"}`;
    this.element.dataset.state = one.state;
    const who = this.conversation.nameOf(one.peer);
    this.element.replaceChildren(
      h("p", { class: "peer" }, `${one.incoming ? "from" : "to"} ${who}`, extras(one)),
      h("p", { class: "text" }, one.text),
      standing(one),
      one.reason ? h("p", { class: "reason" }, one.reason) : "",
      one.report ? h("p", { class: "reason" }, `status report: ${one.report}`) : "",
      this.#ways(one),
    );
  }

  /** A device's messages are found by their Message ID, those of phones by the number of the other. */
  #ways(one) {
    if (!one.callId) return "";
    const { link } = this.conversation.context;
    const service = one.domain === "msgin5g";
    const about = service ? one.callId : one.peer.replace(/^\+/, "");
    return h("p", { class: "ways" },
      this.conversation.explains(one) ? h("a", { href: link("Explain", { id: one.callId }) }, "Explain") : "",
      h("a", { href: link("Ladder", { subscriber: about }) }, "Ladder"));
  }
}

function extras(one) {
  const words = [];
  if (one.messageClass !== null && one.messageClass !== undefined) words.push(`class ${one.messageClass}`);
  if (one.whole > 1) words.push(one.parts === one.whole ? `${one.whole} parts`
    : `${one.parts} of ${one.whole} parts`);
  if (one.domain && one.domain !== "msgin5g") words.push(one.domain.toUpperCase());
  return words.length ? ` · ${words.join(" · ")}` : "";
}

function standing(one) {
  const tick = TICKS[one.state];
  return h("p", { class: "state" },
    h("time", { dateTime: new Date(one.when * 1000).toISOString(), title: `${clock(one.when)} UTC` },
      time(one.when)), " ",
    tick ? h("span", { class: "tick", "aria-hidden": "true" }, tick) : "", ` ${one.state}`);
}
