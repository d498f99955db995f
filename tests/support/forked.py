"""Programs of the .venv that start in no time: forked from a process that has all imported.

A run of snakemake on small files takes seconds of Python's imports and tenths of a second of its
own. What tests see of it is the same; those of starting, killing or measuring programs do without.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gapworks.command import RESIDENT, circumstances
from gapworks.runs.resident import environment_of_steps

SERVER = Path(__file__).with_name("forking_server.py")
HOOK = SERVER.with_name("forking_hook")
SECONDS = 300.0
"""Within which a process has to have imported everything."""


@functools.cache
def server(program: str, nice: int = 0) -> str:
    """The socket of this session's process for `gapworks` or `snakemake`; it ends with it.

    Where processes cannot be forked so it is one that nobody listens at.
    """
    if sys.platform != "linux":
        return "no"
    folder = tempfile.mkdtemp(prefix="gapworks-")
    place = f"{folder}/socket"
    started = subprocess.Popen(
        ["nice", f"-n{nice}", sys.executable, "-P", SERVER, program],
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


def with_hook(given: Mapping[str, str], nice: int = 0) -> dict[str, str]:
    """An environment in which `python -m snakemake` has itself forked, and its steps as well.

    `nice` is what processes have there.
    """
    programs = {"GAPWORKS_TEST_SNAKEMAKE": "snakemake", RESIDENT: "gapworks"}
    places = {name: server(program, nice) for name, program in programs.items()}
    return {**given, **places, "PYTHONPATH": str(HOOK)}


def snakemake(
    arguments: Sequence[str | Path],
    folder: Path,
    given: Mapping[str, str],
    timeout: float,
) -> subprocess.CompletedProcess[str] | None:
    """Run snakemake to its end, with all that it says in `stdout`; steps are forked as well.

    None if it was refused: another environment than a checkout's, sources edited meanwhile.

    Parameters
    ----------
    arguments : sequence of str or Path
    folder : Path
        Where it is run.
    given : mapping
        Its environment.
    timeout : float
        s.

    Raises
    ------
    subprocess.TimeoutExpired
    """
    words = [str(word) for word in arguments]
    own_package = Path(given.get("PYTHONPATH", ""), "gapworks").is_dir()
    steps = {} if own_package else {RESIDENT: server("gapworks")}
    request = {
        "arguments": words,
        "folder": str(folder),
        "environment": steps | dict(given),
        "mask": 0o022,
        "ignored": [],
        "circumstances": circumstances(),
    }
    text = json.dumps(request).encode()
    with contextlib.ExitStack() as opened:
        connection = opened.enter_context(socket.socket(socket.AF_UNIX))
        said = opened.enter_context(tempfile.TemporaryFile())
        nothing = opened.enter_context(open(os.devnull))
        connection.settimeout(timeout)
        answers = opened.enter_context(connection.makefile())
        try:
            connection.connect(server("snakemake"))
            streams = [nothing.fileno(), said.fileno(), said.fileno()]
            socket.send_fds(connection, [len(text).to_bytes(4)], streams)
            connection.sendall(text)
            if not answers.readline():
                return None
        except OSError:
            return None
        try:
            ended = answers.readline()
        except TimeoutError:  # the connection is closed, and with it snakemake ends
            raise subprocess.TimeoutExpired(["snakemake", *words], timeout) from None
        said.seek(0)
        code = json.loads(ended)["ended"]
        return subprocess.CompletedProcess(["snakemake", *words], code, said.read().decode())
