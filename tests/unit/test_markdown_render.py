"""What Markdown looks like as HTML."""

import subprocess
import sys

import pytest

from tray.ui.markdown import render
from tray.ui.markdown.highlight import LANGUAGES, highlight


def one(text: str) -> str:
    (block,) = render(text)
    return block


def test_blocks_come_one_by_one() -> None:
    assert [html[:3] for html in render("# a\n\nb\n\n- c\n")] == ["<h1", "<p>", "<ul"]


def test_raw_html_is_text() -> None:
    assert one("a <b>x</b>") == "<p>a &lt;b&gt;x&lt;/b&gt;</p>\n"


def test_table_aligns_by_class() -> None:
    html = one("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|\n")
    assert "style" not in html
    for side in ("left", "center", "right"):
        assert f'<th class="align-{side}">' in html
        assert f'<td class="align-{side}">' in html
    assert "<td>4</td>" in html


def test_tasks_are_disabled_checkboxes() -> None:
    html = one("- [ ] one\n- [x] two\n")
    assert html.count('type="checkbox"') == html.count("disabled") == 2
    assert html.count("checked") == 1
    assert '<ul class="tasks">' in html


def test_code_keeps_every_character() -> None:
    html = one("```python\nif a < b:\n\n\treturn 'x'  \n```")
    assert 'data-language="python"' in html
    assert '<span class="tok-keyword">if</span>' in html
    assert "&lt; b:\n\n\t" in html
    assert "'</span>  \n</code>" in html


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_listed_language_highlights(language: str) -> None:
    from tray.ui.markdown.highlight import _lexer

    assert _lexer(language) is not None
    assert "a" in highlight("a = 1\n", language)


def test_an_image_is_a_link() -> None:
    html = one("![cat](https://example.com/cat.png)")
    assert 'class="image-link"' in html
    assert ">cat</a>" in html
    assert html.count("<a") == 1
    assert one("[![cat](https://a.test/1)](https://a.test/2)").count("<a") == 1


def test_formulas_are_left_alone() -> None:
    for formula in ("$a_1 * b_2 * c$", r"\(x_1 * y_2 * z\)", r"\[a \\ b\]", "$$a *b* c$$"):
        html = one(f"so {formula} holds")
        assert f'<span class="formula">{formula}</span>' in html


def test_prices_are_not_formulas() -> None:
    assert "formula" not in one("between $5 and $6 each")


def test_a_definition_serves_later_blocks_only() -> None:
    before, after = render("[x]\n\n[x]: https://a.test\n\n[x]\n")
    assert "<a" not in before
    assert "<a" in after


def test_a_very_long_paragraph_stays_text() -> None:
    assert one("*" + "[" * 20_000) == "<p>*" + "[" * 20_000 + "</p>\n"


def test_lone_surrogates_do_no_harm() -> None:
    assert one("a\ud83db\0") == "<p>a\ufffdb\ufffd</p>\n"


def test_code_libraries_load_with_the_first_code_block() -> None:
    program = (
        "import sys; from tray.ui.markdown import render; render('a'); "
        "assert 'pygments' not in sys.modules; render('```py\\nx\\n```'); "
        "assert 'pygments' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
