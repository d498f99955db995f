"""Programs of the .venv that start in no time: forked from a process that has all imported.

A run of snakemake on small files takes seconds of Python's imports and tenths of a second of its
own. What tests see of it is the same; those of starting, killing or measuring programs do without.
"""

from __future__ import annotations

import atexit
import functools
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from gapworks.command import RESIDENT, circumstances
from gapworks.runs.resident import environment_of_steps

SERVER = Path(__file__).with_name("forking_server.py")
HOOK = SERVER.with_name("forking_hook")
SECONDS = 300.0
"""Within which a process has to have imported everything."""
POLL_SECONDS = 0.02


@functools.cache
def server(program: str) -> str:
    """The socket of this session's process for `gapworks` or `snakemake`; it ends with it.

    Where processes cannot be forked so it is one that nobody listens at.
    """
    if sys.platform != "linux":
        return "no"
    folder = tempfile.mkdtemp(prefix="gapworks-")
    place = f"{folder}/socket"
    started = subprocess.Popen(
        [sys.executable, "-P", SERVER, program],
        env=environment() | environment_of_steps() | {RESIDENT: place},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def end() -> None:
        started.stdin.close()
        started.wait(60)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    deadline = time.monotonic() + SECONDS
    while not _listens(place):
        assert started.poll() is None, f"{SERVER} ended with {started.returncode}"
        assert time.monotonic() < deadline, f"{SERVER} does not listen"
        time.sleep(0.05)
    return place


def _listens(place: str) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        return asking.connect_ex(place) == 0


def environment() -> dict[str, str]:
    """What a shell has of ours."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}


def of_a_step(given: Mapping[str, str]) -> dict[str, str]:
    """An environment in which `gapworks`, on one thread, has itself forked."""
    return {**given, **environment_of_steps(), RESIDENT: server("gapworks")}


def with_hook(given: Mapping[str, str]) -> dict[str, str]:
    """An environment in which `python -m snakemake` has itself forked, and its steps as well."""
    places = {"GAPWORKS_TEST_SNAKEMAKE": server("snakemake"), RESIDENT: server("gapworks")}
    return {**given, **places, "PYTHONPATH": str(HOOK)}


class Run:
    """A snakemake that was forked, as `subprocess.Popen` has one; it leads a session of its own.

    Parameters
    ----------
    arguments : sequence of str or Path
    folder : Path
        Where it is run.
    given : mapping
        Its environment.
    said : file
        For all that it says.

    Raises
    ------
    OSError
        If it was refused: another environment than a checkout's, sources edited meanwhile.
    """

    def __init__(
        self, arguments: Sequence[str | Path], folder: Path, given: Mapping[str, str], said: IO
    ) -> None:
        self.args = ["snakemake", *map(str, arguments)]
        self.returncode: int | None = None
        request = {
            "arguments": self.args[1:],
            "folder": str(folder),
            "environment": dict(given),
            "mask": 0o022,
            "ignored": [],
            "circumstances": circumstances(),
        }
        text = json.dumps(request).encode()
        self._heard = b""
        self._one_at_a_time = threading.Lock()
        self._asking = socket.socket(socket.AF_UNIX)
        try:
            self._asking.connect(server("snakemake"))
            with open(os.devnull) as nothing:
                streams = [nothing.fileno(), said.fileno(), said.fileno()]
                socket.send_fds(self._asking, [len(text).to_bytes(4)], streams)
            self._asking.sendall(text)
            self.pid: int = self._line(0)["process"]
        except OSError:
            self._asking.close()
            raise

    def _line(self, flags: int) -> dict[str, int] | None:
        """The next answer; None if it has not come whole."""
        while not self._heard.endswith(b"\n"):
            try:
                part = self._asking.recv(1, flags)
            except BlockingIOError:
                return None
            if not part:
                raise ConnectionError("it was not forked, or the server is gone")
            self._heard += part
        line, self._heard = self._heard, b""
        return json.loads(line)

    def poll(self) -> int | None:
        """Exit code, as Popen's; None while it runs."""
        with self._one_at_a_time:
            if self.returncode is None and (ended := self._line(socket.MSG_DONTWAIT)):
                self.returncode = ended["ended"]
                self._asking.close()
        return self.returncode

    def wait(self, timeout: float = math.inf) -> int:
        """Exit code; TimeoutExpired if it has not ended within so many seconds."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Signal it, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def snakemake(
    arguments: Sequence[str | Path], folder: Path, given: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str] | None:
    """Run snakemake to its end, with all that it says in `stdout`; steps are forked as well.

    None if it was refused, see `Run`, whose arguments these are.

    Raises
    ------
    subprocess.TimeoutExpired
    """
    own_package = Path(given.get("PYTHONPATH", ""), "gapworks").is_dir()
    steps = {} if own_package else {RESIDENT: server("gapworks")}
    with tempfile.TemporaryFile() as said:
        try:
            run = Run(arguments, folder, steps | dict(given), said)
        except OSError:
            return None
        try:
            code = run.wait(timeout)
        finally:
            run.kill()
        said.seek(0)
        return subprocess.CompletedProcess(run.args, code, said.read().decode())
