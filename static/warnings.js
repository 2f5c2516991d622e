// Indicators: only the fields that the choices made so far ask for. Reports: print.
"use strict";

(() => {
  // data-shown-when="comparison=share,before family=customer": shown while every named field has one of its values.
  function fit(form) {
    for (const part of form.querySelectorAll("[data-shown-when]")) {
      part.hidden = !part.dataset.shownWhen.split(" ").every((one) => {
        const [name, values] = one.split("="), input = form.elements[name];
        return !input || values.split(",").includes(input.value);
      });
    }
  }
  function start(root) {
    for (const form of root.querySelectorAll("form[data-fitting]")) {
      form.addEventListener("change", () => fit(form));
      fit(form);
    }
  }
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
})();
