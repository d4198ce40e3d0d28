// Quick edit opens in the list, under its row, and what is refused is mended there; without script it is a page of its
// own.
import { guardForms } from "./admin-forms.js";

function close(row, link) {
  row.remove();
  (link.closest("details")?.querySelector("summary") ?? link).focus();
}

async function formIn(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("form.quick-form");
}

function leave(form, submitter) {
  const move = document.createElement("input");
  Object.assign(move, { type: "hidden", name: submitter?.name ?? "", value: submitter?.value ?? "" });
  form.append(move);
  form.submit();
}

// Sent beside the page: a save is seen when the list comes anew, a refusal here, and anything else on its own page.
async function send(form, submitter, under, link) {
  const body = new FormData(form, submitter);
  body.set("part", "1");
  let answer, again;
  try {
    answer = await fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
    again = answer.type === "opaqueredirect" ? null : await formIn(answer);
  } catch {
    answer = null;
  }
  if (answer?.type === "opaqueredirect") return location.assign(form.elements.url.value);
  if (!again) return leave(form, submitter);
  show(again, under, link);
  under.querySelector("#faults").focus();
}

function show(form, under, link) {
  under.cells[0].replaceChildren(form);
  guardForms(under);
  let sent = false; // twice would publish twice
  window.addEventListener("pageshow", () => { sent = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!sent) send(form, event.submitter, under, link);
    sent = true;
  });
  form.querySelector("[data-close-quick]").addEventListener("click", (event) => {
    event.preventDefault();
    close(under, link);
  });
}

async function open(link) {
  const row = link.closest("tr");
  link.closest("details")?.removeAttribute("open");
  if (row.nextElementSibling?.matches("tr.quick")) return close(row.nextElementSibling, link);
  const address = new URL(link.href);
  address.searchParams.set("part", "1");
  let form = null;
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) form = await formIn(answer);
  } catch {
    form = null;
  }
  if (!form) return location.assign(link.href);
  const under = document.createElement("tr");
  under.className = "quick";
  under.insertCell().colSpan = row.cells.length;
  under.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(under, link);
  });
  row.after(under);
  show(form, under, link);
  under.querySelector('input:not([type="hidden"])').focus({ preventScroll: true });
  under.scrollIntoView({ block: "nearest" }); // with its buttons, which the first field knows nothing of
}

export function watchQuickEdits() {
  for (const link of document.querySelectorAll("[data-quick]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      link.closest("details")?.removeAttribute("open");
      open(link);
    });
  }
}
