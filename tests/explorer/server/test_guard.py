"""Who may ask the server, who may show it in a frame, and what it says to those who leave."""

from __future__ import annotations

import io
import socket
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from explorer.server import guard
from explorer.server.bodies import json_body
from explorer.server.guard import Guard
from tests.explorer.scenes import play

OWN = socket.gethostname()
KNOWN = ["localhost", "localhost:8501", "LOCALHOST.", "127.0.0.1:8501", "[::1]:8501", "192.168.1.20", "[fe80::1]", OWN,
         f"{OWN}:8501", f"{OWN.partition('.')[0]}.local:8501"]  # fmt: skip
FOREIGN = ["evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.evil.example",
           f"{OWN}.evil.example", "evil", "localhost:evil", "evil.example:", "[evil", "éxample"]  # fmt: skip


def app(**more: Any) -> Starlette:
    async def hello(request: Request) -> Response:
        return PlainTextResponse("Hello.", headers=more)

    return Starlette(
        routes=[Route("/", hello), Route("/_stcore/upload_file/a/b", hello)], middleware=[Middleware(Guard)]
    )


def ask(served: Starlette, host: str = "localhost", path: str = "/", **headers: str) -> httpx.Response:
    async def scene() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost") as client:
            return await client.get(
                path, headers=[(b"host", host.encode()), *((k.encode(), v.encode()) for k, v in headers.items())]
            )

    return play(scene())


@pytest.fixture
def option():
    """Set an option of Streamlit's for this test."""
    before = {name: config.get_option(name) for name in ("server.allowedHosts", "browser.serverAddress")}
    yield config.set_option
    for name, value in before.items():
        config.set_option(name, value)


@pytest.mark.parametrize("host", KNOWN)
def test_the_names_that_the_server_is_started_for_are_answered(host: str) -> None:
    assert ask(app(), host).text == "Hello."


@pytest.mark.parametrize("host", FOREIGN)
def test_any_other_name_is_refused_by_a_sentence(host: str) -> None:
    answer = ask(app(), host)
    assert answer.status_code == 421 and "--server.allowedHosts" in answer.text and "Hello" not in answer.text


def test_the_name_that_the_network_gives_this_machine_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_full_name", lambda: "teacher-laptop.school.example")
    assert ask(app(), "teacher-laptop.school.example:8501").status_code == 200
    assert ask(app(), "other-laptop.school.example:8501").status_code == 421


def test_configured_names_are_known(option) -> None:
    option("browser.serverAddress", "gan.school.example")
    assert ask(app(), "gan.school.example").status_code == 200
    option("server.allowedHosts", ["explorer.example", "*.school.example"])
    codes = {host: ask(app(), host).status_code for host in ("explorer.example", "a.school.example", "school.example",
             "notschool.example", "localhost", "10.0.0.7")}  # fmt: skip
    assert codes == {"explorer.example": 200, "a.school.example": 200, "school.example": 421, "notschool.example": 421,
                     "localhost": 421, "10.0.0.7": 200}  # fmt: skip
    option("server.allowedHosts", ["*"])
    assert ask(app(), "anything.example").status_code == 200


def test_only_the_same_origin_may_show_it_in_a_frame_unless_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = ask(app()).headers
    assert headers["content-security-policy"] == "frame-ancestors 'self'" and headers["x-frame-options"] == "SAMEORIGIN"
    monkeypatch.setenv(guard.FRAMES, "https://moodle.example https://wiki.example")
    headers = ask(app()).headers
    assert headers["content-security-policy"] == "frame-ancestors 'self' https://moodle.example https://wiki.example"
    assert "x-frame-options" not in headers
    monkeypatch.setenv(guard.FRAMES, "*")
    assert "content-security-policy" not in ask(app()).headers


def test_streamlits_own_upload_route_is_closed() -> None:
    answer = ask(app(), path="/_stcore/upload_file/a/b")
    assert answer.status_code == 404 and answer.text == "No page of this app takes uploads."


def test_who_leaves_while_sending_is_no_error() -> None:
    async def read(request: Request) -> Response:
        return Response(await json_body(request, 1000))

    served = Starlette(routes=[Route("/", read, methods=["POST"])], middleware=[Middleware(Guard)])
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b"", "root_path": ""}
    arriving = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(arriving)

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError("Nobody is there to be answered.")

    play(served(scope, receive, send))  # and nothing is raised, which a server would write to its log


@pytest.fixture(scope="module")
def server(serve):
    return serve("streamlit_app.py")


def test_pages_routes_and_the_socket_are_guarded(server) -> None:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        for path in ("/", "/_stcore/health", "/api/runs", "/static/favicon.png", "/api/plane/shapes"):
            good, bad = client.get(path), client.get(path, headers={"host": "evil.example"})
            assert good.status_code == 200 and good.headers["content-security-policy"] == "frame-ancestors 'self'", path
            assert (bad.status_code, "evil.example" in bad.text) == (421, True), path
            foreign = client.get(path, headers={"origin": "http://evil.example"})
            assert "access-control-allow-origin" not in foreign.headers, path
        upload = client.put("/_stcore/upload_file/session/file", files={"file": io.BytesIO(b"x")})
        assert upload.status_code == 404 and upload.text == "No page of this app takes uploads."


def test_the_socket_is_open_to_its_own_origin_alone(server) -> None:
    url = server.url.replace("http", "ws") + "/_stcore/stream"
    with connect(url, origin=server.url, subprotocols=["streamlit"], proxy=None):
        pass
    with pytest.raises(InvalidStatus, match="403"):
        connect(url, origin="http://evil.example", proxy=None)
    rebound = {"host": f"evil.example:{server.port}", "origin": f"http://evil.example:{server.port}"}
    answer = socket_status(server.port, rebound)
    assert answer == 421


def socket_status(port: int, headers: dict[str, str]) -> int:
    """What a socket's first request is answered with; the usual clients allow no other Host than the address."""
    headers |= {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
                "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    lines = ["GET /_stcore/stream HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(line.recv(100).split()[1])


def test_a_browser_that_asks_for_a_page_is_known_from_then_on() -> None:
    first, other = (ask(app(), accept="text/html,*/*;q=0.8").headers["set-cookie"] for _ in range(2))
    name, _, rest = first.partition("=")
    value, *more = rest.split("; ")
    assert name == guard.VISITOR and len(value) >= 20 and value not in other
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(more) and any(each.startswith("Max-Age=") for each in more)
    assert "set-cookie" not in ask(app(), accept="text/html", cookie=f"a=b; {guard.VISITOR}={value}").headers
    assert "set-cookie" not in ask(app(), accept="image/png").headers, "pages alone give it"
