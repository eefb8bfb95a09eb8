// What the lab's tabs have in common: style sheets, switches, buttons that say why not, times.

import { h } from "/page/dom.js";

/** Loads a style sheet once; what is shown waits for it, so that nothing jumps. */
export function styled(name) {
  const href = `/lab/${name}.css`;
  const known = document.querySelector(`link[href="${href}"]`);
  if (known?.sheet) return Promise.resolve();
  const link = known ?? h("link", { rel: "stylesheet", href });
  const loaded = new Promise((resolve) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", resolve, { once: true });
  });
  if (!known) document.head.append(link);
  return loaded;
}

/** Mounts when the style sheets are there; what is unmounted before is never shown. */
export function mounted(element, sheets, show) {
  let ended = false;
  let inner = null;
  Promise.all(sheets.map(styled)).then(() => {
    if (ended) return;
    const place = h("div", { class: "lab" });
    element.append(place);
    inner = show(place);
  });
  const unmount = () => {
    ended = true;
    inner?.();
  };
  unmount.update = (parameters) => inner?.update?.(parameters);
  return unmount;
}

/** Does what a button is for: busy while it takes, and a sentence where it does not work out. */
export async function act(context, button, work) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    const found = await work();
    context.say("");
    return found;
  } catch (fault) {
    context.say(fault.message);
    return undefined;
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
    if (document.activeElement === document.body) button.focus({ preventScroll: true });
  }
}

/** A button that is pressed or not: `change` is told what is wanted, and the state comes back by `set`. */
export function toggle(context, label, title, change) {
  const button = h("button", { type: "button", class: "switch", "aria-pressed": "false", title }, label);
  button.addEventListener("click", () => {
    const wanted = button.getAttribute("aria-pressed") !== "true";
    act(context, button, () => change(wanted));
  });
  return {
    element: button,
    set: (on, words) => {
      button.setAttribute("aria-pressed", String(on));
      if (words) button.title = words;
    },
  };
}

/** Time of day where the reader is, to the second. */
export function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([],
    { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

/** What there is to do where there is nothing yet. */
export function empty(...words) {
  return h("p", { class: "empty" }, ...words);
}

/** A field with its label above it. */
export function field(label, input, hint) {
  const id = input.id || (input.id = `f${(field.count = (field.count ?? 0) + 1)}`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input, hint ? h("small", {}, hint)
    : null);
}

/** A select of [value, words], or of values. */
export function choice(options, chosen) {
  return h("select", {}, options.map((each) => {
    const [value, words] = Array.isArray(each) ? each : [each, each];
    return h("option", { value, selected: value === chosen }, words);
  }));
}

/** Elements by key, made once and kept in the order of the list. */
export class Keyed {
  #made = new Map();
  constructor(parent, make, update) {
    Object.assign(this, { parent, make, update });
  }

  all() {
    return this.#made.values();
  }

  show(list, keyOf) {
    const keys = new Set();
    let place = this.parent.firstChild;
    for (const each of list) {
      const key = keyOf(each);
      keys.add(key);
      let made = this.#made.get(key);
      if (!made) this.#made.set(key, (made = this.make(each)));
      if (made.element === place) place = place.nextSibling;
      else this.parent.insertBefore(made.element, place);
      this.update(made, each);
    }
    for (const [key, made] of this.#made) {
      if (keys.has(key)) continue;
      made.element.remove();
      this.#made.delete(key);
    }
  }
}
