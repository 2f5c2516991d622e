// Maps: points coloured by state, clusters, numbered stops with their line; a plain ground where no tiles are set.
// <div data-map="id of a JSON script" data-tiles="…">, see templates/parts/map.html for the shape of the JSON.
"use strict";

const zdMaps = (() => {
  const RANK = ["over", "near", "mine", "done", ""];  // a cluster wears its worst state
  const text = (value) => { const node = document.createElement("span"); node.textContent = value; return node.innerHTML; };
  const pin = (point) => {
    const size = point.n ? 26 : 14;
    return L.divIcon({ className: "", iconSize: [size, size], html: `<span class="zd-pin${point.call ? " is-square" : ""}" data-s="${point.n && !point.tone ? "open" : text(point.tone || "")}">${point.n ? text(point.n) : ""}</span>` });
  };
  const cluster = (group) => {
    const inside = group.getAllChildMarkers(), tone = RANK.find((one) => inside.some((marker) => (marker.options.tone || "") === one)) || "";
    const size = inside.length < 10 ? 28 : inside.length < 100 ? 34 : 42;
    return L.divIcon({ className: "", iconSize: [size, size], html: `<span class="zd-cluster" data-s="${tone}">${inside.length}</span>` });
  };
  const card = (point) => {
    const box = document.createElement("div"), name = document.createElement(point.url ? "a" : "b");
    name.textContent = point.name;
    if (point.url) { name.href = point.url; name.className = "zd-link zd-strong"; }
    box.append(name);
    if (point.text) { const more = document.createElement("div"); more.className = "zd-meta"; more.textContent = point.text; box.append(more); }
    return box;
  };

  function start(root) {
    for (const place of root.querySelectorAll("[data-map]:not([data-drawn])")) {
      place.dataset.drawn = "";
      const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
      const points = data.points.filter((point) => point.lat !== null && point.lng !== null);
      const map = L.map(place, { zoomControl: false, attributionControl: Boolean(place.dataset.tiles), keyboard: true, zoomSnap: .5, maxZoom: 18, scrollWheelZoom: false });
      if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { maxZoom: 18, attribution: place.dataset.credit || "" }).addTo(map);
      L.control.scale({ imperial: false }).addTo(map);
      if (points.length) L.control.zoom({ zoomInTitle: page.say("nearer"), zoomOutTitle: page.say("farther") }).addTo(map);
      map.on("popupopen", ({ popup }) => popup.getElement().querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", page.say("close")));
      if (!points.length) { map.setView([30.6, 114.3], 9); place.append(Object.assign(document.createElement("p"), { className: "zd-empty", textContent: page.say("nopoints") })); continue; }
      if (data.dots) {  // many places told apart by whose they are: a hue each, a ring for those that move
        map.fitBounds(L.latLngBounds(points.map((point) => [point.lat, point.lng])).pad(.08), { maxZoom: 15 });
        for (const point of points) L.circleMarker([point.lat, point.lng], { radius: point.moves ? 7 : 4, className: `zd-dot${point.moves ? " is-moving" : ""}`, fillOpacity: 1, weight: point.moves ? 2 : 1 }).bindPopup(() => card(point)).addTo(map).getElement().dataset.hue = point.hue;
        new ResizeObserver(() => map.invalidateSize()).observe(place);
        continue;
      }
      const markers = points.map((point) => {
        const marker = L.marker([point.lat, point.lng], { icon: pin(point), zIndexOffset: point.n && point.tone === "mine" ? 1000 : 0, tone: point.tone || "", title: point.name, alt: point.name, keyboard: points.length < 200 });
        marker.bindPopup(() => card(point));
        if (point.id) place.addEventListener(`zd:point-${point.id}`, () => { layer.zoomToShowLayer ? layer.zoomToShowLayer(marker, () => marker.openPopup()) : marker.openPopup(); });
        return marker;
      });
      const layer = data.route ? L.layerGroup(markers) : L.markerClusterGroup({ iconCreateFunction: cluster, maxClusterRadius: 44, showCoverageOnHover: false, chunkedLoading: true });
      if (!data.route) layer.addLayers(markers);
      if (data.route) L.polyline([...(data.start ? [[data.start.lat, data.start.lng]] : []), ...points.filter((point) => !point.call).map((point) => [point.lat, point.lng])], { className: "zd-route", weight: 2.5, dashArray: "1 7", lineCap: "round", interactive: false }).addTo(map);
      if (data.start) L.marker([data.start.lat, data.start.lng], { icon: pin({ tone: "mine" }), title: data.start.name || "", zIndexOffset: -1000 }).addTo(map);
      map.addLayer(layer);
      map.fitBounds(L.latLngBounds(points.map((point) => [point.lat, point.lng])).pad(.12), { maxZoom: 15 });
      new ResizeObserver(() => map.invalidateSize()).observe(place);
      map.on("focus", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());
      document.addEventListener("click", (event) => {  // the list beside it: <… data-point="id">
        const link = event.target.closest("[data-point]");
        if (link && !event.target.closest("a[href]")) place.dispatchEvent(new Event(`zd:point-${link.dataset.point}`));
      });
    }
  }
  return { start };
})();
