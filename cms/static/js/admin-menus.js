// Menus are <details>: they close on Escape and on a click elsewhere, and arrow keys walk through them.
const OPEN = "details.menu[open], details.drawer[open]";

function items(menu) {
  return [...menu.querySelectorAll("li > a, li > button")];
}

function close(menu, { focus = false } = {}) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

function walk(menu, step) {
  const all = items(menu);
  if (!all.length) return;
  const now = all.indexOf(document.activeElement);
  const next = now === -1 ? (step > 0 ? 0 : all.length - 1) : (now + step + all.length) % all.length;
  all[next].focus();
}

// Opens upwards where it would end below the screen.
function place(menu) {
  menu.classList.remove("up");
  const list = menu.open && menu.querySelector(":scope > ul");
  if (!list) return;
  const { bottom, height } = list.getBoundingClientRect();
  menu.classList.toggle("up", bottom > innerHeight && menu.getBoundingClientRect().top > height);
}

export function watchMenus() {
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.menu")) place(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(event.target)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll(OPEN)) close(menu, { focus: menu.contains(document.activeElement) });
      return;
    }
    const menu = document.activeElement?.closest("details.menu");
    if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    menu.open = true;
    walk(menu, event.key === "ArrowDown" ? 1 : -1);
  });
}
