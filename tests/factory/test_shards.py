"""Shards and gathering: the same samples whatever the cut, and no foreign or broken shard in."""

import os

import numpy as np
import pytest

from gapworks.factory.errors import DataError
from gapworks.factory.gather import gather
from gapworks.factory.provenance import code_digest, solver_digest
from gapworks.factory.reading import read, verify
from gapworks.factory.shards import shard_name, shard_ranges, simulate_shard
from tests.support import toy


@pytest.fixture(autouse=True)
def count():
    toy.simulated.clear()


def make(folder, samples, shard_size, max_failed_share=0.0, **settings):
    chosen = toy.Settings(**settings)
    for start, stop in shard_ranges(samples, shard_size):
        path = folder / shard_name(start, stop)
        if not path.exists():
            simulate_shard(toy, chosen, start, stop, path, 1, max_failed_share=max_failed_share)
    return gather(toy, chosen, folder, samples, shard_size, folder / "data.hdf")


@pytest.mark.parametrize("shard_size", [1, 7, 30, 100])
def test_the_cut_into_shards_does_not_show_in_the_data(tmp_path, shard_size):
    reference = make(tmp_path / "a", 30, 10)
    other = make(tmp_path / "b", 30, shard_size)
    assert other.checksums == reference.checksums
    assert other.attributes["identity"] == reference.attributes["identity"]


def test_a_data_set_that_grows_simulates_only_what_is_new(tmp_path):
    make(tmp_path, 25, 10)
    toy.simulated.clear()
    header = make(tmp_path, 42, 10)
    assert toy.simulated == list(range(25, 42))
    assert header.checksums == make(tmp_path / "fresh", 42, 42).checksums


def test_shards_of_another_size_are_cut_from_those_that_are_there(tmp_path):
    make(tmp_path, 40, 10)
    toy.simulated.clear()
    make(tmp_path, 44, 7)
    assert toy.simulated == [40, 41, 42, 43]


def test_a_sibling_of_other_settings_or_a_damaged_one_is_not_reused(tmp_path):
    make(tmp_path, 10, 10, offset=1.0)
    toy.simulated.clear()
    simulate_shard(toy, toy.Settings(), 0, 12, tmp_path / "0-12.h5", threads=1)
    assert toy.simulated == list(range(12))
    os.truncate(tmp_path / "0-12.h5", 2000)
    toy.simulated.clear()
    simulate_shard(toy, toy.Settings(), 0, 14, tmp_path / "0-14.h5", threads=1)
    assert toy.simulated == list(range(14))


def test_a_failed_sample_is_recorded_and_masked(tmp_path):
    header = make(tmp_path, 20, 10, fails=(3,), max_failed_share=0.1)
    arrays = read(header.path)
    assert np.flatnonzero(arrays["valid"] == 0).tolist() == [3]
    assert arrays["reason"][3] == 1
    assert np.isnan(arrays["square"][3]).all()


def test_too_many_failed_samples_fail_loudly_and_leave_nothing(tmp_path):
    chosen = toy.Settings(fails=(3, 4))
    with pytest.raises(
        DataError, match=r"2 of 10 samples failed \(unlucky 2; the first: \[3, 4\]\)"
    ):
        simulate_shard(toy, chosen, 0, 10, tmp_path / "0-10.h5", 1, max_failed_share=0.1)
    assert not os.listdir(tmp_path)


def test_a_sample_that_is_not_finite_must_not_be_called_valid(tmp_path, monkeypatch):
    broken = toy.simulate(toy.Settings(), 0, 4, 1)
    broken["square"][2, 0] = np.inf
    monkeypatch.setattr(toy, "simulate", lambda *_: broken)
    with pytest.raises(DataError, match="sample 2: square is not finite"):
        simulate_shard(toy, toy.Settings(), 0, 4, tmp_path / "0-4.h5", threads=1)


def test_gather_names_every_bad_shard_and_the_way_out(tmp_path):
    make(tmp_path, 60, 10)
    (tmp_path / "data.hdf").unlink()
    (tmp_path / "0-10.h5").unlink()
    os.truncate(tmp_path / "10-20.h5", 3000)
    content = bytearray((tmp_path / "20-30.h5").read_bytes())
    where = content.find(np.array([23.0**2]).tobytes())
    content[where] ^= 0xFF
    (tmp_path / "20-30.h5").write_bytes(content)
    (tmp_path / "30-40.h5").unlink()
    foreign = toy.Settings(offset=2.5)
    simulate_shard(toy, foreign, 30, 40, tmp_path / "30-40.h5", threads=1)
    (tmp_path / "40-50.h5").write_bytes((tmp_path / "50-60.h5").read_bytes())
    with pytest.raises(DataError) as caught:
        gather(toy, toy.Settings(), tmp_path, 60, 10, tmp_path / "data.hdf")
    message = str(caught.value)
    assert "0-10.h5: is missing" in message
    assert "10-20.h5: is truncated" in message
    assert "20-30.h5: was altered" in message
    assert "30-40.h5: is foreign: offset is 2.5, wanted 0.0" in message
    assert "40-50.h5: holds samples 50-60, not 40-50" in message
    assert "50-60.h5" not in message.replace("holds samples 50-60", "")
    assert "5 of 6 shards" in message
    assert f"rm -f {tmp_path}/0-10.h5" in message
    assert "snakemake" in message
    assert not (tmp_path / "data.hdf").exists()


def test_the_identity_knows_physics_seed_and_version():
    base = toy.Settings()
    assert toy.Settings().identity == base.identity
    for other in (
        toy.Settings(offset=1.0),
        toy.Settings(seed=2),
        toy.Settings(dataset="test"),
        toy.Settings(data_version=2),
        toy.Settings(stream=2),
    ):
        assert other.identity != base.identity


def test_a_gathered_file_is_verified_like_a_shard(tmp_path):
    header = make(tmp_path, 20, 10)
    assert verify(header.path).checksums == header.checksums
    assert header.attributes["kind"] == "dataset"
    assert len(header.attributes["shards"]) == 2


def test_a_data_set_holds_the_arrays_whose_dimensions_it_has(tmp_path):
    class Flat:
        Settings, VARIABLES, block = toy.Settings, toy.VARIABLES, toy.block

        @staticmethod
        def coordinates(settings):
            return {}

        @staticmethod
        def simulate(settings, start, stop, threads):
            made = toy.simulate(settings, start, stop, threads)
            return {name: made[name] for name in ("reason", "valid")}

    simulate_shard(Flat, toy.Settings(), 0, 6, tmp_path / "0-6.h5", threads=1)
    header = gather(Flat, toy.Settings(), tmp_path, 6, 6, tmp_path / "data.h5")
    assert header.shapes == {"sample": (6,), "reason": (6,), "valid": (6,)}


def test_samples_that_cannot_be_shared_are_said_to_be_so(tmp_path):
    path = tmp_path / "0-4.h5"
    with pytest.raises(DataError, match="share samples only"):
        simulate_shard(toy, toy.Settings(), 0, 4, path, threads=1, share="grids")
    assert not path.exists()


@pytest.fixture
def two_codes(tmp_path, monkeypatch):
    """Four shards, two of which were made after an edit of the solver."""
    for start in (0, 10):
        simulate_shard(
            toy, toy.Settings(), start, start + 10, tmp_path / f"{start}-{start + 10}.h5", 1
        )
    with monkeypatch.context() as edited:
        edited.setattr("gapworks.factory.shards.solver_digest", lambda study: "edited")
        for start in (20, 30):
            path = tmp_path / f"{start}-{start + 10}.h5"
            simulate_shard(toy, toy.Settings(), start, start + 10, path, 1)
    return tmp_path


def test_shards_of_different_code_are_not_gathered_without_a_word(two_codes):
    arguments = (toy, toy.Settings(), two_codes, 40, 10, two_codes / "data.hdf")
    with pytest.raises(DataError) as caught:
        gather(*arguments)
    message = str(caught.value)
    assert "2 by edited" in message
    assert "(the code that is here)" in message
    assert f"rm -f {two_codes}/20-30.h5 {two_codes}/30-40.h5 && " in message
    assert "mixed_code: true" in message
    assert not (two_codes / "data.hdf").exists()
    header = gather(*arguments, mixed_code=True)
    assert len(header.attributes["code"].split()) == 2


def test_a_shard_takes_no_samples_from_one_of_other_code(two_codes):
    toy.simulated.clear()
    simulate_shard(toy, toy.Settings(), 0, 40, two_codes / "0-40.h5", 1)
    assert toy.simulated == list(range(20, 40))


def test_the_digest_of_the_solver_is_of_what_decides_numbers():
    kept = code_digest(
        "gapworks.chain.data.dataset", "gapworks.factory.seeds", without="gapworks.factory"
    )
    assert solver_digest("chain") == kept
    assert solver_digest("chain") != code_digest("gapworks.chain.data.dataset")
    assert len({solver_digest(study) for study in ("chain", "eliashberg", "qpi")}) == 3
