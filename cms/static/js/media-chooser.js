// Choosing an image in a dialogue: `chooseImage()` promises what was chosen, or null. Without script the page of the
// same address lists the images in a tab of its own.
import { sendFile } from "./media-send.js";

const ADDRESS = "/admin/media/choose/";
const STYLE = new URL("../admin-media.css", import.meta.url).pathname;

async function load(dialog, address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  dialog.innerHTML = await answer.text();
  dialog.querySelector("input[type=search]")?.focus();
  return true;
}

function withStyle() {
  if (document.querySelector(`link[href$="/admin-media.css"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = STYLE;
  document.head.append(link);
}

function chosen(file) {
  const { media, title, alt, path, thumb } = file.dataset;
  return { id: media, title, alt, path, thumb };
}

// What was uploaded in the dialogue, with its words; null where it was refused, which the dialogue then says.
async function uploaded(form) {
  const [file] = form.elements.file.files;
  const said = form.querySelector("[role=alert]");
  form.setAttribute("aria-busy", "true");
  const words = { alt: form.elements.alt.value, folder: form.dataset.folder };
  const media = file ? await sendFile(form, file, words) : { message: said.dataset.missing };
  form.removeAttribute("aria-busy");
  if (media.id) return { id: String(media.id), title: media.title, alt: media.alt, path: media.path };
  said.textContent = media.message ?? said.dataset.refused;
  said.hidden = false;
  return null;
}

export async function chooseImage() {
  withStyle();
  const dialog = document.createElement("dialog");
  dialog.className = "chooser";
  if (!(await load(dialog, `${ADDRESS}?part=1`))) {
    location.assign(ADDRESS);
    return null;
  }
  document.body.append(dialog);
  return new Promise((resolve) => {
    let choice = null;
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (event.target.dataset.sendTo) {
        choice = await uploaded(event.target);
        if (choice) dialog.close();
        return;
      }
      load(dialog, `${ADDRESS}?${new URLSearchParams(new FormData(event.target))}`);
    });
    dialog.addEventListener("click", (event) => {
      const file = event.target.closest("[data-media]");
      const next = event.target.closest("a[rel=next]");
      if (file) choice = chosen(file);
      if (file || event.target === dialog || event.target.closest("[data-close]")) dialog.close();
      if (!next) return;
      event.preventDefault();
      load(dialog, next.href);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(choice);
    });
    dialog.setAttribute("aria-labelledby", "chooser-head");
    dialog.showModal();
    dialog.querySelector("input[type=search]")?.focus();
  });
}

// Beside the select is a picture of what it says; one chosen by its name alone is shown once it is saved.
function showPicture(select, { id, thumb }) {
  const picture = document.querySelector(`[data-picture-of="${select.id}"]`);
  if (!picture) return;
  if (thumb) {
    picture.src = thumb;
    picture.dataset.media = id;
  }
  picture.hidden = !select.value || select.value !== picture.dataset.media;
}

for (const picture of document.querySelectorAll("[data-picture-of]")) {
  const select = document.getElementById(picture.dataset.pictureOf);
  select?.addEventListener("change", () => showPicture(select, {}));
}

function choose(select, { id, title, path, thumb }) {
  if (![...select.options].some((option) => option.value === id)) select.add(new Option(title, id));
  select.value = id;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  showPicture(select, { id, thumb: thumb ?? path });
}

// <a data-choose-for="id of a select" href="/admin/media/choose/"> opens the dialogue and sets the select.
for (const link of document.querySelectorAll("a[data-choose-for]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const choice = await chooseImage();
    if (choice) choose(document.getElementById(link.dataset.chooseFor), choice);
    link.focus();
  });
}
