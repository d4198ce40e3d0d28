// One file: a click on the image sets its most important point, or, while "Cut" is open, a drag draws the part that
// stays; addresses are selected whole when entered.
const frame = document.querySelector("[data-focus]");
const picture = frame?.querySelector("img");
const [across, down] = ["focal_x", "focal_y"].map((name) => document.querySelector(`input[name=${name}]`));
const lines = frame?.querySelector("[data-focus-lines] path");
const box = frame?.querySelector("[data-focus-lines] rect");
const cut = document.querySelector("[data-cut]");
const part = Object.fromEntries(
  ["left", "top", "width", "height"].map((name) => [name, cut?.querySelector(`input[name=${name}]`)]),
);

function draw() {
  lines.setAttribute("d", `M${across.value * 100} 0V100M0 ${down.value * 100}H100`);
}

// Where the pointer is, as shares of the image.
function at(event) {
  const { left, top, width, height } = picture.getBoundingClientRect();
  const share = (place, whole) => Math.min(Math.max(place / whole, 0), 1);
  return [share(event.clientX - left, width), share(event.clientY - top, height)];
}

function size() {
  return [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
}

function drawCut() {
  const [width, height] = size();
  const share = (input, whole) => (Number(input.value) / whole) * 100;
  box.setAttribute("x", share(part.left, width));
  box.setAttribute("y", share(part.top, height));
  box.setAttribute("width", cut.open ? share(part.width, width) : 0);
  box.setAttribute("height", cut.open ? share(part.height, height) : 0);
}

function setCut([x0, y0], [x1, y1]) {
  const [width, height] = size();
  const [left, top] = [Math.round(Math.min(x0, x1) * width), Math.round(Math.min(y0, y1) * height)];
  part.left.value = Math.min(left, width - 1);
  part.top.value = Math.min(top, height - 1);
  part.width.value = Math.max(Math.round(Math.max(x0, x1) * width) - left, 1);
  part.height.value = Math.max(Math.round(Math.max(y0, y1) * height) - top, 1);
  drawCut();
}

if (lines && across && down) {
  frame.classList.add("sets");
  frame.addEventListener("click", (event) => {
    if (cut?.open) return;
    const [x, y] = at(event);
    across.value = x.toFixed(2);
    down.value = y.toFixed(2);
    draw();
  });
  for (const range of [across, down]) range.addEventListener("input", draw);
}

if (cut && box) {
  let start = null;
  cut.addEventListener("toggle", () => {
    frame.classList.toggle("cuts", cut.open);
    drawCut();
  });
  for (const input of Object.values(part)) input.addEventListener("input", drawCut);
  frame.addEventListener("pointerdown", (event) => {
    if (!cut.open || event.button) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    start = at(event);
  });
  frame.addEventListener("pointermove", (event) => start && setCut(start, at(event)));
  frame.addEventListener("pointerup", () => (start = null));
  frame.addEventListener("pointercancel", () => (start = null));
  if (cut.open) drawCut();
}

for (const input of document.querySelectorAll("[data-copy]")) input.addEventListener("focus", () => input.select());
