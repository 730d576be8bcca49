// The way to the Models view, which is fetched when it is first opened.

import { byId } from "./dom.js";
import { onState, showFailure } from "./header.js";

let wanted = false;

// `place` is the tab to show: "shelf" unless given.
export async function openModels(place) {
  const { open } = await import("./models_view.js");
  return open(place);
}

export function setUpModels() {
  byId("models-open").addEventListener("click", () => openModels().catch(showFailure));
  // Asked for in the icon's menu; the view takes the wish back once it is open.
  onState(({ wants_models: wants }) => {
    if (wants && !wanted) openModels().catch(showFailure);
    wanted = wants;
  });
}
