"""Ports on loopback: free ones are found, taken ones named."""

from __future__ import annotations

import os
import socket

import pytest

from tray.infrastructure.llama.launch.free_port import check_port_free, free_port
from tray.models.failure import FailureCause, PaddockError


def test_a_free_port_can_be_bound() -> None:
    port = free_port()
    check_port_free(port)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_names_its_holder(address: str) -> None:
    with socket.socket() as listener:
        listener.bind((address, 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(PaddockError) as caught:
            check_port_free(port)
    failure = caught.value.failure
    assert failure.cause is FailureCause.PORT_TAKEN
    assert str(port) in failure.title
    assert f"(process {os.getpid()})" in failure.detail


def test_a_port_that_just_closed_is_free() -> None:
    with socket.socket() as listener:
        # As llama.cpp's own HTTP server does.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0] as accepted:
            accepted.shutdown(socket.SHUT_RDWR)
    check_port_free(port)
