// Where a message is written: to whom, what, and how many short messages that makes.

import { h } from "/page/dom.js";
import { act, choice } from "/lab/parts.js";

// The GSM 7 bit default alphabet, and what takes two septets (TS 23.038 §6.2.1).
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");

/** How many short messages a text makes, in words; nothing for a short one. */
export function size(text) {
  const characters = [...text];
  const gsm = characters.every((each) => BASIC.has(each) || EXTENDED.has(each));
  const sizes = characters.map((each) => (gsm ? (EXTENDED.has(each) ? 2 : 1) : each.length));
  const units = sizes.reduce((sum, each) => sum + each, 0);
  const [alone, part] = gsm ? [160, 153] : [70, 67];
  const parts = units <= alone ? 1 : cut(sizes, part);
  if (parts === 1 && units < alone - 40) return gsm ? "" : "UCS2";
  return `${units}${parts > 1 ? `, ${parts} parts` : ` of ${alone}`}${gsm ? "" : ", UCS2"}`;
}

/** No character is cut in two (TS 23.040 §9.2.3.24.1). */
function cut(sizes, most) {
  let [parts, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > most) [parts, used] = [parts + 1, 0];
    used += size;
  }
  return parts;
}

/** `send({to, text, …})` returns a promise; Enter sends, with Shift it makes a line. */
export function composer(context, { name, peers, send, sms }) {
  const to = h("input", { name: "to", autocomplete: "off", spellcheck: false, required: true,
    placeholder: "name or number",
    "aria-label": `${name}: to whom` });
  to.setAttribute("list", peers);
  const text = h("textarea", { name: "text", rows: 1, placeholder: "Message",
    "aria-label": `${name}: text of the message` });
  const count = h("output", { class: "count" });
  const button = h("button", { type: "submit", class: "send", "aria-label": `${name}: send` }, "Send");
  const wishes = sms ? smsWishes(name) : serviceWishes(name);
  const grow = () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
    count.textContent = sms ? size(text.value) : "";
  };
  const fill = (words) => {
    text.value = words;
    grow();
  };
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  const form = h("form", { class: "composer" },
    h("div", { class: "line" }, h("span", { class: "label", "aria-hidden": "true" }, "To"), to,
      wishes.element),
    h("div", { class: "line" }, text, button), count);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!text.value) {
      text.focus();
      return;
    }
    const body = { to: to.value, text: text.value, ...wishes.read() };
    fill("");
    text.focus();
    if (!await act(context, button, () => send(body)) && !text.value) fill(body.text);
  });
  return {
    element: form,
    suggest: (who) => {
      if (!to.value) to.value = who;
    },
    enable: (on, why) => {
      for (const each of [text, to]) each.disabled = !on;
      button.disabled = !on;
      text.placeholder = on ? "Message" : why;
    },
  };
}

function smsWishes(name) {
  const kind = choice([["", "no class"], ["0", "class 0"], ["1", "class 1"], ["2", "class 2"],
    ["3", "class 3"]], "");
  kind.setAttribute("aria-label", `${name}: message class`);
  kind.title = "Message class (TS 23.038): 0 is shown at once, 2 goes to the SIM";
  const report = h("input", { type: "checkbox" });
  return {
    element: h("span", { class: "wishes" }, kind,
      h("label", { title: "Ask for a status report (TP-SRR)" }, report, "report")),
    read: () => ({ messageClass: kind.value === "" ? null : Number(kind.value),
      statusReport: report.checked }),
  };
}

function serviceWishes() {
  const report = h("input", { type: "checkbox", checked: true });
  const keep = h("input", { type: "checkbox" });
  return {
    element: h("span", { class: "wishes" },
      h("label", { title: "Ask for a delivery status report" }, report, "report"),
      h("label", { title: "Have the server store it for who is not there" }, keep, "store")),
    read: () => ({ report: report.checked, keep: keep.checked }),
  };
}
