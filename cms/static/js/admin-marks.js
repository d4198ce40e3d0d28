// Markdown marks: buttons of the toolbar, which is one stop of the Tab key, and Ctrl-B, Ctrl-I, Ctrl-K in the text.
import { chooseImage } from "./media-chooser.js";

const AROUND = { bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"], link: ["[", "](https://)"] };
const BEFORE = { heading: "## ", quote: "> ", list: "- ", numbers: "1. " };
const KEYS = { b: "bold", i: "italic", k: "link" };

// execCommand keeps the browser's own undo; nothing newer does.
function replace(text, start, end, value) {
  text.focus();
  text.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, value)) {
    text.setRangeText(value, start, end, "end");
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

function surround(text, [before, after]) {
  const { selectionStart: start, selectionEnd: end } = text;
  const chosen = text.value.slice(start, end);
  const outer = text.value.slice(start - before.length, start) === before && text.value.slice(end, end + after.length) === after;
  if (outer && before === after) {
    replace(text, start - before.length, end + after.length, chosen);
    text.setSelectionRange(start - before.length, end - before.length);
    return;
  }
  replace(text, start, end, before + chosen + after);
  const from = start + before.length;
  const address = after.indexOf("https://");
  if (chosen && address !== -1) text.setSelectionRange(from + chosen.length + address, from + chosen.length + address + "https://".length);
  else text.setSelectionRange(from, from + chosen.length);
}

function startLines(text, mark) {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const next = text.value.indexOf("\n", text.selectionEnd);
  const end = next === -1 ? text.value.length : next;
  const lines = text.value.slice(start, end).split("\n");
  const marked = lines.every((line) => line.startsWith(mark));
  const value = lines.map((line) => (marked ? line.slice(mark.length) : mark + line)).join("\n");
  replace(text, start, end, value);
  text.setSelectionRange(start, start + value.length);
}

async function insertImage(text) {
  const { selectionStart: start, selectionEnd: end } = text;
  const image = await chooseImage();
  if (image) replace(text, start, end, `![${text.value.slice(start, end) || image.alt}](${image.path})`);
}

function apply(text, mark) {
  if (mark === "image") insertImage(text);
  else if (AROUND[mark]) surround(text, AROUND[mark]);
  else if (BEFORE[mark]) startLines(text, BEFORE[mark]);
}

export function watchToolbar(toolbar, text) {
  const buttons = [...toolbar.querySelectorAll("[data-mark]")];
  buttons.forEach((button, index) => {
    button.tabIndex = index ? -1 : 0;
    button.addEventListener("click", () => apply(text, button.dataset.mark));
  });
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const now = buttons.indexOf(document.activeElement);
    if (!step || now === -1) return;
    event.preventDefault();
    const along = document.documentElement.dir === "rtl" ? -step : step;
    const next = buttons[(now + along + buttons.length) % buttons.length];
    buttons[now].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  text.addEventListener("keydown", (event) => {
    const mark = KEYS[event.key.toLowerCase()];
    if (!mark || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    apply(text, mark);
  });
}
