// Field pages of visits: where the tablet is when a form is sent, and a sign that something moves. No position never blocks.
"use strict";

(() => {
  const PATIENCE = 4000;  // milliseconds for a position; then the visit begins without one

  const place = () => new Promise((done) => {
    if (!navigator.geolocation) return done(null);
    const late = setTimeout(() => done(null), PATIENCE + 500);
    navigator.geolocation.getCurrentPosition(
      (found) => { clearTimeout(late); done(found.coords); },
      () => { clearTimeout(late); done(null); },
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 15000 },
    );
  });

  const button = (form) => form.querySelector("button:not([type=button])") || document.querySelector(`button[form="${form.id}"]`);

  function wait(form) {
    const key = button(form), words = key?.querySelector("span");
    if (!key) return;
    key.setAttribute("aria-disabled", "true");
    if (words && form.dataset.wait) { words.dataset.was = words.textContent; words.textContent = form.dataset.wait; }
  }
  function again(form) {
    const key = button(form), words = key?.querySelector("span");
    delete form.dataset.sending;
    key?.removeAttribute("aria-disabled");
    if (words?.dataset.was) words.textContent = words.dataset.was;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-wait], form[data-locate]")) return;
    if (form.dataset.sending) return event.preventDefault();  // a second tap
    form.dataset.sending = "1";
    wait(form);
    if (!form.matches("[data-locate]")) return;
    event.preventDefault();
    const coords = await place();
    if (coords) {
      form.elements.latitude.value = coords.latitude;
      form.elements.longitude.value = coords.longitude;
    }
    HTMLFormElement.prototype.submit.call(form);
  });

  // Back to a page from the browser's memory: its keys work again.
  addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(again); });
})();
