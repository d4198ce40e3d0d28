// The editor with script: a toolbar, the preview beside the text, and the number of words.
import { watchToolbar } from "./admin-marks.js";
import { watchPreview } from "./admin-preview.js";

const text = document.querySelector("textarea.source");
const toolbar = document.querySelector("[data-tools]");
const words = document.querySelector("[data-words]");

function countWords(value) {
  return value.split(/[\s–—…/]+/).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
}

if (text && toolbar) {
  toolbar.hidden = false;
  document.querySelector("[data-plain-preview]")?.toggleAttribute("hidden", true);
  watchToolbar(toolbar, text);
  watchPreview(toolbar, text);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  text.addEventListener("input", () => {
    words.textContent = words.dataset.words.replace("%s", number.format(countWords(text.value)));
  });
}
