// The site beside the form, as it would be: asked of the server, which checks the values as it would when they are
// saved. Scripts do not run in it, and its links and forms lead nowhere.
const PAUSE = 400;
const form = document.querySelector("[data-look-form]");
const pane = document.querySelector("[data-look]");
const [page, width, scheme] = ["page", "width", "scheme"].map((name) => pane.querySelector(`[data-look-${name}]`));
const holder = pane.querySelector("[data-look-frame]");
const said = pane.querySelector("[data-look-said]");
const frame = document.createElement("iframe");
let waiting = null;
let asked = null;

frame.title = holder.dataset.title;
frame.setAttribute("sandbox", "allow-same-origin");
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
pane.hidden = false;
holder.append(frame);

// As wide as the screen that is meant, made smaller to fit.
function fit() {
  const scale = Math.min(1, holder.clientWidth / Number(width.value));
  frame.style.width = `${width.value}px`;
  frame.style.height = `${holder.clientHeight / scale}px`;
  frame.style.transform = `scale(${scale})`;
}

function dress() {
  const root = frame.contentDocument?.documentElement;
  if (root) root.dataset.scheme = scheme.value;
}

async function show() {
  asked?.abort();
  asked = new AbortController();
  holder.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(page.value, { method: "POST", body: new FormData(form), signal: asked.signal });
    const text = await answer.text();
    if (answer.redirected || (!answer.ok && answer.status !== 422)) throw new Error(String(answer.status));
    const faults = answer.ok ? [] : faultsIn(text);
    said.textContent = faults.join(" ");
    if (answer.ok) put(text);
  } catch (error) {
    if (error.name === "AbortError") return;
    said.textContent = said.dataset.failed;
  }
  holder.removeAttribute("aria-busy");
}

function faultsIn(text) {
  const found = new DOMParser().parseFromString(text, "text/html").querySelectorAll("#faults li, .toast, .message");
  return [...found].map((line) => line.textContent.trim());
}

// At the place to which somebody had scrolled.
function put(text) {
  const top = frame.contentWindow?.scrollY ?? 0;
  frame.addEventListener("load", () => {
    dress();
    frame.contentWindow.scrollTo(0, top);
    frame.contentDocument.addEventListener("click", (event) => event.preventDefault());
    frame.contentDocument.addEventListener("submit", (event) => event.preventDefault());
  }, { once: true });
  frame.srcdoc = text;
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE);
}

// A field for six digits gets the machine's own way to choose a colour beside it.
for (const field of form.querySelectorAll("[data-colour]")) {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.setAttribute("aria-label", form.querySelector(`label[for="${field.id}"]`).textContent);
  const follow = () => { picker.value = /^#[0-9a-f]{6}$/i.test(field.value) ? field.value : field.placeholder; };
  picker.addEventListener("input", () => {
    field.value = picker.value;
    soon();
  });
  field.addEventListener("input", follow);
  field.after(picker);
  follow();
}

form.addEventListener("input", soon);
form.addEventListener("change", soon);
page.addEventListener("change", show);
width.addEventListener("change", fit);
scheme.addEventListener("change", dress);
new ResizeObserver(fit).observe(holder);
fit();
show();
