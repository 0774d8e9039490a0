"""Small answers are sent at once (TCP_NODELAY).

Streamlit makes its listening socket without a protocol number, and asyncio turns Nagle's algorithm off only where the
number says TCP. An answer is written as head and body; the body then waits until the browser has acknowledged the head,
which browsers put off for 40 ms: at each picture of a drag. A connection inherits TCP_NODELAY from the socket that
accepted it, so setting it there, before the server accepts, is enough and touches nothing of Streamlit's or asyncio's.
"""

from __future__ import annotations

import gc
import socket
from contextlib import suppress

TCP_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def send_at_once() -> int:
    """Set TCP_NODELAY on the sockets on which this process listens. Returns how many there are.

    Nothing hands out the server's socket, so it is looked for among the living objects, once, at the server's start.
    """
    found = 0
    for one in gc.get_objects():
        if type(one) is not socket.socket or one.family not in TCP_FAMILIES or one.type != socket.SOCK_STREAM:
            continue
        with suppress(OSError):  # it was closed
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                found += 1
    return found
