// Single keys: none while somebody types, none where they switched them off. `?` shows them all.
const TYPED_INTO = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";
const CHORD = 1200;
let begun = 0;

const rows = () => [...document.querySelectorAll("main tr:has(.title), main li:has(> .pick)")].filter((row) => title(row));
const title = (row) => row.querySelector("a.title");
const current = () => document.activeElement?.closest("main tr, main li");

function walk(step) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(current()) + step))];
  if (next) title(next).focus();
}

const acts = {
  j: () => walk(1),
  k: () => walk(-1),
  x: () => current()?.querySelector('input[name="rowid"]')?.click(),
  b: () => [...document.querySelectorAll(".bulk :is(input, button, summary)")].find((one) => one.checkVisibility())?.focus(),
  e: () => (document.querySelector("[data-edit]") ?? (rows().includes(current()) ? title(current()) : null))?.click(),
  c: () => document.querySelector("[data-create]")?.click(),
  "/": () => document.querySelector("main input[type=search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

function go(key) {
  begun = 0;
  document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
}

function doMainMove(event) {
  const button = document.querySelector("main [data-main-move], main form.edit .main-act[type=submit], main .main-act[type=submit]");
  if (!button) return;
  event.preventDefault();
  button.click();
}

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return doMainMove(event);
    if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.shortcuts === "off") return;
    if (event.target.closest?.(TYPED_INTO)) return;
    if (begun && event.timeStamp - begun < CHORD) {
      event.preventDefault();
      return go(event.key);
    }
    begun = event.key === "g" ? event.timeStamp : 0;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
