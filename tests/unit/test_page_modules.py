"""The page's modules joined: few requests, one instance of each, nothing of them lost."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

from tray.infrastructure.local_api.page_modules import carriers_of, joined

WEB = Path(__file__).parents[2] / "web"
PAGE = {file.name: file.read_text("utf-8") for file in WEB.glob("*.js")}
SMALL = {
    "main.js": 'import { a } from "./a.js";\nconst c = a;\n() => import("./later.js");\n'
    '() => import("./rarely.js");\n',
    "a.js": 'import { b } from "./b.js";\nexport const a = b;\n',
    "b.js": "export function b() {}\nexport class B {}\n",
    "later.js": 'import { b } from "./b.js";\nimport { own } from "./own.js";\n'
    'import { both } from "./both.js";\nexport async function open() {}\n',
    "own.js": "export const own = 1;\n",
    "rarely.js": 'import { both } from "./both.js";\n',
    "both.js": 'import { deep } from "./deep.js";\nexport const both = deep;\n',
    "deep.js": "export const deep = 1;\n",
    "alone.js": "export const alone = 1;\n",
}
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";$', re.MULTILINE)


def test_a_module_is_carried_by_the_one_entry_that_needs_it() -> None:
    assert carriers_of(SMALL) == {
        "main.js": "main.js",
        "a.js": "main.js",
        "b.js": "main.js",
        "later.js": "later.js",
        "own.js": "later.js",
        "rarely.js": "rarely.js",
        "both.js": "both.js",
        "deep.js": "deep.js",
        "alone.js": "alone.js",
    }


def test_the_main_module_holds_all_it_imports_each_after_what_it_needs() -> None:
    assert joined(SMALL, "main.js") == (
        "const $b = (() => {\nfunction b() {}\nclass B {}\nreturn { b, B };\n})();\n"
        "const $a = (() => {\nconst { b } = $b;\nconst a = b;\nreturn { a };\n})();\n"
        'const $main = (() => {\nconst { a } = $a;\nconst c = a;\n() => import("./later.js");\n'
        '() => import("./rarely.js");\nreturn {  };\n})();\n'
        "export { $b, $a, $main };\n"
        "export const {  } = $main;\n"
    )


def test_what_is_imported_on_demand_fetches_what_others_carry() -> None:
    served = joined(SMALL, "later.js")
    first, second, *_ = served.splitlines()
    assert first == 'import { $b } from "./main.js";'
    assert second == 'import { $both } from "./both.js";'
    assert "const $own" in served
    assert served.endswith("export { $own, $later };\nexport const { open } = $later;\n")


def test_a_module_that_is_carried_hands_on_what_its_carrier_holds() -> None:
    assert joined(SMALL, "b.js") == (
        'import { $b } from "./main.js";\nexport const { b, B } = $b;\n'
    )


def test_an_import_that_leads_nowhere_stays_one_for_the_browser_to_complain_of() -> None:
    served = joined({"main.js": 'import { x } from "./gone.js";\n'}, "main.js")
    assert 'import { $gone } from "./gone.js";' in served


def test_the_page_opens_with_one_module_and_each_dialog_with_one_more() -> None:
    apart = {name for name, carrier in carriers_of(PAGE).items() if name == carrier}
    on_demand = {name for text in PAGE.values() for name in re.findall(r'import\("./(.*)"\)', text)}
    assert apart == {"main.js"} | on_demand


def test_the_page_keeps_what_joining_asks_of_its_modules() -> None:
    for name, text in PAGE.items():
        imports = re.findall(r"^import\b.*", text, re.MULTILINE)
        assert len(imports) == len(IMPORT.findall(text)), f"{name} imports in another way"
        exports = re.findall(r"^export\b.*", text, re.MULTILINE)
        other = [e for e in exports if not re.match(r"export (async |)(function|class|const) ", e)]
        assert not other, f"{name} exports in another way: {other}"
    # Raises CycleError, which names the circle.
    TopologicalSorter({name: IMPORT.findall(text) for name, text in PAGE.items()}).prepare()
