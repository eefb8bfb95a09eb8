// Elements without markup in strings: what a peer has sent is text here, and never HTML.

/** An element: properties, attributes where a name has a dash or is `role` or `for`, listeners by `on…`. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key.includes("-") || key === "role" || key === "for") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** The same in a drawing. */
export function s(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Time of day with milliseconds, UTC as charging records and explanations have it. */
export function clock(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 23);
}

/** How long, in the unit that fits. */
export function lasting(seconds) {
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.round(seconds))} s`;
}

/** Runs at most once each frame, however often it is wanted. */
export function eachFrame(work) {
  let asked = 0;
  const ask = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      work();
    });
  };
  ask.cancel = () => cancelAnimationFrame(asked);
  return ask;
}

/** A long list is one stop of the Tab key, and up and down go through it; returns what is to be called
  when it is other than before. */
export function roving(list, selector) {
  const all = () => [...list.querySelectorAll(selector)];
  const only = (one) => all().forEach((each) => { each.tabIndex = each === one ? 0 : -1; });
  list.addEventListener("focusin", (event) => event.target.matches(selector) && only(event.target));
  list.addEventListener("keydown", (event) => {
    const found = all();
    const at = found.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    found[Math.max(0, Math.min(found.length - 1, to))].focus();
  });
  return () => {
    const found = all();
    only(found.find((each) => each === document.activeElement) ?? found.find((each) => each.ariaCurrent) ?? found[0]);
  };
}

/** Runs when nothing more has come for a moment. */
export function settled(work, milliseconds = 200) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}
