"""`gapworks verify` and `info` know every kind of file, and say of which they know nothing."""

import json
import os
from pathlib import Path

import pytest

from gapworks.factory import recipe
from gapworks.products.imprint import END
from gapworks.products.statement import sign
from tests.support.command import gapworks_here
from tests.support.products import make

WORDS = {
    "shard": "shard of chain/train",
    "evaluation": "evaluation of chain/test",
    "network": "network of chain/net",
    "card": "card of the network of chain/net",
    "checkpoint": "checkpoint after epoch 3",
    "metrics": "metrics of chain at scale smoke",
}


@pytest.fixture
def products(tmp_path):
    return make(tmp_path)


def verify(path):
    ran = gapworks_here("verify", path)
    (line,) = ran.stdout.splitlines()
    return ran.returncode, line


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_of_file_is_known_and_healthy(products, kind):
    assert verify(products[kind]) == (0, f"ok   {products[kind]}: {WORDS[kind]}")
    ran = gapworks_here("info", products[kind])
    assert ran.returncode == 0
    first, *rest = ran.stdout.splitlines()
    assert first == str(products[kind])
    assert any(key in ran.stdout for key in ("provenance", "packages", "best_epoch"))
    assert all(line.startswith("  ") for line in rest)


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_of_file_notices_what_befalls_it(products, kind):
    path = products[kind]
    content = path.read_bytes()
    middle = len(content) // 2
    for damaged in (
        content[:middle],
        b"",
        bytes(len(content)),
        bytes(range(256)) * 8,
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        content.replace(b"5", b"6", 1),
        b"[1, 2]\n",
        b'{"metrics": [], "weights_sha256": 1}\n',
        b"[" * 100_000,
    ):
        if damaged == content:
            continue
        path.write_bytes(damaged)
        code, line = verify(path)
        assert code == 1, damaged[:100]
        assert line.startswith("BAD  ")
        assert path.name in line or path.stem in line
    path.unlink()
    code, line = verify(path)
    assert (code, line) == (1, f"BAD  {path}: is missing")


def test_weights_and_card_of_two_networks_do_not_go_together(products, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    made = make(other)
    os.replace(made["card"], products["card"])
    assert verify(products["card"])[0] == verify(products["network"])[0] == 1


@pytest.mark.parametrize("name", ["fig3.pdf", "table1.csv", "table1.tex", "fig3.png", "V.npy"])
def test_what_cannot_be_judged_is_called_neither_good_nor_bad(tmp_path, name):
    (tmp_path / name).write_bytes(b"0,1\n" + END.get(Path(name).suffix, b""))
    code, line = verify(tmp_path / name)
    assert code == 0
    assert line == f"?    {tmp_path / name}: no gapworks file that can be checked"
    info = gapworks_here("info", tmp_path / name)
    assert info.returncode == 1
    assert info.stderr == f"gapworks: {line[5:]}\n"
    (tmp_path / name).write_text("")
    assert verify(tmp_path / name) == (1, f"BAD  {tmp_path / name}: is empty")


@pytest.mark.parametrize("end", [".pdf", ".png"])
def test_a_picture_that_was_cut_is_bad(tmp_path, end):
    (tmp_path / f"fig{end}").write_bytes(b"the first half")
    code, line = verify(tmp_path / f"fig{end}")
    assert code == 1
    assert "is truncated or no " in line


def test_an_answer_or_a_users_own_json_cannot_be_judged(tmp_path):
    (tmp_path / "answer.json").write_text(json.dumps({"lambda": 1.2}))
    code, line = verify(tmp_path / "answer.json")
    assert code == 0
    assert line.startswith("?    ")


def test_a_table_that_says_what_it_was_made_of_is_judged_by_that(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "attribute", lambda path: {"recipe": {"product": "tables/errors"}})
    paths = [tmp_path / f"errors.{end}" for end in ("csv", "tex")]
    for path in paths:
        path.write_text("made\n")
    sign(paths)
    for path in paths:
        assert verify(path)[1].startswith("ok   ")
    for path in paths:
        kept = path.read_text()
        path.write_text(kept.replace("made", "edited", 1))
        code, line = verify(path)
        assert code == 1
        assert f"{path.name}: was altered" in line
        path.write_text(kept)
