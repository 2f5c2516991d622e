// Plans at the desk and in the field: print; drag a stop, see what it does, save it with a reason.
"use strict";

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-rearrange]"), days = document.querySelector("[data-days]");
  if (!form || !days) return;
  const lists = [...days.querySelectorAll("[data-plan]")], kept = lists.filter((list) => list.dataset.plan);
  const effect = document.getElementById("effect"), was = effect.innerHTML;
  const order = () => Object.fromEntries(kept.map((list) => [list.dataset.plan, [...list.children].map((item) => Number(item.dataset.stop))]));
  const first = JSON.stringify(order()), home = lists.map((list) => [list, [...list.children]]);
  const changed = () => JSON.stringify(order()) !== first;
  let asked = 0;

  function buttons() {
    form.querySelector("[data-save]").disabled = !changed() || !form.elements.reason.value;
    form.querySelector("[data-discard]").disabled = !changed();
  }
  async function weigh() {  // the answer to an order that was changed again meanwhile is passed over
    form.elements.arrangement.value = JSON.stringify(order());
    buttons();
    const mine = ++asked;
    if (!changed()) { effect.innerHTML = was; return; }
    effect.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.effectUrl, { method: "POST", body: new FormData(form), headers: { "X-CSRFToken": document.body.dataset.csrf } });
      if (mine === asked && answer.ok) effect.innerHTML = await answer.text();
    } finally { if (mine === asked) effect.removeAttribute("aria-busy"); }
  }
  function move(item, key) {
    const list = item.parentElement, at = lists.indexOf(list);
    if (key === "up") item.previousElementSibling?.before(item);
    else if (key === "down") item.nextElementSibling?.after(item);
    else if (key === "drop") lists.at(-1).append(item);
    else if (key === "next") lists[Math.min(at + 1, lists.length - 1)].append(item);
    else if (key === "before") lists[Math.max(at - 1, 0)].append(item);
    weigh();
  }

  for (const list of lists) Sortable.create(list, { group: "stops", handle: ".v-grip", animation: 120, delay: 80, delayOnTouchOnly: true, forceFallback: true, onEnd: weigh });
  days.addEventListener("click", (event) => {
    const item = event.target.closest("[data-stop]"), key = event.target.closest("button");
    const name = ["up", "down", "next", "drop"].find((one) => key?.hasAttribute(`data-${one}`));
    if (item && name) { move(item, name); key.focus(); }
  });
  days.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".v-grip");
    const name = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "next", ArrowLeft: "before", Delete: "drop" }[event.key];
    if (!grip || !name) return;
    event.preventDefault();
    move(grip.closest("[data-stop]"), name);
    grip.focus();
  });
  form.addEventListener("change", buttons);
  form.querySelector("[data-discard]").addEventListener("click", () => { for (const [list, items] of home) list.append(...items); weigh(); });
  form.elements.arrangement.value = first;
  buttons();
});
