// Field pages: the holding hand, what a chip ticks, and whether there is a connection. Loaded before the first paint.
(() => {
  const root = document.documentElement;
  root.dataset.hand = localStorage.getItem("zd-hand") || "right";

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-act=hand]")) return;
    root.dataset.hand = root.dataset.hand === "left" ? "right" : "left";
    localStorage.setItem("zd-hand", root.dataset.hand);
  });

  // A guidance chip ticks the act it belongs to: <input data-ticks="act-guide">
  document.addEventListener("change", (event) => {
    const act = event.target.dataset.ticks && document.getElementById(event.target.dataset.ticks);
    if (act && event.target.checked) act.checked = true;
  });

  const net = () => {
    const pill = document.querySelector(".f-net");
    if (!pill) return;
    const on = navigator.onLine, use = pill.querySelector("use");
    pill.classList.toggle("off", !on);
    pill.querySelector("span").textContent = on ? pill.dataset.on : pill.dataset.off;
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, on ? "#wifi" : "#wifi-off"));
  };
  addEventListener("online", net);
  addEventListener("offline", net);
  document.addEventListener("DOMContentLoaded", net);
})();
