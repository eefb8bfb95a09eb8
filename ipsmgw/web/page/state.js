// state: to come in a moment.
export function mount(element, context) {
  element.textContent = "state";
  return () => {};
}
