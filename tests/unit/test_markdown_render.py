"""What Markdown looks like as HTML."""

import itertools
import subprocess
import sys
from html import escape

import pytest

from tray.ui.markdown.highlight import LANGUAGES, highlight, may_be_slow
from tray.ui.markdown.whole import render


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


def test_a_wide_table_makes_no_more_cells_than_it_has_characters() -> None:
    source = "|a" * 200 + "\n" + "|-" * 200 + "\n" + "x\n" * 330
    for text in (source, "> " + source.replace("\n", "\n> "), source + "\n" + source):
        html = "".join(render(text))
        assert 200 < html.count("<td>") < len(text)
        assert "<p>x\nx\n" in html


def test_rows_may_leave_cells_out() -> None:
    rows = "| Fruit |\n| apple | 1 |\n" * 50
    html = one("| Name | Count | Price | Note | Since |\n|-|-|-|-|-|\n" + rows)
    assert html.count("<td>") == 500


def test_long_cells_are_marked() -> None:
    html = one(f"| Short | {'Long ' * 6}|\n|--:|--|\n| 1 | {'word ' * 6}|\n")
    assert '<th class="align-right">Short</th>' in html
    assert html.count('<th class="long">') == html.count('<td class="long">') == 1


def test_tasks_are_disabled_checkboxes() -> None:
    html = one("- [ ] one\n- [x] two\n")
    assert html.count('type="checkbox"') == html.count("disabled") == 2
    assert html.count("checked") == 1


def test_a_break_is_the_only_html() -> None:
    """Cells of tables have no other way to break a line."""
    assert one("| a |\n|---|\n| b<br>c<BR />d |\n").count("<br>") == 2
    assert "b<br>\nc" in one("**b<br/>c** `<br>`\n")
    assert "<code>&lt;br&gt;</code>" in one("**b<br/>c** `<br>`\n")
    for text in ("<br", "<brx>", "<br class=x>", "<b>b</b>", "\\<br>"):
        assert "&lt;b" in one(text)


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


_LOOPS = {
    "newlines": ("c", "int x;\n" + "\n" * 2000),
    "newlines after much code": (
        "cpp",
        "".join(f"int x{n};\n" for n in range(900)) + "\n" * 2000,
    ),
    "blanks": ("python", "x = 1\n" + "    \n" * 500),
    "one line": ("go", "x := 1\n" + 's := "\\\n' * 500),
    "few lines": ("css", "a {\n  b: '\n}\n" * 100),
    "heredocs": ("terraform", "x = 1\n" + "<<E\n" * 500),
    "prose": ("java", "int x;\n" + "".join(f"the server starts {n} times\n" for n in range(50))),
    "names": ("c#", "int x;\n" + "".join(f"a{n}\n" for n in range(200))),
    "one long word": ("make", "x = 1\n" + "(" * 1001),
}


@pytest.mark.parametrize("name", _LOOPS)
def test_what_a_lexer_takes_ever_longer_for_stays_plain(name: str) -> None:
    language, code = _LOOPS[name]
    assert highlight(code, language) == escape(code)
    assert "tok-" in highlight(code[:8] + "\n", language)


def test_a_lexer_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "".join(f"x{n} = '{n}'\n" for n in range(400))
    assert "tok-" in highlight(code, "python")
    looks = itertools.count()
    monkeypatch.setattr("tray.ui.markdown.highlight.thread_time", lambda: next(looks) / 10)
    assert highlight(code, "python") == escape(code)
    assert next(looks) < 10


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_ordinary_code_of_any_length_is_highlighted(language: str) -> None:
    functions = (f"def f{n}(a, b):\n    return a[{n}] + 'b';\n\n\n" for n in range(600))
    code = "".join(functions) + " " * 150 + "x = 1\n" * 60 + "y = (1, 'b') + " * 60 + "\n"
    assert len(code) < 32_000
    assert not may_be_slow(code, language)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**重要：**内容", "<strong>重要：</strong>内容"),
        ("**定义（A）**是", "<strong>定义（A）</strong>是"),
        ("これは**「重要」**です", "これは<strong>「重要」</strong>です"),
        ("**중요(important)**는", "<strong>중요(important)</strong>는"),
        ("前*“重点”*后", "前<em>“重点”</em>后"),
        ("**提示。**Python", "<strong>提示。</strong>Python"),
        ("**Note:**text", "**Note:**text"),
        ("a*(b)*c", "a*(b)*c"),
        ("2 * 3（四） * 5", "2 * 3（四） * 5"),
    ],
)
def test_marks_end_behind_punctuation_where_there_are_no_spaces(text: str, html: str) -> None:
    assert one(text) == f"<p>{html}</p>\n"


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("See https://a.test/b(c).", "https://a.test/b(c)", "."),
        ("(http://127.0.0.1:8080/health)", "http://127.0.0.1:8080/health", ")"),
        ("https://a.test/?q=1#b, and", "https://a.test/?q=1#b", ", and"),
        ("https://a.test/_x_y_z\nnext", "https://a.test/_x_y_z", "\nnext"),
        ("https://a.test/wiki/中文 x", "https://a.test/wiki/中文", " x"),
        ("在https://a.test/x。后面", "https://a.test/x", "。后面"),
        ("请访问https://a.test查看", "https://a.test", "查看"),
        ("“https://a.test”", "https://a.test", "”"),
        ("**https://a.test/x**: it", "https://a.test/x", "</strong>: it"),
        ("_https://a.test_", "https://a.test", "</em>"),
        ("~~https://a.test~~.", "https://a.test", "</s>."),
        ("| a |\n|-|\n| https://a.test |", "https://a.test", "</td>"),
    ],
)
def test_an_address_in_plain_text_is_a_link(text: str, address: str, after: str) -> None:
    html = one(text)
    assert html.count("<a ") == 1
    assert f'">{address}</a>{after}' in html


@pytest.mark.parametrize(
    "text",
    [
        "`https://a.test`",
        "ftp://a.test",
        "javascript://a.test/%0aalert(1)",
        "https://user:pw@a.test/",
        "https://0x7f.1/",
        "xhttps://a.test",
        "https://",
        "a://b",
    ],
)
def test_what_only_looks_like_an_address_stays_text(text: str) -> None:
    assert "<a" not in one(text)


def test_an_address_as_a_name_of_a_link_leads_where_the_link_does() -> None:
    html = one("[https://a.test](https://b.test)")
    assert html.count("<a ") == 1
    assert 'data-host="b.test"' in html


def test_an_image_is_a_link() -> None:
    html = one("![cat](https://example.com/cat.png)")
    assert 'class="image-link"' in html
    assert ">cat</a>" in html
    assert html.count("<a") == 1
    assert one("[![cat](https://a.test/1)](https://a.test/2)").count("<a") == 1


@pytest.mark.parametrize("formula", ["$a_1 * b_2 * c$", r"\(x_1 * y_2 * z\)", r"\[a * b *c*\]"])
def test_markdown_leaves_formulas_alone(formula: str) -> None:
    html = one(f"so {formula} holds")
    assert f'data-source="{formula}"' in html
    assert "<math" in html
    assert "<em>" not in html


def test_a_formula_is_mathml() -> None:
    assert one("$x^2$") == (
        '<p><span class="formula" data-source="$x^2$">'
        "<math><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math></span></p>\n"
    )
    html = one(r"\[\lim_{x \to 0} \mathbf{AB} \mathrm{d}x\]")
    assert '<math display="block">' in html
    assert '<munder><mo movablelimits="true">lim</mo>' in html
    assert "<mi>\U0001d400</mi><mi>\U0001d401</mi>" in html
    assert '<mi mathvariant="normal">d</mi>' in html
    assert "<mi>∞</mi><mo>−</mo>" in one(r"$\infty - x$")


@pytest.mark.parametrize(
    "body",
    [
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"a &= b \\ c &= d",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\begin{gathered} a \\ b \end{gathered}",
        r"\begin{equation} a = b \end{equation}",
    ],
)
def test_environments_that_models_write(body: str) -> None:
    html = one(f"$$\n{body}\n$$")
    assert '<math display="block">' in html
    assert "equation" in body or html.count("<mtr>") == 2
    assert ">&amp;<" not in html


@pytest.mark.parametrize("source", [r"$\nonsense{x}$", r"$\frac{1}$", r"$x_1_2$", r"$\def\a{b}\a$"])
def test_what_is_no_latex_stays_as_it_was_written(source: str) -> None:
    assert one(source) == f'<p><code class="formula">{source}</code></p>\n'


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("设$x^2$为正数，$y$是负数", 2),
        ("当$x>0$时，$\\text{当 } y$成立", 2),
        ("设$$x^2$$为", 1),
        ("함수 $f$는", 1),
        ("สูตร$x$คือ", 1),
        ("从$5到$10不等", 0),
        ("花了$5，又花了$10。", 0),
        ("费用$100/月和$200/年", 0),
        ("US$5或A$6", 0),
    ],
)
def test_a_formula_may_touch_words_that_leave_no_space(text: str, formulas: int) -> None:
    assert one(text).count("<math") == formulas


def test_lines_of_a_formula_are_no_markdown() -> None:
    before, formula, after = render("so\n$$\na\n= b\n- c\n1. d\n$$\nand\n")
    assert (before, after) == ("<p>so</p>\n", "<p>and</p>\n")
    assert formula.startswith('<p><span class="formula display"')
    assert "<li>" not in formula
    nested = one("- item\n  $$\n  x\n  $$\n- next\n")
    assert nested.count("<li>") == 2
    assert '<math display="block">' in nested


def test_a_formula_that_never_ends_ends_with_its_paragraph() -> None:
    first, second = render("$$ is the shell's *own* number\n\n- item\n")
    assert first == "<p>$$ is the shell's <em>own</em> number</p>\n"
    assert "<li>" in second


@pytest.mark.parametrize(
    "text",
    [
        "between $5 and $6 each",
        "from $5 to 10$ a piece",
        "US$5 and A$ too",
        "$5-$10",
        "$HOME/$PATH",
        r"\$x$",
        "$5, maybe 6$",
    ],
)
def test_prices_and_variables_are_not_formulas(text: str) -> None:
    assert "formula" not in one(text)


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
        "import sys; from tray.ui.markdown.whole import render; render('a'); "
        "assert 'pygments' not in sys.modules; render('```py\\nx\\n```'); "
        "assert 'pygments' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
