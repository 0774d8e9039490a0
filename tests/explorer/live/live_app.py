"""The smallest server with the live widgets: what the browser tests of this folder drive."""

import gc
import socket

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from explorer.live.hub import HUB
from explorer.server.routes import ROUTES, lifespan


async def drop(request: Request) -> JSONResponse:
    """Break every stream, as a bad line does."""
    HUB.drop_viewers()
    return JSONResponse({})


async def watchers(request: Request) -> JSONResponse:
    """How many runs are being watched."""
    return JSONResponse(len(HUB.watchers))


async def delays(request: Request) -> JSONResponse:
    """Whether small packets of this very connection are held back."""
    (line,) = (one for one in gc.get_objects() if type(one) is socket.socket and _peer(one) == tuple(request.client))
    return JSONResponse(not line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def _peer(one: socket.socket) -> tuple[str, int] | None:
    try:
        return one.getpeername()
    except OSError:
        return None  # it listens, or is closed


app = st.App(
    "live_page.py",
    routes=[*ROUTES, Route("/test/drop", drop), Route("/test/watchers", watchers), Route("/test/delays", delays)],
    lifespan=lifespan,
)
