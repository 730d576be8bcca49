"""Every state of the page. In each it must be readable, reachable and good to look at.

One function is one state, with ``@state`` before it: then axe examines it in both
themes, large text is tried on it, and ``dev.py screenshots`` takes its picture.
It gets the page as it is when it has just been opened, the engine stopped.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.web.browser import Shown
from tests.web.model_states import MODEL_STATES
from tests.web.scripted import BROKEN, TOO_LONG, ScriptedAnswer
from tray.models.chat import (
    ChatTimings,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.models.launch import ReadyInfo, Vitals
from tray.models.metrics import FreedMemory, GpuMetrics, ServerMetrics
from tray.models.notice import Notice, NoticeKind
from tray.models.sampling import Sampling
from tray.models.state import CpuFallback, ModelId


def _picture() -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize((64, 48)).save(data, "PNG")
    return data.getvalue()


SEES = ReadyInfo(
    context_size=4096,
    sampling=Sampling(temperature=0.8, top_p=0.95, top_k=40, min_p=0.05),
    sees_images=True,
)
NOTES = FilePayload(name="Notes of the meeting on Monday.md", mimeType="", buffer=b"# Notes\n" * 90)
COW = FilePayload(name="cow.png", mimeType="", buffer=_picture())
NO_TEXT = FilePayload(name="x.bin", mimeType="", buffer=bytes(range(256)))

State = Callable[[Shown], None]
STATES: dict[str, State] = dict(MODEL_STATES)

GIB = 2**30
DONE = FinishChunk(
    reason=FinishReason.STOP,
    timings=ChatTimings(
        cached_tokens=612,
        prompt_tokens=18,
        predicted_tokens=143,
        tokens_per_second=54.3,
        time_to_first_token_ms=120,
    ),
)
THOUGHT = """They have a GGUF file, or want one. The model folder is the shortest way.

Should I mention the terminal? A short example does no harm."""
LISTS = """Paddock finds every **GGUF** file in its *model folder*, see
[the manual](https://example.org/models).

1. Choose *Open model folder* in the menu.
   - It is made when it is missing.
     - So is its parent.
2. Put the file into it.

- [x] Found
- [ ] Loaded

> A file that is not whole is named, not loaded.
"""
CODE = """From the terminal, `paddock models` lists them:

```python
def share(used: int, total: int | None) -> str:
    \"\"\"Bytes used of a total, as a figure in GiB that is long enough to scroll sideways.\"\"\"
    return f"{used / 2**30:.1f} GiB"  # one digit
```

| Quantization | Size of 4B | Quality | What it is good for             |
|:-------------|-----------:|:-------:|---------------------------------|
| Q4_K_M       |    2.5 GiB |  good   | Most people, most of the time   |
| Q8_0         |    4.3 GiB |  best   | When there is memory to spare   |
"""
FORMULAS = r"""The roots of $ax^2 + bx + c = 0$ are

$$
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

and for every $n \in \mathbb{N}$

\[
\begin{aligned}
\sum_{k=1}^{n} k &= \frac{n(n+1)}{2} \\
\int_0^\infty e^{-x^2}\,\mathrm{d}x &= \frac{\sqrt{\pi}}{2}
\end{aligned}
\]

A long one scrolls:

$$
f(x) = a_0 + a_1 x + a_2 x^2 + a_3 x^3 + a_4 x^4 + a_5 x^5 + a_6 x^6 + a_7 x^7 + a_8 x^8
$$

What is no LaTeX stays: $\nonsense{x}$. It costs $5 to $10.
"""


def state(show: State) -> State:
    """Make ``show`` a state; its name is the state's."""
    STATES[show.__name__.replace("_", "-")] = show
    return show


def finished(shown: Shown, question: str, markdown: str, finish: FinishChunk = DONE) -> None:
    answer = shown.ask(question)
    answer.say(markdown)
    answer.finish(finish)
    expect(shown.page.locator(".message:last-child .meta")).to_be_visible()


def _measured(shown: Shown) -> None:
    """Two minutes of a busy GPU, over at once."""
    page = shown.script.page
    metrics = ServerMetrics()
    for second in range(120):
        page.past.ago = 120.0 - second
        load = 40 + 25 * math.sin(second / 7) + 20 * math.sin(second / 3)
        card = GpuMetrics(
            index=0,
            name="NVIDIA GeForce RTX 4070",
            load_percent=load,
            vram_used=(4 + second // 40) * GIB,
            vram_total=12 * GIB,
            temperature_celsius=61.0,
        )
        metrics = ServerMetrics(
            gpus=(card,), cpu_percent=12.0, ram_used=5 * GIB, ram_total=15 * GIB, engine_rss=GIB
        )
        page.history.add(metrics)
    page.past.ago = 0.0
    page.service.metrics_sampled(metrics)


@state
def stopped(shown: Shown) -> None:
    expect(shown.page.locator("#empty-note")).to_contain_text("starts the engine")


@state
def empty(shown: Shown) -> None:
    shown.ready()


@state
def another_model(shown: Shown) -> None:
    shown.page.select_option("#model", label="Qwen3-4B-Instruct-Q4_K_M")
    shown.page.click("#power")
    expect(shown.page.get_by_text("Explain how a hash table works")).to_be_visible()


@state
def starting(shown: Shown) -> None:
    shown.script.engines.may_be_ready.clear()
    shown.page.get_by_role("button", name="How do I use my GPU?").click()
    expect(shown.page.locator(".waiting")).to_have_text("Starting · demo model")


@state
def reading(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Sum up this report, please.")
    answer.say(PromptProgressChunk(total=8192, cached=0, processed=3072, elapsed_ms=900))
    expect(shown.page.locator(".waiting progress")).to_be_visible()


@state
def thinking(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("How do I add my own model?")
    answer.say(ReasoningChunk(text=THOUGHT))
    shown.page.locator(".thinking summary").click()
    expect(shown.page.locator(".thinking > div")).to_contain_text("no harm")


@state
def streaming(shown: Shown) -> None:
    _streaming(shown)


def _streaming(shown: Shown) -> ScriptedAnswer:
    shown.ready()
    answer = shown.ask("How do I add my own model?")
    answer.say(PromptProgressChunk(total=18, cached=0, processed=18, elapsed_ms=9))
    for word in LISTS[:220].split(" "):
        answer.say(f"{word} ")
        shown.page.wait_for_timeout(18)
    answer.say("\n\n```sh\npaddock mod")
    expect(shown.page.locator(".code")).to_contain_text("paddock mod")
    expect(shown.page.locator("#progress")).to_contain_text("tokens/s")
    return answer


@state
def lists(shown: Shown) -> None:
    shown.ready()
    finished(shown, "How do I add my own model?", LISTS)


@state
def code_and_table(shown: Shown) -> None:
    shown.ready()
    finished(shown, "Which ones are there?", CODE)


@state
def formulas(shown: Shown) -> None:
    shown.ready()
    finished(shown, "How are the roots of a parabola found?", FORMULAS)
    expect(shown.page.locator("math")).to_have_count(5)


@state
def reasoning_open(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("How do I add my own model?")
    answer.say(ReasoningChunk(text=THOUGHT))
    answer.say("Put it into the **model folder**.")
    answer.finish(DONE)
    shown.page.locator(".thinking summary").click()
    expect(shown.page.locator(".thinking > div")).to_contain_text("no harm")
    shown.page.focus("#draft")


@state
def cut_answer(shown: Shown) -> None:
    shown.ready()
    finish = FinishChunk(reason=FinishReason.CUT, failure=BROKEN)
    finished(shown, "How do I add my own model?", "Put it into the", finish)


@state
def refused(shown: Shown) -> None:
    shown.ready()
    finished(shown, "How do I add my own model?", "Put it into the **models** folder.")
    shown.ask("Here is all of War and Peace: …").finish(TOO_LONG)
    expect(shown.page.locator(".failure")).to_be_visible()
    shown.page.focus("#draft")


@state
def failed(shown: Shown) -> None:
    shown.script.engines.refuse(BROKEN)
    shown.page.click("#power")
    shown.page.locator(".failure summary").click()
    shown.page.focus("#draft")


@state
def backoff(shown: Shown) -> None:
    shown.ready()
    shown.script.clock.hold()
    shown.script.engines.processes[0].end(retryable=True)
    expect(shown.page.locator("#words")).to_contain_text("Restarting in")


@state
def not_answering(shown: Shown) -> None:
    shown.ready()
    shown.script.engines.processes[0].seen = Vitals(suspended=True)
    shown.ask("How do I use my GPU?")
    expect(shown.page.locator("#words")).to_have_text("Not answering")


@state
def cpu_only(shown: Shown) -> None:
    fallback = CpuFallback(
        reason="The engine says: no CUDA-capable device is detected.",
        advice="Update the GPU's driver, or use a build of llama.cpp for it.",
    )
    shown.script.engines.ready = ReadyInfo(context_size=1024, cpu_fallback=fallback)
    finished(shown, "How do I use my GPU?", "Get the build for it.")
    shown.page.click("#status")
    expect(shown.page.locator("#figures")).to_contain_text("Update the GPU's driver")


@state
def details(shown: Shown) -> None:
    shown.ready()
    _measured(shown)
    shown.page.click("#status")
    expect(shown.page.locator(".chart")).to_have_count(1)


@state
def chats(shown: Shown) -> None:
    shown.ready()
    for question in ("Why is the sky blue?", "Which model fits 8 GiB?", "Dinner for six"):
        finished(shown, question, "A short answer about *everything*.")
        shown.page.click("#new")
    shown.page.click("#chats-open")
    more = shown.page.get_by_role("button", name="More for Which model fits 8 GiB?")
    more.click()
    expect(shown.page.locator(".tools").nth(1)).to_be_visible()


@state
def chats_found(shown: Shown) -> None:
    shown.ready()
    finished(shown, "Why is the sky blue?", "Because of *Rayleigh scattering* of the light.")
    shown.page.click("#chats-open")
    shown.page.fill("#chats-search", "scatter")
    expect(shown.page.locator(".found")).to_be_visible()


@state
def private(shown: Shown) -> None:
    shown.ready()
    shown.page.click("#private-new")
    expect(shown.page.locator("#empty-title")).to_have_text("Private chat")


@state
def link(shown: Shown) -> None:
    shown.ready()
    finished(
        shown, "Where is it written?", "[Here](https://example.org/a/long/path?of=an&address)."
    )
    shown.page.click(".block a")
    expect(shown.page.locator("#leave")).to_be_visible()


@state
def undo(shown: Shown) -> None:
    shown.ready()
    finished(shown, "Why?", "So.")
    shown.page.click("#new")
    expect(shown.page.locator("#notice")).to_be_visible()


@state
def memory_freed(shown: Shown) -> None:
    freed = FreedMemory(ram=2 * GIB)
    notice = Notice(kind=NoticeKind.UNLOADED_FOR_OTHERS, model=ModelId(name="demo"), freed=freed)
    shown.script.page.desk.tell(notice)
    shown.script.page.service.metrics_sampled(ServerMetrics(cpu_percent=9.0))
    expect(shown.page.locator("#notice")).to_be_visible()


@state
def long_words(shown: Shown) -> None:
    shown.ready()
    finished(shown, "W" * 60, "A " + "very" * 40 + " long word.\n\n```\n" + "x" * 300 + "\n```\n")
    shown.page.fill("#draft", "A line\n" * 12)


@state
def files(shown: Shown) -> None:
    shown.script.engines.ready = SEES
    shown.ready()
    shown.page.set_input_files("#picker", [NOTES, COW, NO_TEXT])
    expect(shown.page.locator(".tray .chip")).to_have_count(2)
    expect(shown.page.locator(".trouble")).to_contain_text("x.bin")
    shown.page.fill("#draft", "What was decided, and who is in the picture?")


@state
def files_sent(shown: Shown) -> None:
    shown.script.engines.ready = SEES
    shown.ready()
    shown.page.set_input_files("#picker", [NOTES, COW])
    expect(shown.page.locator(".tray .chip")).to_have_count(2)
    finished(shown, "What was decided, and who is in the picture?", LISTS)
    shown.page.locator(".question .edit").focus()


@state
def editing(shown: Shown) -> None:
    files_sent(shown)
    shown.page.press("#draft", "ArrowUp")
    expect(shown.page.locator(".editing textarea")).to_be_focused()


@state
def asked_anew(shown: Shown) -> None:
    editing(shown)
    shown.page.keyboard.press("Enter")
    shown.script.chats.next().say("Three things. ")
    expect(shown.page.locator(".block")).to_have_text("Three things.")
    expect(shown.page.locator("#notice")).to_be_visible()


@state
def stopped_answer(shown: Shown) -> None:
    shown.ready()
    shown.ask("Why?").say(ReasoningChunk(text="Hm. "), "It is because the")
    expect(shown.page.locator(".block")).to_contain_text("because")
    shown.page.keyboard.press("Escape")
    expect(shown.page.get_by_role("button", name="Continue")).to_be_visible()


@state
def chat_settings(shown: Shown) -> None:
    shown.script.engines.ready = SEES
    shown.ready()
    shown.page.click("#settings-open")
    shown.page.get_by_label("System prompt").fill("You are careful. Answer in three sentences.")
    shown.page.get_by_label("Temperature").fill("0.5")
    shown.page.get_by_label("Top-p").fill("1.5")


@state
def not_connected(shown: Shown) -> None:
    shown.expected.append("net::ERR_")
    shown.script.page.api.close()
    expect(shown.page.locator("#words")).to_have_text("Not connected", timeout=20_000)
