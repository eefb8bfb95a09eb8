// Phones: each simulated phone as a phone; MSGin5G devices and application servers likewise.

import { h, settled } from "/page/dom.js";
import { Device } from "/lab/device.js";
import { empty, Keyed, mounted } from "/lab/parts.js";
import { Phone } from "/lab/phone.js";

const MANY = 6;

export function mount(element, context) {
  return mounted(element, ["parts", "phones"], (place) => show(place, context));
}

function show(element, context) {
  const wanted = h("input", { type: "search", placeholder: "Find a phone by name or number",
    "aria-label": "Find a phone", value: context.parameters().words ?? "" });
  const count = h("p", { class: "dim", role: "status" });
  const find = h("div", { class: "finder", hidden: true }, wanted, count);
  const list = h("datalist", { id: "people" });
  const services = h("datalist", { id: "services" });
  const phones = h("div", { class: "phones" });
  const devices = h("div", { class: "phones" });
  const title = h("h2", { hidden: true }, "MSGin5G devices and application servers");
  const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const none = empty("This lab plays no phones.");
  none.hidden = true;
  element.append(h("h2", { class: "unseen" }, "Phones"), find, none, phones, title, devices, list, services,
    live);

  const names = new Map();
  const nameOf = (peer) => names.get(peer.replace(/^\+/, "")) ?? peer;
  const told = (sentence) => {
    live.textContent = sentence;
  };
  const own = new Set(); // names of phones
  const shared = { context, nameOf, isPhone: (name) => own.has(name), told };
  const ofPhones = new Keyed(phones, (one) => new Phone(shared, one), (made, one) => made.show(one));
  const ofDevices = new Keyed(devices, (one) => new Device(shared, one), (made, one) => made.show(one));

  function showPhones({ phones: found, total }) {
    for (const one of found) own.add(one.name);
    for (const one of found) if (one.number) names.set(one.number, names.get(one.number) ?? one.name);
    list.replaceChildren(...found.map((one) => h("option", { value: one.name }, one.number)));
    find.hidden = total <= MANY && !wanted.value;
    none.hidden = found.length > 0;
    none.textContent = wanted.value ? "No phone has these words." : "This lab plays no phones.";
    count.textContent = found.length < total ? `the first ${found.length} of ${total}` : `${total} phones`;
    ofPhones.show(found, (one) => one.name);
    for (const made of ofPhones.all()) made.suggest(found.find((one) => one.imsi !== made.imsi)?.name ?? "");
  }

  function showDevices({ devices: found, peers }) {
    title.hidden = !found.length;
    services.replaceChildren(...peers.map((one) => h("option", { value: one.name }, one.serviceId)));
    for (const one of peers) names.set(one.serviceId, one.name);
    ofDevices.show(found, (one) => one.name);
  }

  async function look() {
    context.keep({ words: wanted.value });
    const query = wanted.value ? `?words=${encodeURIComponent(wanted.value)}` : "";
    try {
      showPhones(await context.api(`/api/phones${query}`));
    } catch (fault) {
      context.say(fault.message);
    }
  }

  wanted.addEventListener("input", settled(look));
  const ends = [
    context.events.on("phones", (view) => wanted.value || showPhones(view)),
    context.events.on("devices", showDevices),
    context.events.on("phones", () => wanted.value && look()),
  ];
  look();
  context.api("/api/devices").then(showDevices, (fault) => context.say(fault.message));
  return () => ends.forEach((end) => end());
}
