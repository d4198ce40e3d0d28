// A chart says the number of a day: of the one under the pointer, or of the one that arrow keys came to.
function attach(figure) {
  const [svg, days, line] = ["svg", "[type=range]", ".from-to"].map((what) => figure.querySelector(what));
  const bars = [...svg.querySelectorAll("rect")];
  const said = line.appendChild(document.createElement("output"));

  function show(day) {
    for (const [at, bar] of bars.entries()) bar.classList.toggle("now", at === day);
    said.textContent = day === null ? "" : bars[day].textContent;
  }

  function come() {
    days.setAttribute("aria-valuetext", bars[days.valueAsNumber].textContent);
    show(days.valueAsNumber);
  }

  days.hidden = false;
  days.setAttribute("aria-valuetext", bars[days.valueAsNumber].textContent);
  days.addEventListener("input", come);
  days.addEventListener("focus", come);
  days.addEventListener("blur", () => show(null));
  days.addEventListener("pointermove", ({ clientX }) => {
    const { left, right, width } = svg.getBoundingClientRect();
    const passed = document.dir === "rtl" ? right - clientX : clientX - left;
    show(Math.min(bars.length - 1, Math.max(0, Math.floor((passed / width) * bars.length))));
  });
  days.addEventListener("pointerleave", () => (days.matches(":focus-visible") ? come() : show(null)));
}

for (const figure of document.querySelectorAll("[data-chart]")) attach(figure);
