"""The page on this machine: a server that one person reaches, by a secret in the address."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

from gapworks.factory.errors import DataError, reason

HOST = "127.0.0.1"
"""Nobody beyond this machine reaches it; from another one: ssh -L."""
PORT = 2718
PAGE = Path(__file__).with_name("page.py")
# The page may ask this server and nothing else: no fonts, no scripts, no counts from elsewhere.
_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"


def serve(port: int | None = None, headless: bool = False) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    port : int, optional
        By default 2718, or another one where that is taken.
    headless : bool
        Only say the address.

    Raises
    ------
    DataError
        If the port cannot be had.
    ModuleNotFoundError
        If marimo is not installed.
    """
    import marimo
    import uvicorn

    token = secrets.token_urlsafe(16)
    listening = _listening(port)
    number = listening.getsockname()[1]
    address = f"http://localhost:{number}/?access_token={token}"
    built = marimo.create_asgi_app(quiet=True, token=token)
    page: Any = built.with_app(path="", root=str(PAGE)).build()
    sessions = page.routes[-1].app.state.session_manager
    print(f"gapworks app: {address}", flush=True)
    print(f"from another machine: ssh -L {number}:localhost:{number} and this one's name")
    print("Ctrl-C ends it", flush=True)
    if not headless and _has_screen():
        threading.Timer(1.0, webbrowser.open, [address]).start()

    class Server(uvicorn.Server):
        """Ends with the sessions of open pages: Python's end waits for threads of theirs."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await sessions.shutdown()
            await super().shutdown(sockets)

    config = uvicorn.Config(_alone(page), log_level="warning", timeout_graceful_shutdown=1)
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])


def _listening(port: int | None) -> socket.socket:
    """A socket at the port that was asked for, or else at the usual one or any."""
    for one in (port,) if port is not None else (PORT, 0):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, one))
            listening.listen()  # who follows the address at once waits instead of being refused
            return listening
        except (OSError, OverflowError) as error:
            listening.close()
            said = reason(error) if isinstance(error, OSError) else "ports end at 65535"
    raise DataError(f"--port {port}: cannot be had: {said}; choose another, or leave it out")


def _has_screen() -> bool:
    """Whether a browser can be opened for whoever sits here."""
    if sys.platform != "linux":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _alone(page: Any) -> Any:
    """The page with word to the browser that nothing is to be asked of anybody else."""
    header = (b"content-security-policy", _POLICY.encode())

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await page(scope, receive, told)

    return guarded
