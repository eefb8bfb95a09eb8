// The ladder: filters above, arrows as they come, and the decode of the one that is chosen.

import { query } from "/page/api.js";
import { Decode } from "/page/decode.js";
import { h, settled } from "/page/dom.js";
import { Rows } from "/page/rows.js";
import { asked, Store } from "/page/store.js";

const LEGS = ["SIP", "MAP", "M3UA", "HTTP", "CoAP", "SMPP", "Diameter", "radio"];
const FILTERS = ["subscriber", "message", "leg", "failed", "beats"];
const FORMATS = [["svg", "Picture (SVG)"], ["txt", "Text"], ["pcap", "Capture (pcap)"]];

/** Shows the ladder in an element; returns what ends that, with `update` for other parameters. */
export function mount(element, context) {
  const ladder = new Ladder(element, context);
  const unmount = () => ladder.close();
  unmount.update = (parameters) => ladder.take(parameters);
  return unmount;
}

class Ladder {
  constructor(element, context) {
    this.context = context;
    this.store = new Store(context, () => this.changed());
    this.decode = new Decode(context, () => this.closeDecode());
    this.rows = new Rows(this.store, {
      chosen: (row) => this.open(row), moved: (row) => this.decode.opened && this.open(row),
    });
    this.filters = this.drawFilters();
    this.none = h("p", { class: "empty none", hidden: true });
    this.split = h("div", { class: "split" }, this.rows.element, this.none, this.decode.element);
    element.append(h("div", { class: "ladder" }, this.style(), this.filters, this.split));
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.elsewhere = (event) => { if (!this.keep.contains(event.target)) this.keep.open = false; };
    document.addEventListener("pointerdown", this.elsewhere);
    this.take(context.parameters());
    this.rows.element.focus({ preventScroll: true });
  }

  style() {
    return h("link", { rel: "stylesheet", href: "/page/ladder.css" });
  }

  close() {
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("pointerdown", this.elsewhere);
    this.store.close();
    this.rows.close();
  }

  /** Parameters of the address: they become the filters. */
  take(parameters) {
    for (const name of FILTERS) {
      const field = this.fields[name];
      if (field.type === "checkbox") field.checked = parameters[name] === "true";
      else field.value = parameters[name] ?? "";
    }
    this.fields.group.setAttribute("aria-pressed", String(parameters.group === "message"));
    this.store.group = parameters.group === "message";
    const wanted = parameters.pdu === undefined ? null : Number(parameters.pdu);
    this.store.filter(this.filter()).then(() => {
      const row = wanted === null ? undefined : this.store.row(wanted);
      if (row?.number === wanted) this.rows.choose(row);
      else if (wanted !== null) {
        this.context.say(`PDU ${parameters.pdu} is not remembered any more, or does not pass the filter.`);
      }
    });
  }

  filter() {
    return Object.fromEntries(FILTERS.map((name) => {
      const field = this.fields[name];
      return [name, field.type === "checkbox" ? field.checked : field.value.trim()];
    }));
  }

  filtered() {
    this.remember();
    this.store.filter(this.filter());
  }

  /** What is shown stands in the address. */
  remember() {
    const row = this.decode.opened ? this.decode.number : undefined;
    this.context.keep({ ...this.filter(), group: this.store.group ? "message" : "", pdu: row });
  }

  drawFilters() {
    const soon = settled(() => this.filtered());
    const search = (name, label, hint, title) => h("input", {
      type: "search", placeholder: hint, "aria-label": label, name, title, oninput: soon, spellcheck: false,
    });
    const leg = h("select", { "aria-label": "Leg", name: "leg", onchange: () => this.filtered() },
      h("option", { value: "" }, "All legs"), LEGS.map((each) => h("option", { value: each }, each)));
    const failed = h("input", { type: "checkbox", name: "failed", onchange: () => this.filtered() });
    const beats = h("input", { type: "checkbox", name: "beats", onchange: () => this.filtered() });
    this.fields = {
      subscriber: search("subscriber", "Subscriber", "Number, IMSI or URI", "The key / leads here"),
      message: search("message", "Message", "Message id", "Of a charging record, as Explain has it"), leg, failed, beats,
      group: this.toggle("By message", () => this.group()),
    };
    this.pause = this.toggle("Pause", () => this.paused(!this.store.paused));
    this.count = h("span", { class: "count", role: "status" });
    this.keep = this.drawKeep();
    return h("search", { class: "filters" },
      h("label", { class: "field" }, this.fields.subscriber), h("label", { class: "field" }, this.fields.message),
      h("label", { class: "field leg" }, leg), h("label", { class: "field" }, failed, "failures only"),
      h("label", { class: "field", title: "BEAT and BEAT ACK of M3UA, enquire_link of SMPP" }, beats, "heartbeats"),
      this.fields.group,
      h("div", { class: "end" }, this.count, this.pause, this.keep));
  }

  toggle(text, pressed) {
    return h("button", { type: "button", "aria-pressed": "false", onclick: pressed }, text);
  }

  drawKeep() {
    const menu = h("details", { class: "keep" }, h("summary", { class: "button" }, "Save"),
      h("div", { class: "menu" }, FORMATS.map(([kind, text]) => h("button", {
        type: "button",
        onclick: async () => {
          menu.open = false;
          try {
            await this.context.save(`/api/ladder.${kind}${query({ ...asked(this.filter()), limit: 5000 })}`, `ladder.${kind}`);
          } catch (fault) {
            this.context.say(fault.message);
          }
        },
      }, text))));
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.firstChild.focus();
      event.stopPropagation();
    });
    return menu;
  }

  group() {
    this.store.group = !this.store.group;
    this.fields.group.setAttribute("aria-pressed", String(this.store.group));
    this.remember();
    this.store.arrange();
  }

  paused(on) {
    this.store.pause(on);
    this.pause.setAttribute("aria-pressed", String(on));
    this.changed();
  }

  changed() {
    const { rows, waiting, lost } = this.store;
    const words = [`${rows.length.toLocaleString("en")} PDUs shown`];
    if (waiting) words.push(`${waiting.toLocaleString("en")} wait`);
    if (lost) words.push(`${lost.toLocaleString("en")} left out`);
    this.count.textContent = words.join(", ");
    this.count.title = lost ? "They came faster than they could be shown; a filter finds what is remembered." : "";
    this.none.hidden = !this.store.known || rows.length > 0;
    this.none.textContent = this.store.filtered ? "No PDU passes this filter." : "No PDU yet.";
    this.rows.changed();
  }

  open(row) {
    this.decode.show(row);
    this.remember();
  }

  closeDecode() {
    this.decode.hide();
    this.remember();
    this.rows.element.focus({ preventScroll: true });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = event.target.matches?.("input, select, textarea");
    if (event.key === "Escape") {
      if (writing) this.rows.element.focus();
      else if (this.decode.opened) this.closeDecode();
      else return;
    } else if (event.key === "/" && !writing) this.fields.subscriber.focus();
    else if (event.key === " " && !event.target.matches?.("input, select, button, summary, a")) {
      this.paused(!this.store.paused);
    } else return;
    event.preventDefault();
  }
}
