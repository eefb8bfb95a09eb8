// Faults: written as a rule or put together, dialled by percentage, and cleared.

import { h } from "/page/dom.js";
import { act, choice, empty, field, Keyed } from "/lab/parts.js";

const SHARE = /(\d+(?:\.\d+)?)% /;

export class Faults {
  constructor(panel, context) {
    this.context = context;
    this.list = h("ol", { class: "rules" });
    this.none = empty("No fault is set: put one together above, or write it as docs/faults.md has it.");
    this.keyed = new Keyed(this.list, (one) => new Rule(this, one), (made, one) => made.show(one));
    this.clear = h("button", { type: "button", class: "deed" }, "Clear all");
    this.clear.addEventListener("click", () => act(context, this.clear,
      () => this.ask("/api/faults", "DELETE")));
    this.form = h("form", { class: "builder" });
    panel.append(this.form, h("div", { class: "heading" }, h("h3", {}, "What is set"), this.clear), this.none,
      this.list);
    this.ends = [context.events.on("faults", (view) => this.#show(view))];
    context.api("/api/faults/words").then((words) => this.#build(words),
      (fault) => context.say(fault.message));
    this.look();
  }

  end() {
    this.ends.forEach((end) => end());
  }

  async ask(path, method, body = {}) {
    await this.context.api(path, { method, body });
    await this.look();
  }

  async look() {
    try {
      this.#show(await this.context.api("/api/faults"));
    } catch (fault) {
      this.context.say(fault.message);
    }
  }

  #show({ faults }) {
    this.none.hidden = faults.length > 0;
    this.clear.hidden = faults.length === 0;
    this.keyed.show(faults, (one) => one.number);
  }

  /** Parts of a rule become its text, which can be changed by hand before it is set. */
  #build({ nodes, messages, faults }) {
    const rule = h("input", { type: "text", class: "mono", required: true, spellcheck: false,
      placeholder: "hlr sendRoutingInfoForSM 3 x error absentSubscriberSM, then ok" });
    const [from, to] = [choice([["", "anybody"], ...nodes], ""), choice([["", "anybody"], ...nodes], "hlr")];
    const what = h("input", { type: "text", spellcheck: false, value: "*" });
    what.setAttribute("list", "messages");
    const known = h("datalist", { id: "messages" },
      Object.values(messages).flat().map((value) => h("option", { value })));
    const kind = choice(faults.map((each) => [each.form, `${each.layer}: ${each.form}`]), "silence");
    const often = choice([["", "each time"], ["1 x ", "once"], ["3 x ", "three times"],
      ["10% ", "10 % of them"], ["50% ", "50 % of them"]], "");
    const said = h("p", { class: "dim" });
    const write = () => {
      const chosen = faults.find((each) => each.form === kind.value);
      const place = from.value ? `${from.value}->${to.value}` : to.value || "*";
      const once = chosen.atOnce && !what.value.trim();
      rule.value = [place, once ? "" : what.value.trim() || "*",
        `${once ? "" : often.value}${example(chosen.form)}`].filter(Boolean).join(" ");
      const hint = chosen.atOnce ? "; leave the message empty, and it happens at once." : ".";
      said.textContent = chosen.what + hint;
    };
    for (const each of [from, to, what, kind, often]) each.addEventListener("input", write);
    const set = h("button", { type: "submit", class: "first" }, "Set");
    this.form.append(h("h3", {}, "A fault"), known,
      h("div", { class: "fields" }, field("From", from), field("To", to), field("Message", what),
        field("Fault", kind), field("How often", often)),
      said, h("div", { class: "fields rule" }, field("The rule", rule), set));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(this.context, set, () => this.ask("/api/faults", "POST", { rule: rule.value }));
    });
    write();
  }
}

/** One that is set: how often it has struck, and a dial where it is by percentage. */
class Rule {
  constructor(faults, one) {
    this.faults = faults;
    this.number = one.number;
    this.count = h("span", { class: "dim" });
    this.text = h("code", {}, one.rule);
    const clear = h("button", { type: "button", class: "deed", "aria-label": `Clear rule ${one.number}` },
      "Clear");
    clear.addEventListener("click", () => act(faults.context, clear,
      () => faults.ask(`/api/faults/${this.number}`, "DELETE")));
    this.element = h("li", {}, h("div", { class: "what" }, this.text, this.count), ...this.#dial(one), clear);
  }

  show(one) {
    const done = one.struck ? "done, once" : "not met yet";
    this.count.textContent = one.seen ? `struck ${one.struck} of ${one.seen}` : done;
  }

  #dial(one) {
    const found = SHARE.exec(one.rule);
    if (!found || one.rule.split("%").length > 2) return [];
    const dial = h("input", { type: "range", min: 0, max: 100, step: 1, value: found[1],
      "aria-label": `Percentage of rule ${one.number}` });
    const shown = h("output", {}, `${found[1]} %`);
    dial.addEventListener("input", () => { shown.textContent = `${dial.value} %`; });
    dial.addEventListener("change", () => act(this.faults.context, dial, () =>
      this.faults.ask(`/api/faults/${this.number}`, "PUT",
        { rule: one.rule.replace(SHARE, `${dial.value}% `) })));
    return [h("label", { class: "dial" }, dial, shown)];
  }
}

const EXAMPLES = { TIME: "5 s", CODE: "refusedManagementBlocking", STATUS: "503", NODE: "hlr", CAUSE: "22",
  REASON: "", PROBLEM: "unrecognizedOperation",
  NAME: "systemFailure", "±TIME": "+30 s" };

/** A form of the catalogue with its capital letters filled in. */
function example(form) {
  if (form.startsWith("udts")) return "udts noTranslationForAddress";
  if (form.startsWith("ntfy")) return "ntfy asPending";
  if (form.startsWith("smpp")) return "smpp RTHROTTLED";
  return form.replace(/\s*\[.*\]/, "").replace(/±?[A-Z]{4,}/g, (word) => EXAMPLES[word] ?? word);
}
