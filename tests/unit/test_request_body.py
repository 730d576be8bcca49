"""What the engine is asked, in the JSON of llama-server's chat completions."""

from __future__ import annotations

from tray.infrastructure.llama.client.request_body import request_body
from tray.models.attachment import ImageFile, TextFile
from tray.models.chat import ChatMessage, ChatRequest, FinishReason, Role
from tray.models.conversation import ChatSettings, KeptMessage, PageChatRequest

NOTES = TextFile(kind="text", name="notes.txt", text="one\ntwo")
COW = ImageFile(kind="image", name="cow.png", media_type="image/png", data="aGk=")
QUESTION = KeptMessage(role=Role.USER, content="What is it?", attachments=(NOTES, COW))


def test_only_what_was_chosen_of_the_sampling_is_sent() -> None:
    message = ChatMessage(role=Role.USER, content="Hi")
    assert request_body(ChatRequest(messages=(message,), temperature=0.0, seed=7), "demo") == {
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.0,
        "seed": 7,
        "model": "demo",
        "stream": True,
        "return_progress": True,
    }


def test_files_are_text_with_name_and_fence_and_images_are_data_urls() -> None:
    request = PageChatRequest(messages=(QUESTION,)).asked(sees_images=True)
    assert request_body(request, "demo")["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                {
                    "type": "text",
                    "text": "File notes.txt:\n```\none\ntwo\n```\n\nWhat is it?",
                },
            ],
        }
    ]


def test_a_model_that_sees_nothing_is_told_the_image_by_name() -> None:
    request = PageChatRequest(messages=(QUESTION,)).asked(sees_images=False)
    (message,) = request_body(request, "demo")["messages"]
    assert message["content"].endswith("```\n\n[Image not shown: cow.png]\n\nWhat is it?")


def test_the_system_prompt_comes_first_and_sampling_goes_along() -> None:
    settings = ChatSettings(system_prompt=" Be brief. ", top_k=3)
    body = request_body(
        PageChatRequest(messages=(QUESTION,), settings=settings).asked(sees_images=True), "demo"
    )
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["top_k"] == 3


def test_reasoning_goes_along_with_an_answer_that_is_continued_and_with_no_other() -> None:
    def answer(text: str) -> KeptMessage:
        return KeptMessage(
            role=Role.ASSISTANT, content=text, reasoning="Hm.", reason=FinishReason.CUT
        )

    page = PageChatRequest(messages=(QUESTION, answer("So."), QUESTION, answer("And")))
    assert page.begun == answer("And")
    body = request_body(page.asked(sees_images=True), "demo")
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    messages = body["messages"]
    assert messages[1] == {"role": "assistant", "content": "So."}
    assert messages[3] == {"role": "assistant", "content": "And", "reasoning_content": "Hm."}


def test_an_answer_that_came_to_no_word_is_not_sent() -> None:
    thought = KeptMessage(role=Role.ASSISTANT, content="", reasoning="Hm.")
    going_on = PageChatRequest(messages=(QUESTION, thought)).asked(sees_images=True)
    assert going_on.messages[-1] == ChatMessage(role=Role.ASSISTANT, content="", reasoning="Hm.")


def test_questions_without_an_answer_between_them_are_one() -> None:
    """Templates as Gemma's refuse two messages of one role in a row."""
    thought = KeptMessage(role=Role.ASSISTANT, content="", reasoning="Hm.")
    again = KeptMessage(role=Role.USER, content="And where?", attachments=(COW,))
    page = PageChatRequest(messages=(QUESTION, thought, again, again))
    (asked,) = page.asked(sees_images=True).messages
    assert asked.content == "What is it?\n\nAnd where?\n\nAnd where?"
    assert asked.attachments == (NOTES, COW, COW, COW)


def test_a_refused_question_is_left_out_of_later_ones() -> None:
    refused = QUESTION.model_copy(update={"reason": FinishReason.ERROR})
    later = KeptMessage(role=Role.USER, content="And where?")
    (asked,) = PageChatRequest(messages=(refused, later)).asked(sees_images=True).messages
    assert (asked.content, asked.attachments) == ("And where?", ())
    (again,) = PageChatRequest(messages=(refused,)).asked(sees_images=True).messages
    assert again.content == "What is it?"
