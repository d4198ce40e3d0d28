// What public pages gain with script: the bar of who is signed in, the comment form in its place, and titles while
// somebody searches. Each works without.
const signedIn = document.cookie.split("; ").some((cookie) => cookie.startsWith("copydesk-here="));

async function fragment(address) {
  const answer = await fetch(address);
  if (answer.status !== 200 || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

async function showBar() {
  const bar = await fragment(`/here?path=${encodeURIComponent(location.pathname)}`);
  if (!bar) return;
  document.body.append(...bar.children);
  document.querySelector("[data-stranger]")?.remove();
}

async function openForm(link) {
  const form = (await fragment(link.href))?.querySelector("form.write");
  if (!form) throw new Error("no form");
  document.querySelector(".talk form.write")?.remove();
  link.closest("p").after(form);
  form.querySelector("input:not([type=hidden]):not([tabindex]), textarea").focus();
}

if (signedIn) showBar().catch(() => {});

document.querySelector(".talk")?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-form]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openForm(link).catch(() => location.assign(link.href));
});

for (const input of document.querySelectorAll("form[data-seek] input[type=search]")) {
  const begin = () => import("./site-search.js").then(({ suggestIn }) => suggestIn(input), () => {});
  if (document.activeElement === input) begin();
  else input.addEventListener("focus", begin, { once: true });
}
