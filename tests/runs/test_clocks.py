"""Dates in the future are set to now and keep their order; no other date is touched."""

import os
import time

from gapworks.runs.clocks import mend_dates

DAY = 86400


def dated(folder, name, date):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
    os.utime(path, (date, date))
    return path


def test_dates_in_the_future_come_after_all_others_and_keep_their_order(tmp_path):
    now = time.time()
    past = [dated(tmp_path, f"past/{n}", now - n * DAY) for n in range(3)]
    before = [path.stat().st_mtime_ns for path in past]
    ahead = [dated(tmp_path, f"ahead/{n}", now + DAY * (400 - n)) for n in range(50)]
    alike = dated(tmp_path, "alike", ahead[0].stat().st_mtime)
    said = mend_dates(tmp_path)
    assert f"files of {tmp_path} that are dated in the future: 51, up to 400 days" in said
    assert [path.stat().st_mtime_ns for path in past] == before
    dates = [path.stat().st_mtime for path in ahead]
    assert dates == sorted(dates, reverse=True)
    assert len(set(dates)) == len(dates)
    assert alike.stat().st_mtime == dates[0]
    assert now - 1 < min(dates)
    assert max(dates) <= time.time() + 1
    assert mend_dates(tmp_path) == ""


def test_a_few_seconds_between_two_clocks_are_left_alone(tmp_path):
    path = dated(tmp_path, "file", time.time() + 3)
    before = path.stat().st_mtime_ns
    assert mend_dates(tmp_path) == ""
    assert path.stat().st_mtime_ns == before


def test_folders_on_another_disk_are_looked_at_and_a_circle_of_links_ends(tmp_path):
    path = dated(tmp_path / "disk", "file", time.time() + DAY)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/paper").symlink_to(tmp_path / "disk")
    (tmp_path / "disk/circle").symlink_to(tmp_path / "results")
    assert "1 days" in mend_dates(tmp_path / "results")
    assert path.stat().st_mtime <= time.time() + 1


def test_where_there_are_no_results_there_is_nothing_to_do(tmp_path):
    assert mend_dates(tmp_path / "results") == ""
