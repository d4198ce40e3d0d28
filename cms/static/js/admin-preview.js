// The preview: asked of the server, which renders it as it will be published; only the newest answer is shown.
const PAUSE = 500;

export function watchPreview(toolbar, text) {
  const pane = document.querySelector("[data-preview]");
  const form = text.form;
  let waiting = null;
  let asked = null;
  let shown = null;

  const isOpen = () => toolbar.querySelector('[name="pane"]:checked')?.value !== "write";

  async function show() {
    const sent = new FormData();
    for (const name of ["csrf_token", "title", "summary", "body"]) sent.append(name, form.elements[name]?.value ?? "");
    const state = `${sent.get("title")}\n${sent.get("summary")}\n${sent.get("body")}`;
    if (state === shown) return;
    asked?.abort();
    asked = new AbortController();
    pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(pane.dataset.preview, {
        method: "POST", body: sent, headers: { "X-Fragment": "1" }, signal: asked.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      pane.innerHTML = await answer.text(); // sanitised by the server
      shown = state;
    } catch (error) {
      if (error.name === "AbortError") return;
      pane.textContent = pane.dataset.failed;
    }
    pane.removeAttribute("aria-busy");
  }

  toolbar.addEventListener("change", () => { if (isOpen()) show(); });
  form.addEventListener("input", (event) => {
    if (!isOpen() || event.target.closest("[data-tools]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
  if (isOpen()) show();
}
