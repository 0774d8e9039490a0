"""Small answers are not held back: neither by a socket as Streamlit makes it, nor by the server that it starts."""

from __future__ import annotations

import socket

import httpx
import pytest

from explorer.server.sockets import send_at_once


def holds_back(one: socket.socket) -> bool:
    return not one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_what_is_accepted_later_is_not_held_back(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            pytest.skip(f"This machine has no {host}.")
        listener.listen()
        with socket.create_connection(listener.getsockname()[:2]), listener.accept()[0] as before:
            assert holds_back(before)  # or there would be nothing to mend
        assert send_at_once() >= 1
        with socket.create_connection(listener.getsockname()[:2]), listener.accept()[0] as after:
            assert not holds_back(after)


def test_only_listening_sockets_are_touched() -> None:
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    closed = socket.create_server(("127.0.0.1", 0))
    closed.close()
    with datagrams, socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as connected:
            send_at_once()
            assert holds_back(connected)
        assert not holds_back(listener)


def test_the_server_that_streamlit_starts_answers_at_once(serve) -> None:
    server = serve("tests/explorer/live/live_app.py")
    assert httpx.get(f"{server.url}/test/delays", trust_env=False).json() is False
