// Passkeys: shows the forms that need them where the browser knows them, asks the device, and sends what it made
// with the form. The server has the last word on everything.

const NEEDED = ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"];

function known() {
  return window.isSecureContext && "PublicKeyCredential" in window
    && NEEDED.every((name) => typeof PublicKeyCredential[name] === "function");
}

async function optionsFor(form) {
  const response = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error.message);
  return body;
}

function ask(kind, options) {
  return kind === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

function tell(form, text) {
  const problem = form.querySelector("[data-problem]");
  problem.textContent = text;
  problem.hidden = !text;
}

async function run(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  tell(form, "");
  try {
    const credential = await ask(form.dataset.passkey, await optionsFor(form));
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    const remember = document.getElementById("remember");
    if (form.elements.remember && remember) form.elements.remember.value = remember.checked ? "y" : "";
    form.submit();
  } catch (error) {
    // The person closed the device's window: nothing to tell.
    if (error.name !== "NotAllowedError" && error.name !== "AbortError") tell(form, error.message);
    button.disabled = false;
  }
}

if (known()) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form);
    });
  }
}
