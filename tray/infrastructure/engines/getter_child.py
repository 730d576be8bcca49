"""The child that looks at the machine, or downloads, unpacks and checks an engine.

It ends with its work, and HTTP, archives and GPU libraries end with it: the resident
never loads them. One request on standard input, then lines of ``Told`` on standard
output, the last one a result. The end of standard input ends the child at once.
"""

import os
import sys
from typing import BinaryIO

from tray.infrastructure.engines.getter_protocol import GetterRequest, Told
from tray.infrastructure.engines.install import get_engine
from tray.infrastructure.engines.machine import machine_facts
from tray.infrastructure.engines.store import EngineStore
from tray.infrastructure.llama.launch.environment import probe_environment
from tray.infrastructure.parent_pipe import end_with_parent
from tray.models.engine_shelf import EngineWork
from tray.models.failure import PaddockError

CANCELLED = 3


def serve(requests: BinaryIO, answers: BinaryIO) -> int:
    """Do what the one request asks for."""
    request = GetterRequest.model_validate_json(requests.readline())
    # Parts stay; staging is swept by the next one.
    end_with_parent(requests, CANCELLED)
    teller = _Teller(answers)
    if request.build is None:
        teller.tell(Told(facts=machine_facts()))
        return 0
    environment = probe_environment(
        dict(os.environ), system=sys.platform, config_home=request.config_home
    )
    try:
        engine = get_engine(
            EngineStore(request.folder), request.build, environment, sys.platform, teller.work
        )
    except PaddockError as error:
        teller.tell(Told(failure=error.failure))
        return 1
    teller.tell(Told(installed=engine))
    return 0


class _Teller:
    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers

    def work(self, work: EngineWork) -> None:
        self.tell(Told(work=work))

    def tell(self, told: Told) -> None:
        self._answers.write(told.model_dump_json().encode() + b"\n")
        self._answers.flush()
