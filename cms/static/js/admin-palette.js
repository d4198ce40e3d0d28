// The palette: Ctrl-K or ⌘-K opens it, letters narrow it, arrows walk through it, Enter does.
const WAIT = 120;
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const results = dialog?.querySelector("#palette-results");
let timer = 0;
let asked = null;

const commands = () => [...results.querySelectorAll("[data-command]")];

async function show() {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams({ q: input.value, on: dialog.dataset.on, part: "1" });
  try {
    const answer = await fetch(`${dialog.dataset.place}?${query}`, { credentials: "same-origin", signal: asked.signal });
    if (answer.redirected || !answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    results.replaceChildren(...page.body.childNodes);
  } catch (error) {
    if (error.name !== "AbortError") results.textContent = results.dataset.failed;
  }
}

function open() {
  if (dialog.open) return;
  input.value = "";
  dialog.showModal();
  input.focus();
  show();
}

function walk(step) {
  const all = commands();
  if (!all.length) return;
  const next = all.indexOf(document.activeElement) + step;
  if (next < 0) input.focus();
  else all[Math.min(next, all.length - 1)].focus();
}

export function watchPalette() {
  if (!dialog) return;
  for (const link of document.querySelectorAll("[data-open-palette]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      dialog.close();
    } else if (event.key === "Enter" && document.activeElement === input) {
      event.preventDefault();
      commands()[0]?.click();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
