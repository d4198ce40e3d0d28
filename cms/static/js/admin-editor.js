// The editor with script: a toolbar, the preview beside the text, and the number of words.
import { watchToolbar } from "./admin-marks.js";
import { keepPlace } from "./admin-place.js";
import { watchPreview } from "./admin-preview.js";
import { keepUnsaved } from "./admin-unsaved.js";

const text = document.querySelector("textarea.source");
const toolbar = document.querySelector("[data-tools]");
const words = document.querySelector("[data-words]");

function countWords(value) {
  return value.split(/[\s–—…/]+/).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
}

// A title is one line, however many it takes on the screen: Enter saves, as in any field of one line.
for (const line of document.querySelectorAll("textarea[data-line]")) {
  const grow = () => {
    line.style.height = "auto";
    line.style.height = `${line.scrollHeight}px`;
  };
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    line.form.requestSubmit(line.form.querySelector("[data-save]"));
  });
  if (CSS.supports("field-sizing", "content")) continue;
  line.addEventListener("input", grow);
  grow();
}

if (text) keepUnsaved(text.form, document.querySelector("[data-kept-words]"));

if (text && toolbar) {
  toolbar.hidden = false;
  document.querySelector("[data-plain-preview]")?.toggleAttribute("hidden", true);
  watchToolbar(toolbar, text);
  watchPreview(toolbar, text);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  text.addEventListener("input", () => {
    const count = countWords(text.value);
    words.textContent = count === 1 ? words.dataset.oneWord : words.dataset.words.replace("%s", number.format(count));
  });
}

if (text) keepPlace(text);
