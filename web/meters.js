// The meters of the header: a bar and a figure each.

import { byId, element, set, setText } from "./dom.js";

let shownMeters = "";

export function showMeters(meters) {
  const root = byId("meters");
  const names = meters.map((meter) => meter.name).join();
  if (names !== shownMeters) {
    shownMeters = names;
    root.replaceChildren(...meters.map(({ name }) => {
      const label = element("span", { className: "name" }, name);
      const bar = element("span", { className: "track", "aria-hidden": "true" }, element("i"));
      const value = element("span", { className: "value" });
      return element("span", { className: "meter" }, label, bar, value, element("span", { className: "short" }));
    }));
  }
  meters.forEach(({ percent, text, short, main }, index) => {
    const meter = root.children[index];
    setText(meter.children[2], text);
    setText(meter.lastChild, short);
    set(meter, { title: text });
    meter.classList.toggle("unknown", percent === null);
    meter.classList.toggle("other", !main);
    set(meter.children[1].firstChild.style, { transform: `scaleX(${Math.min(percent ?? 0, 100) / 100})` });
  });
}
