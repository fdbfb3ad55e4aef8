// What makes writing a message more comfortable: kinds that a column does not take step aside, danger words are
// answered at once. The server checks everything again, and the form works without this.
(() => {
  "use strict";
  const form = document.getElementById("submit-form");
  if (!form) return;

  const fitKinds = () => {
    const column = form.querySelector("input[name=column]:checked");
    const takes = (column?.dataset.kinds || "").split(" ");
    for (const kind of form.querySelectorAll("input[name=kind]")) {
      const fits = !column || takes.includes(kind.value);
      kind.closest("label").hidden = !fits;
      if (!fits) kind.checked = false;
    }
  };

  const box = document.getElementById("danger");
  const watch = () => {
    const text = `${form.elements.title.value}\n${form.elements.body.value}`;
    let isAny = false;
    for (const line of box.querySelectorAll("[data-danger]")) {
      const speaks = line.dataset.danger.split(" ").some((word) => text.includes(word));
      line.hidden = !speaks;
      isAny = isAny || speaks;
    }
    box.hidden = !isAny;
  };

  form.addEventListener("change", (event) => { if (event.target.name === "column") fitKinds(); });
  form.addEventListener("input", (event) => { if (["title", "body"].includes(event.target.name)) watch(); });
  fitKinds();
})();
