// The moderation desk: the focus follows the work, and single keys decide where people left single keys on.
const DECISIONS = { a: "approve", s: "spam", t: "trash" };
const STEPS = { j: 1, k: -1 };
const UNDO = "u";
const help = document.querySelector("[data-desk-keys]");
const cases = [...document.querySelectorAll(".case")];
let sent = false;

function show(one) {
  one.focus({ preventScroll: true });
  one.scrollIntoView({ block: "start" });
}

// The last decision, which the message above the queue offers to take back.
function undo() {
  const button = document.querySelector(".messages button[form^='undo-']");
  if (!sent) button?.click();
  sent ||= Boolean(button);
}

function press(key) {
  if (key === UNDO) return undo();
  const one = document.activeElement?.closest(".case");
  if (key in STEPS) {
    const next = one ? cases.indexOf(one) + STEPS[key] : 0;
    show(cases[Math.min(Math.max(next, 0), cases.length - 1)]);
  } else if (!one) show(cases[0]);
  else if (key === "e") one.querySelector("[data-edit-case]")?.click();
  else if (!sent) {
    const button = one.querySelector(`button[formaction$="/${DECISIONS[key]}"]`);
    sent = Boolean(button);
    button?.click();
  }
}

if (help && document.body.dataset.shortcuts !== "off") {
  help.hidden = !cases.length;
  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.defaultPrevented && (key in DECISIONS || key === UNDO)) return; // the second key of “g s”
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector("dialog[open]") || event.target.matches("input, textarea, select")) return;
    if (key !== UNDO && !(cases.length && (key in DECISIONS || key in STEPS || key === "e"))) return;
    event.preventDefault();
    press(key);
  });
}
window.addEventListener("pageshow", () => { sent = false; });
const reached = location.hash.startsWith("#case-") && cases.find((one) => `#${one.id}` === location.hash);
if (reached) show(reached);
