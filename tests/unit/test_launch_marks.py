"""Which processes belong to a launch: those it can prove, and nobody else's."""

import pytest

from tray.infrastructure.llama.supervision.family import LaunchMark, Seen
from tray.infrastructure.llama.supervision.process_identity import ProcessMark

ENGINE = ProcessMark(pid=400, start=1200)
LAUNCH = LaunchMark(
    nonce="a" * 32,
    boot="boot",
    owner=ProcessMark(pid=300, start=1000),
    engine=ENGINE,
    program="/opt/llama-server",
)
JUST_BEGUN = LAUNCH.model_copy(update={"engine": None, "program": None})
OTHER = ProcessMark(pid=401, start=1300)
RECYCLED = ProcessMark(pid=400, start=1201)
OLD = ProcessMark(pid=20, start=999)


@pytest.mark.parametrize(
    ("launch", "mark", "nonce", "program", "covered"),
    [
        pytest.param(LAUNCH, ENGINE, "a" * 32, "/opt/llama-server", True, id="the engine"),
        pytest.param(LAUNCH, ENGINE, "a" * 32, "/opt/real", True, id="a wrapper that exec'ed"),
        pytest.param(LAUNCH, OTHER, "a" * 32, "/bin/helper", True, id="a descendant"),
        pytest.param(JUST_BEGUN, OTHER, "a" * 32, "/bin/x", True, id="nothing known but the nonce"),
        pytest.param(LAUNCH, ENGINE, None, "/opt/llama-server", True, id="unreadable, identified"),
        pytest.param(LAUNCH, ENGINE, "", "/opt/llama-server", False, id="without a nonce"),
        pytest.param(LAUNCH, ENGINE, "b" * 32, "/opt/llama-server", False, id="another nonce"),
        pytest.param(LAUNCH, ENGINE, None, "/usr/bin/editor", False, id="unreadable, other exe"),
        pytest.param(LAUNCH, ENGINE, None, None, False, id="nothing readable"),
        pytest.param(LAUNCH, RECYCLED, None, "/opt/llama-server", False, id="unreadable, recycled"),
        pytest.param(LAUNCH, OTHER, None, "/opt/llama-server", False, id="unreadable, other pid"),
        pytest.param(JUST_BEGUN, ENGINE, None, None, False, id="unreadable, engine not known"),
        pytest.param(LAUNCH, OLD, "a" * 32, "/opt/llama-server", False, id="older than the launch"),
    ],
)
def test_only_what_is_proven_belongs_to_the_launch(
    launch: LaunchMark, mark: ProcessMark, nonce: str | None, program: str | None, covered: bool
) -> None:
    assert launch.covers(Seen(mark, nonce, program)) is covered
