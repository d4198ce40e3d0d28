// Quick edit opens in the list, under its row; without script it is a page of its own.
import { guardForms } from "./admin-forms.js";

function close(row, link) {
  row.remove();
  (link.closest("details")?.querySelector("summary") ?? link).focus();
}

async function open(link) {
  const row = link.closest("tr");
  link.closest("details")?.removeAttribute("open");
  if (row.nextElementSibling?.matches("tr.quick")) return close(row.nextElementSibling, link);
  const address = new URL(link.href);
  address.searchParams.set("part", "1");
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin" });
  } catch {
    answer = null;
  }
  if (!answer?.ok || answer.redirected) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const under = document.createElement("tr");
  under.className = "quick";
  const cell = under.insertCell();
  cell.colSpan = row.cells.length;
  cell.append(...page.body.childNodes);
  row.after(under);
  guardForms(under);
  under.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(under, link);
  });
  under.querySelector("[data-close-quick]").addEventListener("click", (event) => {
    event.preventDefault();
    close(under, link);
  });
  under.querySelector('input:not([type="hidden"])').focus();
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
