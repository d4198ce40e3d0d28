// A bulk that runs: goes on by itself, chunk by chunk, until it is done or stopped.
const PAUSE = 50;
let stopped = false;

async function goOn() {
  const form = document.querySelector("#bulk-state[data-running] [data-go-on]");
  if (!form || stopped) return;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const state = page.getElementById("bulk-state");
  if (!state || stopped) return;
  document.getElementById("bulk-state").replaceWith(document.adoptNode(state));
  document.title = page.title;
  setTimeout(goOn, PAUSE);
}

document.addEventListener("submit", () => {
  stopped = true;
});
goOn();
