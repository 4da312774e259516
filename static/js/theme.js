// Before the first paint: the colour scheme and the type size chosen on this device.
(() => {
  const root = document.documentElement;
  let stored = {};
  try {
    stored = { theme: localStorage.getItem("theme"), type: localStorage.getItem("type") };
  } catch {
    // A browser may forbid storage; then the system's scheme and the normal size hold.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.bsTheme = stored.theme || (dark.matches ? "dark" : "light");
  if (stored.type) root.dataset.type = stored.type;
})();
