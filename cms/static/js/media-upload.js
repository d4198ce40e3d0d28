// Uploading with a list that shows what becomes of each file: chosen, dropped or pasted, sent one after another, and
// asked for its words as soon as it is there. The words go to the page that asks for them without script.
import { sendFile } from "./media-send.js";

const form = document.querySelector("form[data-uploads]");
const describe = document.querySelector("form[data-describe]");
const template = document.querySelector("template[data-upload-row]");
const list = describe.querySelector("ol");
const said = describe.querySelector("[data-said]");
const save = describe.querySelector("button[type=submit]");
const input = form.querySelector("input[type=file]");
const texts = template.dataset;
const waiting = [];
const done = { sent: 0, refused: 0, all: 0 };
let busy = false;

for (const part of form.querySelectorAll("[data-without-script]")) part.hidden = true;
for (const part of form.querySelectorAll("[data-with-script]")) part.hidden = false;
form.querySelector("button[type=submit]").hidden = true;

function row(file) {
  const item = template.content.cloneNode(true).querySelector("li");
  item.querySelector("[data-name]").textContent = file.name;
  const progress = item.querySelector("progress");
  progress.setAttribute("aria-label", file.name);
  return {
    item,
    progress,
    say(text, bad = false) {
      const status = item.querySelector("[data-status]");
      status.textContent = text;
      status.classList.toggle("error", bad);
      item.classList.toggle("refused", bad);
    },
  };
}

function add(files) {
  for (const file of files) {
    const line = row(file);
    list.append(line.item);
    done.all += 1;
    if (file.size > Number(form.dataset.mostBytes)) {
      refuse(line, texts.large);
      continue;
    }
    line.say(texts.waiting);
    waiting.push([file, line]);
  }
  describe.hidden = !list.children.length;
  next();
}

async function next() {
  tell();
  if (busy || !waiting.length) return;
  busy = true;
  const [file, line] = waiting.shift();
  line.say(texts.sending);
  const folder = form.querySelector("[name=folder]")?.value ?? "";
  const answer = await sendFile(form, file, { folder }, (share) => {
    line.progress.value = share * 100;
    if (share >= 1) line.say(texts.checking);
  });
  if (answer.id) take(line, answer);
  else refuse(line, answer.message ?? texts.failed, answer.message ? null : file);
  busy = false;
  next();
}

function take(line, media) {
  line.progress.remove();
  line.say(media.known ? texts.known : texts.done);
  done.sent += 1;
  const picture = new Image(320, 320);
  picture.alt = "";
  picture.src = media.thumb;
  picture.addEventListener("load", () => line.item.querySelector(".thumb").replaceChildren(picture));
  if (!media.asks) return;
  const [alt, decorative] = line.item.querySelectorAll("input");
  alt.name = `alt-${media.id}`;
  decorative.name = `decorative-${media.id}`;
  for (const part of line.item.querySelectorAll("[data-words]")) part.hidden = false;
  for (const hint of line.item.querySelectorAll("[data-of]")) {
    hint.textContent = ` ${hint.dataset.of.replace("%(file)s", media.title)}`;
  }
  const address = new URL(describe.action);
  address.searchParams.append("id", media.id);
  describe.action = address;
  save.disabled = false;
}

function refuse(line, reason, again = null) {
  line.progress.remove();
  line.say(reason, true);
  done.refused += 1;
  const button = line.item.querySelector("[data-again]");
  button.hidden = !again;
  button.addEventListener("click", () => {
    line.item.remove();
    done.refused -= 1;
    done.all -= 1;
    add([again]);
  });
}

function tell() {
  const finished = done.sent + done.refused === done.all;
  const parts = [
    finished && done.sent
      ? said.dataset.done
      : said.dataset.sending.replace("%(done)s", done.sent).replace("%(all)s", done.all),
  ];
  if (done.refused) parts.push(said.dataset.refused.replace("%s", done.refused));
  said.textContent = parts.join(" · ");
}

input.required = false;
input.addEventListener("change", () => {
  add([...input.files]);
  input.value = "";
});
for (const kind of ["dragover", "dragenter"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    input.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) input.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  input.classList.remove("over");
  add([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) add([...event.clipboardData.files]);
});
