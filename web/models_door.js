// The way to the Models view, which is fetched when it is first opened.

import { call, loaded } from "./api.js";
import { focusComposer } from "./composer.js";
import { byId, set, setText } from "./dom.js";
import { attempt, onState } from "./header.js";

let wanted = false;

// `place` is the tab to show: "shelf" unless given.
export async function openModels(place) {
  const { open } = await loaded(import("./models_view.js"));
  return open(place);
}

// Whoever points or tabs to the way in is about to take it, and what the view needs takes
// a moment. A click has pointed before, and a dialog that closes gives the focus back.
function comeNear({ type, target, relatedTarget: before }) {
  const tabbed = before && !before.closest("dialog") && target.matches(":focus-visible");
  if (type === "focus" && !tabbed) return;
  call("/api/page/models/ready", {}).catch(() => {});
  import("./models_view.js").catch(() => {});
}

export function setUpModels() {
  const way = byId("models-open");
  for (const sign of ["pointerenter", "focus"]) way.addEventListener(sign, comeNear);
  way.addEventListener("click", () => attempt(openModels()));
  byId("first-model-get").addEventListener("click", () => attempt(openModels("get")));
  onState(({ needs_model: needs, setup }) => {
    const door = byId("first-model");
    const held = door.contains(document.activeElement);
    set(door, { hidden: !needs && !setup });
    if (held && door.hidden) focusComposer();
    const failure = setup?.failure;
    setText(byId("first-model-get"), setup && !failure ? `Getting ${setup.name}` : "Get a good model");
    setText(byId("first-model-line"), failure ? `${setup.name} could not be got: ${failure.title}.`
      : setup?.line ?? "The demo model is only for a first look.");
  });
  // Asked for in the icon's menu; the view takes the wish back once it is open.
  onState(({ wants_models: wants }) => {
    if (wants && !wanted) attempt(openModels());
    wanted = wants;
  });
}
