// Light, dark, or as the system has it; remembered by the browser.

const STORED = "ipsmgw.theme";
const NEXT = { auto: "light", light: "dark", dark: "auto" };
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };

/** Makes a button of it. */
export function theme(button) {
  let now = localStorage.getItem(STORED) ?? "auto";
  const set = () => {
    document.documentElement.dataset.theme = now;
    button.textContent = SIGNS[now];
    button.setAttribute("aria-label", `Colours: ${now}; change`);
  };
  button.addEventListener("click", () => {
    now = NEXT[now] ?? "auto";
    localStorage.setItem(STORED, now);
    set();
  });
  set();
}
