"""The real client against a server that behaves like the host, and like bad networks."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.contract.hub_server import COMMIT, REPOSITORY, Asked, Handler, Hub, Trouble, hub_of
from tray.infrastructure.hub.body import NOTHING
from tray.infrastructure.hub.connection import HubConnection
from tray.infrastructure.hub.download import download_model
from tray.infrastructure.hub.failures import unwritable
from tray.infrastructure.hub.part_file import PartFile
from tray.models.download import Downloaded, DownloadProgress, HubRequest
from tray.models.failure import FailureCause, PaddockError
from tray.ui.download_words import progress_words

CONTENT = b"GGUF" + os.urandom(300_000)
NAME = "tiny-Q4_K_M.gguf"
ASK = HubRequest(repository=REPOSITORY)
PAUSES = (0.01, 0.01, 0.01)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_of({NAME: CONTENT}) as serving:
        yield serving


def fetch(
    hub: Hub,
    models: Path,
    request: HubRequest = ASK,
    *,
    token: str | None = None,
    told: list[DownloadProgress] | None = None,
    timeout: float = 10.0,
    silence: float | None = None,
) -> Downloaded:
    """``silence`` is how long a file's next bytes are waited for, all else for ``timeout``."""
    news = [] if told is None else told
    connection = HubConnection(
        hub.address, lambda: token, pauses=PAUSES, timeout=timeout, plain_loopback=True
    )
    connection.timeout = timeout if silence is None else silence
    with closing(connection):
        return download_model(connection, request, models, news.append)


def refusal(hub: Hub, models: Path, token: str | None = None) -> PaddockError:
    with pytest.raises(PaddockError) as caught:
        fetch(hub, models, token=token)
    return caught.value


def names(models: Path) -> list[str]:
    return sorted(path.name for path in models.rglob("*") if path.is_file())


def ranges(hub: Hub) -> list[str | None]:
    return [asked.range for asked in hub.asked if asked.path.startswith("/cdn/")]


def broken_after(count: int) -> Trouble:
    return lambda handler: handler.break_after(count)


def test_a_file_arrives_whole_and_is_not_fetched_twice(hub: Hub, tmp_path: Path) -> None:
    told: list[DownloadProgress] = []
    done = fetch(hub, tmp_path, told=told)
    assert done.model == tmp_path / REPOSITORY / NAME
    assert done.model.read_bytes() == CONTENT
    assert names(tmp_path) == [NAME]
    assert (told[-1].done, told[-1].total, told[-1].fetched) == (len(CONTENT),) * 3
    assert [step.done for step in told] == sorted(step.done for step in told)
    fetch(hub, tmp_path)
    assert ranges(hub) == [None]
    assert hub.asked[1].path == f"/{REPOSITORY}/resolve/{COMMIT}/{NAME}"


def test_a_name_as_long_as_the_disk_takes_it_arrives(tmp_path: Path) -> None:
    longest = "模" * 83 + ".gguf"
    assert len(longest.encode()) == 254
    longer = "型" * 84 + ".gguf"
    with hub_of({longest: CONTENT, longer: CONTENT, NAME: CONTENT}) as hub:
        hub.troubles = [None, None, broken_after(100_000)]
        request = ASK.model_copy(update={"wanted": longest})
        assert fetch(hub, tmp_path, request).model.read_bytes() == CONTENT
        assert ranges(hub) == [None, "bytes=100000-"]
        with pytest.raises(PaddockError) as caught:
            fetch(hub, tmp_path, ASK.model_copy(update={"wanted": longer}))
    assert caught.value.failure.title == "There is no such file"
    assert names(tmp_path) == [longest]


def test_a_broken_connection_goes_on_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.troubles = [None, None, broken_after(100_000), None, broken_after(0)]
    told: list[DownloadProgress] = []
    assert fetch(hub, tmp_path, told=told).model.read_bytes() == CONTENT
    assert ranges(hub) == [None, "bytes=100000-", "bytes=100000-"]
    assert any(step.waiting for step in told)
    assert told[-1].fetched == len(CONTENT)


def test_a_lost_network_ends_it_and_the_next_call_goes_on(hub: Hub, tmp_path: Path) -> None:
    hub.troubles = [None, None, broken_after(100_000)]
    hub.troubles += [None, broken_after(0)] * len(PAUSES)
    error = refusal(hub, tmp_path)
    assert error.failure.cause is FailureCause.DOWNLOAD_FAILED
    assert "goes on from there" in error.failure.detail
    (left,) = names(tmp_path)
    assert left.endswith(".part")
    hub.asked.clear()
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT
    assert ranges(hub) == ["bytes=100000-"]


def test_what_the_network_says_stands_within_the_sentence(hub: Hub, tmp_path: Path) -> None:
    def hangs_up(handler: Handler) -> bool:
        handler.close_connection = True
        return True

    hub.troubles = [hangs_up] * (len(PAUSES) + 1)
    detail = refusal(hub, tmp_path).failure.detail
    assert "without sending a response. Check the network," in detail


def test_an_index_that_never_comes_is_no_download_that_was_cut_off(
    hub: Hub, tmp_path: Path
) -> None:
    def busy(handler: Handler) -> bool:
        handler.answer(429, b"")
        return True

    hub.troubles = [busy] * (len(PAUSES) + 1)
    failure = refusal(hub, tmp_path).failure
    assert failure.cause is FailureCause.DOWNLOAD_FAILED
    assert failure.title == "The model's files cannot be listed"
    assert failure.detail == "127.0.0.1: answer 429. Check the network, or try again later."


def test_a_server_without_ranges_starts_again(hub: Hub, tmp_path: Path) -> None:
    hub.ranges = False
    hub.troubles = [None, None, broken_after(100_000)]
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT


def test_a_server_that_always_breaks_at_the_same_place_is_given_up(
    hub: Hub, tmp_path: Path
) -> None:
    hub.ranges = False
    hub.troubles = [None, *[None, broken_after(100_000)] * 20]
    assert refusal(hub, tmp_path).failure.cause is FailureCause.DOWNLOAD_FAILED


def forbidden(handler: Handler) -> bool:
    handler.answer(403, b"AccessDenied")
    return True


def test_an_address_of_the_store_that_has_run_out_is_asked_for_again(
    hub: Hub, tmp_path: Path
) -> None:
    with hub_of(hub.files) as store:
        hub.files_at = store.address
        store.troubles = [forbidden]
        told: list[DownloadProgress] = []
        assert fetch(hub, tmp_path, told=told).model.read_bytes() == CONTENT
    waits = [step.waiting for step in told if step.waiting]
    assert any("127.0.0.1 answers 403" in words for words in waits)


def test_a_store_nobody_may_go_to_is_no_model_for_a_few(hub: Hub, tmp_path: Path) -> None:
    with hub_of(hub.files) as store:
        hub.files_at = store.address
        store.troubles = [forbidden] * 9
        failure = refusal(hub, tmp_path).failure
    assert failure.cause is FailureCause.DOWNLOAD_FAILED
    assert "127.0.0.1 answers 403" in failure.detail


def test_416_starts_again(hub: Hub, tmp_path: Path) -> None:
    def unsatisfiable(handler: Handler) -> bool:
        handler.answer(416, b"")
        return True

    hub.troubles = [None, None, broken_after(100_000), None, unsatisfiable]
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT
    assert ranges(hub) == [None, "bytes=100000-", None]


@pytest.mark.parametrize("date", [False, True])
def test_429_waits_as_long_as_asked(hub: Hub, tmp_path: Path, date: bool) -> None:
    def too_many(handler: Handler) -> bool:
        # Two seconds, as a date has no fractions and may fall between two of them.
        later = handler.date_time_string(time.time() + 2)
        handler.answer(429, b"", Retry_After=later if date else "1")
        return True

    began = time.monotonic()
    hub.troubles = [too_many]
    told: list[DownloadProgress] = []
    assert fetch(hub, tmp_path, told=told).model.read_bytes() == CONTENT
    assert time.monotonic() - began >= 1.0
    # It was the index that had to wait: nothing else is known yet.
    words = [progress_words(progress) for progress in told if progress.waiting]
    assert words[0].startswith("answer 429; trying again in ")
    assert (told[0].name, told[0].total) == (REPOSITORY, 0)


def test_a_wait_of_hours_is_said_instead(hub: Hub, tmp_path: Path) -> None:
    def later(handler: Handler) -> bool:
        handler.answer(503, b"", Retry_After="7200")
        return True

    hub.troubles = [later]
    assert "7200 s" in refusal(hub, tmp_path).failure.detail


def test_a_wrong_hash_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.wrong_hash = True
    error = refusal(hub, tmp_path)
    assert "SHA-256" in error.failure.detail
    assert names(tmp_path) == []


def test_a_damaged_part_is_found_and_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.troubles = [None, None, broken_after(100_000)]
    hub.troubles += [None, broken_after(0)] * len(PAUSES)
    refusal(hub, tmp_path)
    (part,) = tmp_path.rglob("*.part")
    part.write_bytes(b"x" + part.read_bytes()[1:])
    assert "SHA-256" in refusal(hub, tmp_path).failure.detail
    assert names(tmp_path) == []
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT


def test_more_than_promised_is_refused(hub: Hub, tmp_path: Path) -> None:
    def endless(handler: Handler) -> bool:
        handler.answer(200, CONTENT + b"more")
        return True

    hub.troubles = [None, None, endless]
    assert "more than" in refusal(hub, tmp_path).failure.detail
    assert NAME not in names(tmp_path)


def test_another_range_than_asked_is_refused(hub: Hub, tmp_path: Path) -> None:
    def elsewhere(handler: Handler) -> bool:
        handler.answer(206, b"zzz", Content_Range=f"bytes 5-7/{len(CONTENT)}")
        return True

    hub.troubles = [None, None, broken_after(100_000), None, elsewhere]
    assert "another part" in refusal(hub, tmp_path).failure.detail


@pytest.mark.parametrize("address", ["http://example.org", "ftp://127.0.0.1", "http://localhost"])
def test_a_redirect_that_is_not_encrypted_is_refused(
    hub: Hub, tmp_path: Path, address: str
) -> None:
    hub.files_at = address
    error = refusal(hub, tmp_path)
    assert "https alone" in error.failure.detail
    assert ranges(hub) == []


def test_http_is_refused_where_no_test_allows_it(hub: Hub, tmp_path: Path) -> None:
    with closing(HubConnection(hub.address)) as connection, pytest.raises(PaddockError):
        download_model(connection, ASK, tmp_path, lambda _: None)
    assert hub.asked == []


def test_redirects_without_end_are_refused(hub: Hub, tmp_path: Path) -> None:
    def round_and_round(handler: Handler) -> bool:
        handler.redirect(handler.path)
        return True

    hub.troubles = [round_and_round] * 10
    assert "without end" in refusal(hub, tmp_path).failure.detail


def test_a_gated_model_says_what_to_do(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_right"
    without = refusal(hub, tmp_path)
    assert without.failure.cause is FailureCause.MODEL_GATED
    assert "paddock models token set" in without.failure.detail
    assert REPOSITORY in without.failure.detail
    wrong = refusal(hub, tmp_path, token="hf_wrong")
    assert "does not open it" in wrong.failure.detail
    assert "hf_wrong" not in str(wrong)


def test_the_token_goes_to_the_hub_and_nobody_else(hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_right"
    with hub_of(hub.files) as storage:
        hub.files_at = storage.address
        fetch(hub, tmp_path, token="hf_right")
    assert [asked.authorization for asked in hub.asked] == [None, *["Bearer hf_right"] * 2]
    assert storage.asked == [Asked(f"/cdn/{NAME}", None, None)]


def test_an_unknown_repository(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(PaddockError) as caught:
        fetch(hub, tmp_path, HubRequest(repository="ann/nothing"))
    assert caught.value.failure.title == "There is no such model"
    assert names(tmp_path) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"sha": "../.."}'])
def test_an_index_that_is_none(hub: Hub, tmp_path: Path, body: bytes) -> None:
    def nonsense(handler: Handler) -> bool:
        handler.answer(200, body)
        return True

    hub.troubles = [nonsense]
    assert "makes no sense" in refusal(hub, tmp_path).failure.title


def test_a_silent_server_is_given_up(hub: Hub, tmp_path: Path) -> None:
    def silent(handler: Handler) -> bool:
        # Returns when the client has had enough.
        handler.rfile.read(1)
        handler.close_connection = True
        return True

    hub.troubles = [None, *[None, silent] * (len(PAUSES) + 1)]
    with pytest.raises(PaddockError) as caught:
        fetch(hub, tmp_path, timeout=0.1)
    assert caught.value.failure.cause is FailureCause.DOWNLOAD_FAILED


def test_a_slow_server_is_waited_for(hub: Hub, tmp_path: Path) -> None:
    hub.piece, hub.pause = 50_000, 0.05
    assert fetch(hub, tmp_path, timeout=5).model.read_bytes() == CONTENT


def test_split_files_and_the_projector_come_together(tmp_path: Path) -> None:
    files = {
        "big-Q4_K_M-00002-of-00002.gguf": os.urandom(50_000),
        "big-Q4_K_M-00001-of-00002.gguf": os.urandom(60_000),
        "big-Q8_0.gguf": os.urandom(10),
        "mmproj-F16.gguf": os.urandom(1000),
    }
    with hub_of(files) as hub:
        done = fetch(hub, tmp_path)
    assert [path.name for path in done.files] == [
        "big-Q4_K_M-00001-of-00002.gguf",
        "big-Q4_K_M-00002-of-00002.gguf",
        "mmproj-F16.gguf",
    ]
    assert all(path.read_bytes() == files[path.name] for path in done.files)
    assert done.size == 111_000


def test_a_second_paddock_is_refused_and_hurts_nothing(hub: Hub, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    folder = tmp_path / REPOSITORY
    folder.mkdir(parents=True)
    with PartFile(folder / NAME, len(CONTENT), sha256) as first:
        first.add(CONTENT[:1000])
        assert "running already" in refusal(hub, tmp_path).failure.title
        first.add(CONTENT[1000:])
        first.finish()
    assert (folder / NAME).read_bytes() == CONTENT


def test_a_folder_that_is_taken_away_is_noticed(hub: Hub, tmp_path: Path) -> None:
    def take_away(progress: DownloadProgress) -> None:
        if progress.fetched:
            shutil.rmtree(tmp_path / REPOSITORY, ignore_errors=True)

    connection = HubConnection(hub.address, pauses=PAUSES, plain_loopback=True)
    with closing(connection), pytest.raises(PaddockError) as caught:
        download_model(connection, ASK, tmp_path, take_away)
    assert caught.value.failure.cause is FailureCause.FOLDER_UNUSABLE
    assert "taken away" in caught.value.failure.detail


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_takes_no_more_keeps_what_came(hub: Hub, tmp_path: Path) -> None:
    if sys.platform == "win32":
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        error = refusal(hub, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.failure.cause is FailureCause.DISK_FULL
    (part,) = tmp_path.rglob("*.part")
    assert part.stat().st_size == 200_000
    hub.asked.clear()
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT
    assert ranges(hub) == ["bytes=200000-"]


@pytest.mark.parametrize(
    ("number", "cause", "words"),
    [
        (errno.ENOSPC, FailureCause.DISK_FULL, "make room"),
        (errno.EDQUOT, FailureCause.DISK_FULL, "make room"),
        (errno.EFBIG, FailureCause.DISK_FULL, "FAT32"),
        (errno.EROFS, FailureCause.FOLDER_UNUSABLE, "mount it"),
        (errno.EACCES, FailureCause.FOLDER_UNUSABLE, "right to write"),
        (errno.EIO, FailureCause.FOLDER_UNUSABLE, "Check the folder"),
    ],
)
def test_each_trouble_with_the_disk_is_told_apart(
    number: int, cause: FailureCause, words: str
) -> None:
    failure = unwritable(Path("m"), OSError(number, os.strerror(number))).failure
    assert failure.cause is cause
    assert words in failure.detail


def test_the_first_part_comes_last_so_nothing_half_is_a_model(tmp_path: Path) -> None:
    files = {
        "big-Q4_K_M-00001-of-00002.gguf": os.urandom(60_000),
        "big-Q4_K_M-00002-of-00002.gguf": os.urandom(50_000),
        "mmproj-F16.gguf": os.urandom(1000),
    }
    with hub_of(files) as hub:
        fetch(hub, tmp_path)
    names = [asked.path for asked in hub.asked if asked.path.startswith("/cdn/")]
    assert names == [f"/cdn/{name}" for name in sorted(files, reverse=True)]


def test_an_answer_without_a_length_is_read_to_its_end(hub: Hub, tmp_path: Path) -> None:
    def in_chunks(handler: Handler) -> bool:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(CONTENT), 70_000):
            piece = CONTENT[at : at + 70_000]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")
        return True

    hub.troubles = [None, None, in_chunks]
    assert fetch(hub, tmp_path).model.read_bytes() == CONTENT


def test_a_silence_is_told_and_nothing_is_lost(hub: Hub, tmp_path: Path) -> None:
    told: list[DownloadProgress] = []

    def pauses(handler: Handler) -> bool:
        assert handler.head(CONTENT) == 0
        handler.wfile.write(CONTENT[:100_000])
        until(lambda: any(step.waiting == NOTHING for step in told))
        handler.wfile.write(CONTENT[100_000:])
        return True

    hub.troubles = [None, None, pauses]
    assert fetch(hub, tmp_path, told=told).model.read_bytes() == CONTENT
    assert ranges(hub) == [None]


def test_what_arrived_before_a_silence_is_kept(hub: Hub, tmp_path: Path) -> None:
    def stop(handler: Handler) -> bool:
        return handler.stop_after(100_000)

    hub.troubles = [None, None, stop, None, stop]
    assert fetch(hub, tmp_path, silence=0.3).model.read_bytes() == CONTENT
    assert ranges(hub) == [None, "bytes=100000-", "bytes=200000-"]


def test_another_file_of_the_name_is_left_alone(hub: Hub, tmp_path: Path) -> None:
    mine = tmp_path / REPOSITORY / NAME
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    assert "Another file" in refusal(hub, tmp_path).failure.title
    assert mine.read_bytes() == b"mine"


def test_a_full_disk_is_said_before_anything_is_fetched(hub: Hub, tmp_path: Path) -> None:
    hub.claimed_size = 1 << 40
    error = refusal(hub, tmp_path)
    assert error.failure.cause is FailureCause.DISK_FULL
    assert "1024." in error.failure.detail
    assert ranges(hub) == []


def test_a_folder_that_is_none(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "ann").write_text("a file in the way")
    error = refusal(hub, tmp_path)
    assert error.failure.cause is FailureCause.FOLDER_UNUSABLE
