import { watchQuickEdits } from "./admin-quick.js";

// Lists: select all on the page, a range with Shift, and the count in the bulk bar.
const rows = () => [...document.querySelectorAll('input[name="rowid"][form="bulk"]')];
const all = document.querySelector("[data-pick-all]");
const count = document.querySelector("[data-picked]");
const everything = document.querySelector("[data-everything]");
const label = new Intl.NumberFormat(document.documentElement.lang);
let last = null;

function show() {
  const picked = rows().filter((row) => row.checked).length;
  if (count) count.textContent = (count.dataset.picked || "%s").replace("%s", label.format(picked));
  if (all) {
    all.checked = picked > 0 && picked === rows().length;
    all.indeterminate = picked > 0 && !all.checked;
  }
  if (everything) {
    everything.hidden = !all?.checked;
    if (everything.hidden) everything.querySelector("input").checked = false;
  }
}

// On a phone the views are wider than the screen; the one that is shown is brought into sight.
function showView() {
  const current = document.querySelector(".tabs [aria-current]");
  if (!current) return;
  const [strip, tab] = [current.parentElement.getBoundingClientRect(), current.getBoundingClientRect()];
  const beyond = Math.max(0, tab.right - strip.right) || Math.min(0, tab.left - strip.left);
  current.parentElement.scrollBy({ left: beyond });
}

all?.closest("label").removeAttribute("hidden");
all?.addEventListener("change", () => {
  for (const row of rows()) row.checked = all.checked;
  show();
});
for (const row of rows()) {
  row.addEventListener("click", (event) => {
    if (event.shiftKey && last && last !== row) {
      const list = rows();
      const [from, to] = [list.indexOf(last), list.indexOf(row)].sort((a, b) => a - b);
      for (const between of list.slice(from, to + 1)) between.checked = row.checked;
    }
    last = row;
    show();
  });
}
document.getElementById("bulk")?.addEventListener("reset", () => setTimeout(show));
window.addEventListener("pageshow", show);
watchQuickEdits();
showView();
show();
