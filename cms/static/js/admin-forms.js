// A form with unsaved changes asks before it is left; Ctrl-S or ⌘-S saves it.
function written(form) {
  const tools = new Set([...form.querySelectorAll("[data-tools] [name]")].map((control) => control.name));
  const texts = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !tools.has(name));
  return new URLSearchParams(texts).toString();
}

export function guardForms(within = document) {
  for (const form of within.querySelectorAll("form[data-guard]")) {
    const before = form.hasAttribute("data-unsaved") ? null : written(form);
    let leaving = false;
    form.addEventListener("submit", () => { leaving = true; });
    window.addEventListener("pageshow", () => { leaving = false; });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && written(form) !== before) event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
      }
    });
  }
}
