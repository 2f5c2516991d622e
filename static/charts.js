// Charts: one line in ink, one dashed line to compare with, one band; labels at the line's end, no legend, a table behind.
// <div data-chart="id of a JSON script">, see templates/parts/chart.html for the shape of the JSON.
"use strict";

const zdCharts = (() => {
  const drawn = new Set();
  const token = (name) => {  // a token as the browser understands it, for light and dark alike
    const probe = document.createElement("i");
    probe.style.color = `var(--zd-${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const font = () => getComputedStyle(document.documentElement).getPropertyValue("--zd-font");
  const show = (value) => (value === null || value === undefined ? "" : Number(value).toLocaleString("en-US", { maximumFractionDigits: 2 }).replace("-", "−"));
  const STYLES = {  // kind of a line: colour, colour of its label, width, dashes
    main: ["chart-line", "chart-line", 2, "solid"], ref: ["chart-ref", "ink-2", 1.5, [4, 3]], target: ["ink-2", "ink-2", 1, [2, 2]],
    near: ["near", "near-ink", 1, "solid"], over: ["over", "over-ink", 1, "solid"], done: ["done", "done-ink", 1.5, "solid"],
  };
  const last = (values) => values.findLast((value) => value !== null && value !== undefined);

  function option(data) {
    const axis = { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: token("ink-2"), fontSize: 11, fontFamily: font() } };
    const series = [], band = data.band, bars = (data.lines || []).some((line) => line.bars);
    if (band) {
      const hidden = { type: "line", stack: "band", z: 1, symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
      series.push({ ...hidden, data: band.low }, { ...hidden, data: band.high.map((high, at) => high - band.low[at]), areaStyle: { color: token("chart-band"), opacity: 1 } });
    }
    for (const line of data.lines || []) {
      const [colour, ink, width, dashes] = STYLES[line.kind || "main"];
      if (line.bars) {
        series.push({ name: line.name, type: "bar", data: line.values, barMaxWidth: 20, itemStyle: { color: token(colour), opacity: line.kind === "ref" ? .35 : 1 } });
        continue;
      }
      series.push({
        name: line.name, type: "line", data: line.values, symbol: "none", connectNulls: true, z: line.kind === "ref" ? 2 : 3,
        lineStyle: { color: token(colour), width, type: dashes }, itemStyle: { color: token(colour) },
        endLabel: { show: true, formatter: `${line.name} ${show(last(line.values))}`, color: token(ink), fontSize: 12, fontFamily: font(), distance: bars ? 18 : 6, fontWeight: (line.kind || "main") === "main" ? 600 : 400 },
        ...(line === (data.lines || [])[0] && data.marks ? { markPoint: { symbol: "circle", symbolSize: 7, data: data.marks.map((mark) => ({ coord: [mark.at, line.values[mark.at]], itemStyle: { color: token(mark.tone || "chart-line") }, label: { show: true, formatter: mark.text, position: mark.position || "bottom", color: token(mark.tone ? `${mark.tone}-ink` : "ink-2"), fontSize: 11, fontFamily: font() } })) } } : {}),
      });
    }
    const longest = Math.max(0, ...series.filter((one) => one.endLabel).map((one) => [...one.endLabel.formatter].reduce((width, sign) => width + (sign > "\u2e80" ? 12 : 7), 0)));
    return {
      animation: false, textStyle: { fontFamily: font() },
      grid: { left: 8, right: longest ? longest + (bars ? 32 : 20) : 16, top: 12, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", backgroundColor: token("paper"), borderColor: token("line"), textStyle: { color: token("ink"), fontSize: 12 }, valueFormatter: (value) => `${show(value)}${data.unit ? " " + data.unit : ""}` },
      xAxis: { type: "category", data: data.x, boundaryGap: bars, ...axis, axisLabel: { ...axis.axisLabel, hideOverlap: true } },
      yAxis: { type: "value", scale: data.from_zero ? false : true, splitNumber: 4, min: data.min, max: data.max, ...axis, axisLabel: { ...axis.axisLabel, formatter: show }, splitLine: { lineStyle: { color: token("line") } } },
      series,
    };
  }

  // Labels at the lines' ends stand at least a line's height apart.
  function spread(chart) {
    const { series } = chart.getOption(), gap = 15;
    const ends = series.map((one, at) => ({ at, value: one.endLabel?.show ? last(one.data) : undefined }))
      .filter((end) => end.value !== undefined)
      .map((end) => ({ ...end, y: chart.convertToPixel({ yAxisIndex: 0 }, end.value) }))
      .sort((a, b) => a.y - b.y);
    let floor = -Infinity;
    for (const end of ends) { end.to = Math.max(end.y, floor + gap); floor = end.to; }
    const low = chart.getHeight() - 24 - (ends.at(-1)?.to ?? 0);
    if (low < 0) for (let at = ends.length - 1, roof = chart.getHeight() - 24; at >= 0; at--) { ends[at].to = Math.min(ends[at].to, roof); roof = ends[at].to - gap; }
    chart.setOption({ series: series.map((_, at) => { const end = ends.find((one) => one.at === at); return end ? { endLabel: { offset: [0, end.to - end.y] } } : {}; }) });
  }

  function table(data) {
    const make = (tag, text, name) => { const node = document.createElement(tag); if (text !== undefined) node.textContent = text; if (name) node.className = name; return node; };
    const grid = make("table", undefined, "table card-table"), head = grid.createTHead().insertRow(), body = grid.createTBody();
    const parts = [...(data.lines || []), ...(data.band ? [{ name: `${data.band.name} ↓`, values: data.band.low }, { name: `${data.band.name} ↑`, values: data.band.high }] : [])];
    head.append(make("th", data.x_name || page.say("period")), ...parts.map((line) => make("th", line.name, "zd-num")));
    data.x.forEach((label, at) => {
      const row = body.insertRow();
      row.append(make("td", label), ...parts.map((line) => make("td", show(line.values[at]), "zd-num")));
    });
    return grid;
  }

  function start(root) {
    for (const place of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
      place.dataset.drawn = "";
      const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
      const chart = echarts.init(place, null, { renderer: "svg" });
      chart.setOption(option(data));
      spread(chart);
      new ResizeObserver(() => { chart.resize(); spread(chart); }).observe(place);
      drawn.add([place, chart, data]);
      const button = document.querySelector(`[data-numbers="${place.dataset.chart}"]`);
      button?.addEventListener("click", () => {
        const open = place.nextElementSibling?.matches(".zd-numbers") && place.nextElementSibling;
        if (open) { open.remove(); place.hidden = false; chart.resize(); }
        else { const box = document.createElement("div"); box.className = "zd-numbers"; box.append(table(data)); place.after(box); place.hidden = true; }
        button.setAttribute("aria-pressed", String(!open));
        button.querySelector("span").textContent = page.say(open ? "numbers" : "picture");
      });
    }
  }

  document.addEventListener("zd:theme", () => {
    for (const one of drawn) one[0].isConnected ? (one[1].setOption(option(one[2]), true), spread(one[1])) : (one[1].dispose(), drawn.delete(one));
  });
  return { start };
})();
