// Octets that no phone would write, sent by a phone: a TPDU, or the RPDU around it, in hexadecimal.

import { h } from "/page/dom.js";
import { act, choice } from "/lab/parts.js";

/** Folded away until somebody wants it; what has come of the octets stands below them. */
export function raw(context, { name }) {
  const kind = choice([["tpdu", "TPDU"], ["rp", "RPDU"]], "tpdu");
  kind.setAttribute("aria-label", `${name}: what the octets are`);
  const octets = h("textarea", { rows: 2, spellcheck: false, class: "mono", required: true,
    placeholder: "01 01 05 81 55 55 00 00 02 c8 34", "aria-label": `${name}: octets in hexadecimal` });
  const to = choice([["", "by the S-CSCF"],
    ...context.page.nodes.filter((each) => each !== name).map((each) => [each, `straight to ${each}`])], "");
  to.setAttribute("aria-label", `${name}: to which element`);
  const send = h("button", { type: "submit" }, "Send octets");
  const told = h("div", { class: "came", role: "status" });
  const form = h("form", {}, octets, h("div", { class: "line" }, kind, to, send), told);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.replaceChildren();
    const body = { from: name, to: to.value, [kind.value]: octets.value };
    const answer = await act(context, send, () => context.api("/api/send", { method: "POST", body }));
    if (answer) told.replaceChildren(...sentences(answer).map((each) => h("p", {}, each)));
  });
  return h("details", { class: "raw" }, h("summary", {}, "More: octets…"), form);
}

function sentences({ submit, delivery }) {
  const became = delivery.map(({ state, outcome }) => `the SM-SC: ${state}${outcome ? `, ${outcome}` : ""}`);
  return [...submit, ...became];
}
