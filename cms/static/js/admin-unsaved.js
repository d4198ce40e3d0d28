// What is typed and not saved yet goes to the server, which keeps it for its writer: after a pause, and now and then
// while somebody does not pause. Nothing is sent that the server has already.
import { written } from "./admin-forms.js";

const QUIET = 3000;
const LONGEST = 20_000;
const APART = 5000;
const ANSWER = 30_000;
const LAST_PAUSE = 60_000;
// Browsers carry no more than this for a page that is gone.
const LIGHT = 60_000;

export function keepUnsaved(form, region) {
  // What the server has, saved or kept.
  let known = form.hasAttribute("data-unsaved") && !form.hasAttribute("data-kept") ? null : written(form);
  let timer = null;
  let since = null;
  let last = -Infinity;
  let failures = 0;
  let asked = null;

  // The same words are not written again, so that they are not read out again.
  function say(words, isKept) {
    if (region.textContent !== words) region.textContent = words;
    region.classList.toggle("not-kept", !isKept);
  }

  function plan(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(0, pause, last + APART - Date.now()));
  }

  function retry() {
    say(region.dataset.lost, false);
    failures += 1;
    plan(Math.min(LAST_PAUSE, APART * 2 ** (failures - 1)));
  }

  async function take(answer, state) {
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.status === 429 || answer.status >= 500) return retry();
    failures = 0;
    const isKept = answer.ok && !answer.redirected;
    say(said.words ?? region.dataset.refused, isKept);
    if (isKept) known = state;
  }

  async function send() {
    timer = null;
    if (asked) return plan(APART);
    const state = written(form);
    since = null;
    if (state === known) {
      failures = 0;
      if (region.classList.contains("not-kept")) say("", true);
      return;
    }
    last = Date.now();
    asked = new AbortController();
    const late = setTimeout(() => asked?.abort("late"), ANSWER);
    try {
      const body = new URLSearchParams(state);
      await take(await fetch(form.dataset.keeps, { method: "POST", body, signal: asked.signal, keepalive: state.length < LIGHT }), state);
    } catch (error) {
      if (error !== "saving") retry();
    } finally {
      clearTimeout(late);
      asked = null;
    }
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  function changed(event) {
    if (event.target.closest("[data-tools]") || (failures && timer)) return;
    since ??= Date.now();
    plan(Math.min(QUIET, since + LONGEST - Date.now()));
  }

  form.addEventListener("lose", (event) => { if (written(form) === known) event.preventDefault(); });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked?.abort("saving");
  });
  if (known === null) plan(QUIET); // a form that came back refused
  window.addEventListener("online", () => { if (failures && timer) plan(0); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer && !failures) plan(0); });
}
