// Saving from the keyboard loads the editor anew: whoever was writing goes on where they were.
const NAME = "copydesk-place";

export function keepPlace(text) {
  const address = text.form.dataset.keeps;

  text.form.addEventListener("submit", (event) => {
    if (document.activeElement !== text || !event.submitter?.hasAttribute("data-save")) return;
    const { selectionStart, selectionEnd, selectionDirection, scrollTop } = text;
    const top = window.scrollY && text.getBoundingClientRect().top;
    const place = { address, selectionStart, selectionEnd, selectionDirection, scrollTop, top };
    sessionStorage.setItem(NAME, JSON.stringify(place));
  });

  const place = JSON.parse(sessionStorage.getItem(NAME));
  sessionStorage.removeItem(NAME);
  // What was new has a number now. A form that came back refused leads to what is wrong with it.
  if (!place || ![address, address.replace(/\d+\//, "")].includes(place.address)) return;
  if (document.getElementById("faults")) return;
  text.focus({ preventScroll: true });
  text.setSelectionRange(place.selectionStart, place.selectionEnd, place.selectionDirection);
  text.scrollTop = place.scrollTop;
  if (!place.top) return;
  window.scrollBy({ top: text.getBoundingClientRect().top - place.top, behavior: "instant" });
  const said = document.querySelector(".messages");
  said.classList.add("in-sight");
  text.addEventListener("input", () => said.classList.remove("in-sight"), { once: true });
}
