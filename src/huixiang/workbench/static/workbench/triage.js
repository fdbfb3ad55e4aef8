// Suggestions of triage: a click puts one into its field, "y" all of them; nothing is sent before the person sends it.
(() => {
  "use strict";
  if (window.huixiangTriage) return;
  window.huixiangTriage = true;

  const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

  const fillField = (button) => {
    const field = document.getElementById(button.dataset.fill);
    if (!field) return;
    const { value, words } = button.dataset;
    if (field.matches("select") && ![...field.options].some((option) => option.value === value)) {
      field.append(new Option(words || value, value));
    }
    field.value = value;
    changed(field);
    if (button.dataset.opens) {
      const fold = field.closest("details");
      if (fold) fold.open = true;
      field.focus();
    }
  };

  const fillRadio = (button) => {
    const scope = button.closest("form") || document;
    for (const radio of scope.querySelectorAll(`input[type=radio][name="${button.dataset.fillRadio}"]`)) {
      radio.checked = radio.value === button.dataset.value;
      if (radio.checked) changed(radio);
    }
  };

  const fill = (button) => {
    if (button.dataset.fill) fillField(button);
    else fillRadio(button);
    const row = button.closest("dd, ol, .advice-options");
    for (const other of row ? row.querySelectorAll("[aria-pressed]") : []) other.removeAttribute("aria-pressed");
    button.setAttribute("aria-pressed", "true");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill], [data-fill-radio]");
    if (button) fill(button);
    const all = event.target.closest("[data-accept-all]");
    if (all) all.closest("[data-advice]").querySelectorAll("[data-suggested]").forEach(fill);
  });
})();
