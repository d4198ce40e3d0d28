// Sending one file to the library. Resolves to what it has become, or to `{ message }` where it was refused; to
// nothing but `{}` where the answer was none of ours.
export function sendFile(form, file, words, progress = () => {}) {
  const body = new FormData();
  body.append("csrf_token", form.querySelector("[name=csrf_token]").value);
  for (const [name, value] of Object.entries(words)) body.append(name, value);
  body.append("file", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.sendTo ?? form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => progress(event.loaded / (event.total || 1)));
    request.addEventListener("load", () => resolve(request.response?.error ?? request.response ?? {}));
    request.addEventListener("error", () => resolve({}));
    request.send(body);
  });
}
