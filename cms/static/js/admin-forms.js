// A form with unsaved changes asks before it is left; Ctrl-S or ⌘-S saves it.
// Whoever keeps what is typed elsewhere calls off the event "lose", which is sent to the form first.
export function written(form) {
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
      if (leaving || !form.isConnected) return;
      if (written(form) !== before && form.dispatchEvent(new Event("lose", { cancelable: true }))) event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (!form.isConnected) return; // a quick edit that was closed
      if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[data-save]") ?? undefined);
      }
    });
  }
}

// What could not be saved for want of a sign-in is sent with the token of the one that there is now; without script,
// or before somebody has signed in, it comes back once more and nothing is lost.
export function renewTokens() {
  for (const form of document.querySelectorAll("form[data-renew]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const answer = await fetch("/here?path=/");
        const bar = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = bar.querySelector("[name=csrf_token]");
        if (fresh) form.elements.csrf_token.value = fresh.value;
      } finally {
        form.submit();
      }
    });
  }
}
