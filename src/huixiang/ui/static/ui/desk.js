// Keyboard shortcuts of the desk: data-shortcut="g i" on links, buttons and fields; "?" lists them.
// They can be switched off (WCAG 2.1.4), and rest while somebody is typing or a dialog is open.
(() => {
  "use strict";
  const { make } = window.huixiang;
  const SEQUENCE_MS = 1200;
  const OFF = "huixiang-shortcuts-off";
  let pressed = [];
  let timer = 0;

  // Where storage is refused the choice lasts for this page only.
  let isOff = false;
  try { isOff = localStorage.getItem(OFF) === "1"; } catch { isOff = false; }
  const remember = () => {
    try { localStorage.setItem(OFF, isOff ? "1" : "0"); } catch { /* lasts for this page */ }
  };

  const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
  const keysOf = (element) => element.dataset.shortcut.split(" ");
  const shown = () => [...document.querySelectorAll("[data-shortcut]")].filter((element) => element.checkVisibility?.() ?? true);
  const labelOf = (element) => element.dataset.shortcutLabel || element.getAttribute("aria-label")
    || element.querySelector(".desk-nav-label")?.textContent || element.textContent.trim() || element.placeholder || "";

  const openList = () => {
    const dialog = document.getElementById("shortcuts");
    if (!dialog || dialog.open) return;
    const rows = [["?", "打开这张表"], ...shown().map((element) => [element.dataset.shortcut, labelOf(element)])];
    dialog.querySelector("[data-shortcut-list]").replaceChildren(...rows.flatMap(([keys, label]) => {
      const term = make("dt");
      keys.split(" ").forEach((key) => term.append(make("kbd", "", key), " "));
      return [term, make("dd", "", label)];
    }));
    const box = dialog.querySelector("[data-shortcuts-on]");
    if (box) box.checked = !isOff;
    dialog.showModal();
  };

  const act = (element) => {
    if (element.matches("input, textarea, select")) element.focus();
    else element.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isOff) return;
    if (event.key.length !== 1 || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); openList(); return; }
    clearTimeout(timer);
    timer = setTimeout(() => { pressed = []; }, SEQUENCE_MS);
    pressed.push(event.key.toLowerCase());
    const fitting = () => shown().filter((element) => keysOf(element).slice(0, pressed.length).join(" ") === pressed.join(" "));
    let fits = fitting();
    if (!fits.length && pressed.length > 1) { pressed = pressed.slice(-1); fits = fitting(); }
    const exact = fits.find((element) => keysOf(element).length === pressed.length);
    if (exact) {
      event.preventDefault();
      pressed = [];
      act(exact);
    } else if (!fits.length) {
      pressed = [];
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shortcuts-open]")) openList();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-shortcuts-on]")) return;
    isOff = !event.target.checked;
    remember();
  });
})();
