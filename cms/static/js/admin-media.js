// One file: a click on the image sets its most important point; addresses are selected whole when entered.
const frame = document.querySelector("[data-focus]");
const [across, down] = ["focal_x", "focal_y"].map((name) => document.querySelector(`input[name=${name}]`));
const lines = frame?.querySelector("[data-focus-lines] path");

function draw() {
  lines.setAttribute("d", `M${across.value * 100} 0V100M0 ${down.value * 100}H100`);
}

if (lines && across && down) {
  frame.classList.add("sets");
  frame.addEventListener("click", (event) => {
    const box = frame.getBoundingClientRect();
    across.value = ((event.clientX - box.left) / box.width).toFixed(2);
    down.value = ((event.clientY - box.top) / box.height).toFixed(2);
    draw();
  });
  for (const range of [across, down]) range.addEventListener("input", draw);
}
for (const input of document.querySelectorAll("[data-copy]")) input.addEventListener("focus", () => input.select());
