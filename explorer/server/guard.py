"""Checks every request before a page or a route gets it, and sets headers of every answer.

- **Host**: a page of another site can let its own name point to this machine (DNS rebinding) and would then count as
  the same origin. So the name that the browser believes to be talking to must be one that the server is known by: an IP
  address, which cannot be let point elsewhere; ``localhost``; the machine's own name, also under the endings of local
  networks; ``server.address`` and ``browser.serverAddress``. Where ``server.allowedHosts`` is set, as for a proxy's
  public name, that list stands in place of these names, as it does for Streamlit's socket.
- **Frames**: only pages of the same origin may show the app in a frame, unless ``GAN_EXPLORER_FRAMES`` names others.
- **Uploads**: no page uses ``st.file_uploader``, so Streamlit's route for it is closed.
- **Visitors**: a browser that asks for a page is given a cookie with a random name, by which its tabs are one visitor
  to whatever is shared out (``widgets/starting.py``, ``playground_answers.py``). It is sent to this server only, and no
  script reads it.
- **Who leaves** before a request has arrived in full has made no error: nothing is written to the log.

Foreign origins are refused by what is absent: no route sends CORS headers, bodies must be JSON, and Streamlit's socket
answers 403 to an origin that is neither its own nor in ``server.corsAllowedOrigins``.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from contextlib import suppress
from functools import cache

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request, cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from explorer.visitors import VISITOR

LOCAL_ENDINGS = ("local", "lan", "home", "home.arpa", "internal", "localdomain", "fritz.box")
UPLOADS = "/_stcore/upload_file/"
FRAMES = "GAN_EXPLORER_FRAMES"  # origins with spaces between, or *
YEAR_S = 365 * 24 * 3600


class Guard:
    """ASGI middleware around pages and routes; see the module. Reads the configuration once, at the server's start."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.frames = _frames(os.environ.get(FRAMES, ""))
        self.allowed = [pattern.strip().lower().rstrip(".") for pattern in config.get_option("server.allowedHosts")]
        self.names = _own_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        for host in Headers(scope=scope).getlist("host"):
            name = name_of(host)
            if not (_is_address(name) or self._is_known(name) or await self._is_full_name(name)):
                return await _refused(421, _unknown(name))(scope, receive, send)
        if scope["type"] == "websocket":
            return await self.app(scope, receive, send)
        if UPLOADS in scope["path"]:
            return await _refused(404, "No page of this app takes uploads.")(scope, receive, send)
        cookie = _cookie_for(Headers(scope=scope))

        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.frames.items():
                    headers.setdefault(name, value)
                if cookie:
                    headers.append("set-cookie", cookie)
            await send(message)

        with suppress(ClientDisconnect):
            await self.app(scope, receive, framed)

    def _is_known(self, name: str) -> bool:
        if not self.allowed:
            return name in self.names
        return any(
            pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
            for pattern in self.allowed
        )

    async def _is_full_name(self, name: str) -> bool:
        """Whether it is what the network calls this machine; only an unknown name ever waits for that answer."""
        return not self.allowed and name == await to_thread.run_sync(_full_name)


def name_of(host: str) -> str:
    """The name in a Host header, in small letters, without port, brackets and last dot; "" where it is none."""
    host = host.strip().lower()
    name, port = (host, "") if host.endswith("]") or ":" not in host else host.rsplit(":", 1)
    if not all(digit in "0123456789" for digit in port):
        return ""
    return name.removeprefix("[").removesuffix("]").rstrip(".")


def visitor_of(request: Request) -> str:
    """Whose browser asks: the name in its cookie; of one that keeps no cookies its address, which others may share."""
    return request.cookies.get(VISITOR) or (request.client.host if request.client else "")


def _cookie_for(asking: Headers) -> str | None:
    """The cookie of a browser that asks for a page and has none yet."""
    if "text/html" not in asking.get("accept", "") or cookie_parser(asking.get("cookie", "")).get(VISITOR):
        return None
    return f"{VISITOR}={secrets.token_urlsafe(16)}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _own_names() -> frozenset[str]:
    own = socket.gethostname().lower().rstrip(".")
    first = own.partition(".")[0]
    configured = (name_of(config.get_option(option) or "") for option in ("server.address", "browser.serverAddress"))
    return frozenset({"localhost", own, first, *(f"{first}.{ending}" for ending in LOCAL_ENDINGS), *configured} - {""})


@cache
def _full_name() -> str | None:
    try:
        return socket.getfqdn().lower().rstrip(".")
    except (OSError, UnicodeError):
        return None


def _unknown(name: str) -> str:
    return (
        f"This server is not known as {name[:80]!r}: open it by the address that it printed at its start, or start it "
        "with --server.allowedHosts and this name."
    )


def _refused(status: int, sentence: str) -> PlainTextResponse:
    return PlainTextResponse(sentence, status, {"cache-control": "no-store"})


def _frames(allowed: str) -> dict[str, str]:
    """The headers that say who may show the app in a frame; the second is for old browsers and knows no list."""
    origins = allowed.split()
    if "*" in origins:
        return {}
    policy = {"content-security-policy": " ".join(["frame-ancestors 'self'", *origins])}
    return policy if origins else {**policy, "x-frame-options": "SAMEORIGIN"}
