"""Files that go with a question: dropped, pasted, chosen, refused, kept, sent."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Route, expect

from tests.web.conftest import Shown
from tray.models.attachment import ImageFile, TextFile
from tray.models.launch import ReadyInfo

pytestmark = [pytest.mark.web, pytest.mark.slow]

HANDED = """([kind, name, type, text, where]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));
    const event = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(where).dispatchEvent(event);
}"""


# What a browser makes of a folder: its name, and a refusal when it is read.
FOLDER = """(name) => {
    const folder = new File([], name);
    folder.slice = () => { throw new DOMException("not found", "NotFoundError"); };
    document.querySelector("footer").take([folder]);
}"""


def hand(shown: Shown, kind: str, name: str, content: bytes, where: str = "#draft") -> None:
    """A drop or a paste of one file, or one that is dragged over."""
    text = base64.b64encode(content).decode()
    shown.page.evaluate(HANDED, [kind, name, "", text, where])


def choose(shown: Shown, *files: tuple[str, bytes]) -> None:
    with shown.page.expect_file_chooser() as chooser:
        shown.page.click("#attach")
    chooser.value.set_files([FilePayload(name=n, mimeType="", buffer=b) for n, b in files])


def picture(size: tuple[int, int], kind: str) -> bytes:
    data = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(data, kind)
    return data.getvalue()


def chips(shown: Shown, *texts: str) -> None:
    expect(shown.page.locator(".tray .chip")).to_have_text(list(texts))


def trouble(shown: Shown, words: str) -> None:
    expect(shown.page.locator(".tray .trouble")).to_contain_text(words)


@pytest.fixture
def seeing(shown: Shown) -> Shown:
    """A model that sees images."""
    shown.script.engines.ready = ReadyInfo(context_size=1024, sees_images=True)
    shown.ready()
    return shown


def test_text_is_dropped_pasted_chosen_removed_and_sent(shown: Shown) -> None:
    shown.ready()
    hand(shown, "drop", "a.txt", "Grüße ✓\n".encode())
    chips(shown, "a.txt12 bytes")
    hand(shown, "paste", "b.py", b"print(1)")
    choose(shown, ("c.csv", b"x;y\n" * 3000), ("west.txt", b"caf\xe9"))
    chips(shown, "a.txt12 bytes", "b.py8 bytes", "c.csv12 kB", "west.txt5 bytes")
    shown.page.get_by_role("button", name="Remove b.py").click()
    expect(shown.page.get_by_role("button", name="Remove a.txt")).to_be_focused()
    (message,) = shown.ask("What is it?").request.messages
    assert message.content == "What is it?"
    texts = [file.text for file in message.attachments if isinstance(file, TextFile)]
    assert texts == ["Grüße ✓\n", "x;y\n" * 3000, "café"]
    chips(shown)
    expect(shown.page.locator(".question .chip .name")).to_have_text(["a.txt", "c.csv", "west.txt"])


def test_a_file_goes_with_the_next_question_not_with_the_one_before(shown: Shown) -> None:
    shown.ready()
    shown.answered("So.")
    hand(shown, "drop", "a.txt", b"text")
    chips(shown, "a.txt4 bytes")
    messages = shown.ask("Which?").request.messages
    assert [[file.name for file in m.attachments] for m in messages] == [[], [], ["a.txt"]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.bin", bytes(range(256)) * 9, "“x.bin” is neither text nor an image."),
        ("x.txt", b"\x7fELF\x02\x01\x01\x00text", "is neither text nor an image"),
        ("big.log", b"a" * 1_000_001, "“big.log” has 1.0 MB; a text file can have 1.0 MB."),
        ("none.txt", b"", "“none.txt” is empty."),
        ("cow.txt", picture((9, 9), "PNG"), "Start the engine first"),
        ("cow.bmp", picture((9, 9), "BMP"), "Start the engine first"),
    ],
)
def test_what_cannot_be_sent_is_said_with_its_name(
    shown: Shown, name: str, content: bytes, words: str
) -> None:
    hand(shown, "drop", name, content)
    trouble(shown, words)
    chips(shown)
    hand(shown, "drop", "good.txt", b"good")
    chips(shown, "good.txt4 bytes")
    trouble(shown, "")


def test_a_folder_is_named_in_words_of_ours(shown: Shown) -> None:
    hand(shown, "drop", "good.txt", b"good")
    chips(shown, "good.txt4 bytes")
    shown.page.evaluate(FOLDER, "pasture")
    trouble(shown, "“pasture” cannot be read: it is a folder, or gone.")
    chips(shown, "good.txt4 bytes")


def test_a_reader_that_cannot_be_fetched_blocks_no_question(shown: Shown) -> None:
    shown.ready()
    shown.expected += ["ERR_FAILED"]
    shown.page.route("**/web/read_files.js", lambda route: route.abort())
    for name in ("a.txt", "b.txt"):
        hand(shown, "drop", name, b"text")
        trouble(shown, "Paddock does not answer")
    assert [m.content for m in shown.ask("Why?").request.messages] == ["Why?"]


def test_a_long_name_is_cut_between_its_signs(shown: Shown) -> None:
    shown.ready()
    hand(shown, "drop", "🐄" * 200 + ".md", b"good")
    chips(shown, "🐄" * 117 + ".md4 bytes")
    (message,) = shown.ask("What is it?").request.messages
    assert message.attachments[0].name == "🐄" * 117 + ".md"


def test_a_model_that_does_not_see_gets_no_image_and_that_is_said(shown: Shown) -> None:
    shown.ready()
    hand(shown, "paste", "cow.png", picture((9, 9), "PNG"))
    trouble(shown, "“cow.png”: This model cannot see images.")


def test_an_image_that_cannot_be_shown_is_said_to_be_one(seeing: Shown) -> None:
    hand(seeing, "drop", "cow.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    trouble(
        seeing, "“cow.heic” cannot be shown: it is damaged, or of a kind that is not known here."
    )
    chips(seeing)


@pytest.mark.parametrize("kind", ["BMP", "AVIF", "PNG", "JPEG", "GIF", "WEBP"])
def test_images_go_as_png_or_jpeg_and_are_scaled(seeing: Shown, kind: str) -> None:
    hand(seeing, "drop", "cow", picture((2000, 1000), kind))
    expect(seeing.page.locator(".tray .chip img")).to_be_visible()
    (message,) = seeing.ask("").request.messages
    (file,) = message.attachments
    assert isinstance(file, ImageFile)
    image = Image.open(io.BytesIO(base64.b64decode(file.data)))
    assert image.size == (1536, 768)
    assert image.format is not None
    assert file.media_type == f"image/{image.format.lower()}"
    assert len(file.data) < 2_000_000
    expect(seeing.page.locator(".question img")).to_have_js_property("naturalWidth", 1536)


def test_files_of_a_draft_and_of_messages_survive_a_kill(seeing: Shown) -> None:
    with seeing.page.expect_response("**/draft/files"):
        hand(seeing, "drop", "draft.txt", b"draft")
    page = seeing.page.context.new_page()
    seeing.page.close()
    page.goto(seeing.script.page.url("popover"))
    seeing.page = page
    chips(seeing, "draft.txt5 bytes")
    answer = seeing.ask("See?")
    answer.say("I do.")
    answer.finish()
    expect(page.locator(".meta")).to_be_visible()
    with page.expect_response("**/draft/files"):
        hand(seeing, "drop", "next.png", picture((9, 9), "PNG"))
    page.reload()
    expect(page.locator(".question .chip .name")).to_have_text("draft.txt")
    expect(page.locator(".tray .chip .name")).to_have_text("next.png")
    first, _, second = seeing.ask("And this?").request.messages
    assert [[f.name for f in m.attachments] for m in (first, second)] == [
        ["draft.txt"],
        ["next.png"],
    ]


def test_a_file_that_is_faster_than_the_kept_draft_replaces_nothing(shown: Shown) -> None:
    with shown.page.expect_response("**/draft/files"):
        hand(shown, "drop", "old.txt", b"draft")
    page = shown.page

    def late(route: Route) -> None:
        hand(shown, "drop", "new.txt", b"draft")
        route.continue_()

    page.route("**/chats/shown", late)
    with page.expect_response("**/draft/files"):
        page.reload()
    page.unroute("**/chats/shown")
    chips(shown, "old.txt5 bytes", "new.txt5 bytes")
    page.reload()
    chips(shown, "old.txt5 bytes", "new.txt5 bytes")


def test_a_changed_question_keeps_its_files_unless_they_are_removed(shown: Shown) -> None:
    shown.ready()
    for name in ("a.txt", "b.txt"):
        hand(shown, "drop", name, b"text")
    chips(shown, "a.txt4 bytes", "b.txt4 bytes")
    shown.ask("Which?").finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    shown.page.press("#draft", "ArrowUp")
    shown.page.locator(".editing").get_by_role("button", name="Remove a.txt").click()
    shown.page.locator(".editing textarea").press("Enter")
    (message,) = shown.script.chats.next().request.messages
    assert [file.name for file in message.attachments] == ["b.txt"]


def test_a_private_chat_keeps_no_file(shown: Shown, tmp_path: Path) -> None:
    shown.ready()
    shown.page.click("#private-new")
    hand(shown, "drop", "s.txt", b"secretword")
    chips(shown, "s.txt10 bytes")
    shown.ask("See?").finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    for part in filter(Path.is_file, shown.script.page.kept.rglob("*")):
        assert b"secretword" not in part.read_bytes(), part


def test_a_file_that_is_read_too_late_stays_with_its_private_chat(shown: Shown) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shown.page.route("**/web/read_files.js", hold)
    shown.page.click("#private-new")
    with shown.page.expect_request("**/web/read_files.js"):
        hand(shown, "drop", "s.txt", b"secretword")
    shown.page.click("#new")
    expect(shown.page.locator("#empty-title")).to_have_text("What would you like to know?")
    held[0].continue_()
    hand(shown, "drop", "mine.txt", b"mine")
    chips(shown, "mine.txt4 bytes")
    for part in filter(Path.is_file, shown.script.page.kept.rglob("*")):
        assert b"secretword" not in part.read_bytes(), part


def edited(shown: Shown, question: str = "Which?") -> None:
    """A question with one file, being changed."""
    shown.ready()
    hand(shown, "drop", "a.txt", b"text")
    chips(shown, "a.txt4 bytes")
    shown.ask(question).finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    shown.page.press("#draft", "ArrowUp")
    expect(shown.page.locator(".editing textarea")).to_be_focused()


def test_a_changed_question_takes_files_and_the_composer_its_own(shown: Shown) -> None:
    edited(shown)
    form = shown.page.locator(".editing")
    hand(shown, "paste", "b.txt", b"text", ".editing textarea")
    hand(shown, "drop", "c.txt", b"text", "body")
    with shown.page.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Attach files").click()
    chooser.value.set_files([FilePayload(name="d.txt", mimeType="", buffer=b"text")])
    hand(shown, "drop", "next.txt", b"text")
    expect(form.locator(".chip .name")).to_have_text(["a.txt", "b.txt", "c.txt", "d.txt"])
    expect(shown.page.locator("footer .chip .name")).to_have_text("next.txt")
    hand(shown, "drop", "bad.bin", bytes(99), "body")
    expect(form.locator(".trouble")).to_contain_text("“bad.bin” is neither text nor an image.")
    form.get_by_role("button", name="Send").click()
    (message,) = shown.script.chats.next().request.messages
    assert [file.name for file in message.attachments] == ["a.txt", "b.txt", "c.txt", "d.txt"]
    expect(shown.page.locator(".tray .chip .name")).to_have_text("next.txt")


def test_what_a_dragged_file_would_go_to_is_marked(shown: Shown) -> None:
    edited(shown)
    for over, takes in (("body", ".editing"), ("#draft", "footer"), (".editing", ".editing")):
        hand(shown, "dragover", "x.txt", b"x", over)
        expect(shown.page.locator(".dropping")).to_have_count(1)
        expect(shown.page.locator(f"{takes}.dropping")).to_have_count(1)
    shown.page.press(".editing textarea", "Escape")
    hand(shown, "drop", "x.txt", b"x", "body")
    expect(shown.page.locator(".dropping")).to_have_count(0)
    expect(shown.page.locator("footer .chip .name")).to_have_text("x.txt")


def test_files_of_an_edit_survive_a_kill_and_are_gone_when_it_is_left(shown: Shown) -> None:
    edited(shown)
    with shown.page.expect_response("**/chats/edit"):
        shown.page.keyboard.insert_text(" And")
    for name in ("b.txt", "c.txt"):
        with shown.page.expect_response("**/chats/edit"):
            hand(shown, "paste", name, b"text", ".editing textarea")
    with shown.page.expect_response("**/chats/edit"):
        shown.page.get_by_role("button", name="Remove a.txt").click()
    with shown.page.expect_response("**/chats/edit"):
        shown.page.focus(".editing textarea")
        shown.page.keyboard.insert_text(" so?")
    page = shown.page.context.new_page()
    shown.page.close()
    page.goto(shown.script.page.url("popover"))
    expect(page.locator(".editing textarea")).to_have_value("Which? And so?")
    expect(page.locator(".editing .chip .name")).to_have_text(["b.txt", "c.txt"])
    with page.expect_response("**/chats/edit"):
        page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".question .chip .name")).to_have_text("a.txt")
    expect(page.locator(".editing")).to_have_count(0)


def test_a_chat_that_is_left_in_an_edit_lets_the_popover_go(shown: Shown) -> None:
    edited(shown)
    window = shown.script.page.window
    window.wait_for(True)
    shown.page.click("#new")
    window.wait_for(False)
    shown.page.get_by_role("button", name="Undo").click()
    window.wait_for(True)
    hand(shown, "drop", "b.txt", b"text", "body")
    expect(shown.page.locator(".editing .chip .name")).to_have_text(["a.txt", "b.txt"])
