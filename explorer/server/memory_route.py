"""How much memory a run with some settings would take: what the form asks before there is a run."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request

from explorer.background import memory as asking
from explorer.messages import without_paths
from explorer.server.ascii_json import AsciiJSON
from explorer.server.asked import OfRun
from explorer.server.bodies import json_as, json_body
from explorer.server.sentences import refused
from pipelines.config.checking import problems
from pipelines.config.train_config import from_dict
from pipelines.errors import ConfigError, GanError

MOST_BYTES = 20_000  # of a request's body
WAITING = 4  # questions that wait for an answer at once; others wait for these
_threads: RunVar[CapacityLimiter] = RunVar("threads of the memory route")


async def memory(request: Request) -> AsciiJSON:
    """Whether a run with the settings of the body fits, and how much it takes: ``fits`` and ``words``."""
    asked = json_as(await json_body(request, MOST_BYTES), OfRun)
    try:
        config = from_dict(asked.settings)
        if wrong := problems(config):
            raise ConfigError(wrong[0])
    except GanError as error:
        raise refused(400, error) from None
    if (limiter := _threads.get(None)) is None:
        _threads.set(limiter := CapacityLimiter(WAITING))
    found = await to_thread.run_sync(asking.asked, config, limiter=limiter)
    return AsciiJSON({**found, "words": without_paths(found["words"])}, headers={"cache-control": "no-store"})
