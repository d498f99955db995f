"""A command at work for the page: what it said and wrote, its errors, its end."""

import os
import time

import pytest

from gapworks.app.job import Job


def ended(job, seconds=240):
    """A job that has come to its end by itself."""
    until = time.monotonic() + seconds
    while job.code is None and time.monotonic() < until:
        time.sleep(0.1)
    assert job.code is not None
    return job


def test_an_answer_has_its_table_its_notes_and_its_files(tmp_path):
    V = "\n".join(f"{site},{0.1 * (site % 3)}" for site in range(32)).encode()
    words = ["solve", "chain", "V.csv", "--output", "V-delta.csv"]
    # A file of the user's that is called like a package that is imported is a file.
    job = ended(Job(words, tmp_path / "1", {"V.csv": V, "numpy.py": b"raise SystemExit(9)"}))
    assert job.code == 0, job.said
    assert job.line == "gapworks solve chain V.csv --output V-delta.csv"
    assert "1 rings of 32 sites" in job.printed or "32 sites" in job.printed
    assert "written" not in job.printed
    assert any("counts the rows" in line for line in job.said)
    assert [path.name for path in job.written] == ["V-delta.csv"]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["invert", "x.csv", "--temperature", "1.2"], 1, "x.csv: "),
        (["invert", "x.csv"], 2, "gapworks invert: error: the following arguments are required"),
        (["invert", "x.csv", "--temperature=-1"], 2, "-1: give a number above zero"),
    ],
)
def test_a_reason_is_the_command_s_own_and_comes_last(tmp_path, words, code, reason):
    job = ended(Job(words, tmp_path / "1", {"x.csv": b"no,numbers\n"}))
    assert job.code == code
    assert reason in job.said[-1] and not any(line.startswith("usage") for line in job.said)
    assert job.written == []


def test_a_job_that_is_stopped_is_gone(tmp_path):
    job = Job(
        ["design", "--noise", "0.001", "--temperature", "1", "--range", "30"], tmp_path / "1", {}
    )
    assert job.code is None
    job.stop()
    assert job.stopped and job.code is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(job._process.pid, 0)
