// Boxes of a list: one that ticks them all, and how many are ticked. Without this file each is ticked by itself.
"use strict";

const boxes = (name) => [...document.querySelectorAll(`input[form="bulk"][name="${CSS.escape(name)}"]`)];

function count(name) {
  const all = boxes(name);
  const ticked = all.filter((box) => box.checked).length;
  for (const output of document.querySelectorAll(`output[data-ticked="${CSS.escape(name)}"]`)) {
    output.textContent = ticked ? String(ticked) : "";
  }
  for (const head of document.querySelectorAll(`input[data-ticks="${CSS.escape(name)}"]`)) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
}

document.addEventListener("change", (event) => {
  const { ticks } = event.target.dataset;
  if (ticks) {
    for (const box of boxes(ticks)) box.checked = event.target.checked;
    count(ticks);
  } else if (event.target.matches('input[form="bulk"]')) {
    count(event.target.name);
  }
});

// A browser that goes back shows the boxes as they were left.
window.addEventListener("pageshow", () => count("row"));
document.documentElement.dataset.ticking = "";
