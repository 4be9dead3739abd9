// A classic script on purpose: the theme must stand before the first paint, and modules come after it.
// `data-theme` is "light" or "dark" when a person chose one; without it the system's wish decides.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("mainstay.theme");
  } catch {
    // Storage may be forbidden; then the system's wish decides.
  }
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
})();
