// The part of the page and its filters stand in the address: #/ladder?leg=MAP can be sent to somebody.

/** The tab's name in lower case, and its parameters. */
export function read() {
  const [path, text = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { tab: decoded(path), parameters: Object.fromEntries(new URLSearchParams(text)) };
}

/** What somebody has written by hand may be no address. */
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The address of a tab with these parameters; those that are empty are left out. */
export function link(tab, parameters = {}) {
  const said = ([, value]) => value !== "" && value !== undefined && value !== false;
  const kept = Object.entries(parameters).filter(said);
  const text = new URLSearchParams(kept).toString();
  return `#/${encodeURIComponent(tab.toLowerCase())}${text ? `?${text}` : ""}`;
}

/** Other parameters of the same tab: no step of the back button for every letter of a filter. */
export function replace(tab, parameters) {
  history.replaceState(null, "", link(tab, parameters));
}
