"""The smallest server with the live widgets: what the browser tests of this folder drive."""

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from explorer.live import HUB
from explorer.routes import ROUTES, lifespan


async def drop(request: Request) -> JSONResponse:
    """Break every stream, as a bad line does."""
    HUB.drop_viewers()
    return JSONResponse({})


async def watchers(request: Request) -> JSONResponse:
    """How many runs are being watched."""
    return JSONResponse(len(HUB.watchers))


app = st.App(
    "live_page.py", routes=[*ROUTES, Route("/test/drop", drop), Route("/test/watchers", watchers)], lifespan=lifespan
)
