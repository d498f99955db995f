"""Before a run each product says what it is: this run's, another one's, damaged or unreadable."""

import io
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread

from gapworks.factory import recipe
from gapworks.factory.container import Coordinate, Variable, Writer
from gapworks.factory.errors import DataError
from gapworks.learning.package import save_package
from gapworks.products.register import Register, Step, check
from gapworks.products.statement import check_inputs, sign, statement


class World:
    """Networks, evaluations by them and figures of these, as a workflow makes them."""

    NAMES = ("a", "b")

    def __init__(self, monkeypatch):
        self.steps, self.wanted = [], {}
        self._environment = monkeypatch
        for name in self.NAMES:
            self._plan(f"models/{name}.safetensors", [], f"models/{name}.json")
            self._plan(f"data/{name}.h5", [f"models/{name}.safetensors"])
            self._plan(f"figures/{name}.pdf", [f"data/{name}.h5"], f"figures/{name}.png")
            self._plan(f"tables/{name}.csv", [f"data/{name}.h5"], f"tables/{name}.tex")

    def _plan(self, output, inputs, *more, seed=1):
        known = {path: self.wanted[path] for path in inputs}
        said = recipe.of(output.partition(".")[0], seed, {"rate": 1}, "c0de", known)
        self.wanted |= dict.fromkeys((output, *more), said)
        self.steps.append(Step([output, *more], inputs, dict.fromkeys((output, *more), said)))

    def expect(self, wanted=None):
        """What a run tells its jobs, each of which is a new process."""
        Path("expected.json").write_text(json.dumps(self.wanted if wanted is None else wanted))
        self._environment.setenv(recipe.EXPECTED, os.path.abspath("expected.json"))
        recipe._expected.cache_clear()
        recipe._read.clear()

    def make(self, step):
        """What the command of a step does."""
        self.expect()
        check_inputs([Path(path) for path in step.inputs])
        output = Path(step.outputs[0])
        number = float(self.NAMES.index(output.stem) + 1)
        if output.suffix == ".safetensors":
            card = {"study": "chain", "name": output.stem}
            save_package(output, {"weight": torch.full((3,), number)}, card)
        elif output.suffix == ".h5":
            x = Coordinate(np.arange(3), "1", "x")
            made = {"y": Variable(("x",), "1", "y")}
            about = {"study": "chain", "dataset": output.stem, "method": "bdg"}
            with Writer(output, "evaluation", about, {"x": x}, made) as writer:
                writer.append({"y": np.full(3, number)})
        else:
            output.parent.mkdir(exist_ok=True)
            for path in step.outputs:
                Path(path).write_bytes(drawn(Path(path).suffix, number))
            sign([Path(path) for path in step.outputs])

    def make_all(self):
        for step in self.steps:
            self.make(step)

    def check(self, ignored=()):
        register = Register(Path.cwd())
        found = check(self.steps, register, time.time(), ignored)
        register.save()
        return found


def drawn(suffix, number):
    """A small figure or table in its format."""
    content = io.BytesIO()
    if suffix in (".csv", ".tex"):
        content.write(f"{suffix} {number}\n".encode())
    else:
        figure = Figure(figsize=(1, 1))
        figure.text(0, 0, str(number))
        figure.savefig(content, format=suffix[1:], metadata=None)
    return content.getvalue()


PRODUCTS = [
    *("models/a.safetensors", "models/a.json", "data/a.h5"),
    *("figures/a.pdf", "figures/a.png", "tables/a.csv", "tables/a.tex"),
]


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = World(monkeypatch)
    made.make_all()
    yield made
    recipe._expected.cache_clear()
    recipe._read.clear()


def test_products_of_this_run_are_left_alone(world):
    found = world.check()
    assert not found.bad
    assert not found.dates


@pytest.mark.parametrize("path", PRODUCTS)
@pytest.mark.parametrize("fault", ["flipped", "cut", "emptied", "other"])
def test_damage_to_any_product_is_found_without_snakemakes_notes(world, path, fault):
    content = bytearray(Path(path).read_bytes())
    if fault == "flipped":
        content[len(content) // 2] ^= 4
    damaged = {"cut": content[:-1], "emptied": b"", "other": b"hello"}.get(fault, content)
    Path(path).write_bytes(damaged)
    bad = world.check().bad
    assert path in bad
    assert {os.path.splitext(one)[0] for one in bad} == {os.path.splitext(path)[0]}


@pytest.mark.parametrize("path", PRODUCTS)
@pytest.mark.parametrize("with_companions", [False, True])
def test_two_products_that_changed_places_are_both_found(world, path, with_companions):
    other = path.replace("/a.", "/b.")
    swapped = [(path, other)]
    if with_companions and path.startswith("models"):
        swapped = [(f"models/a.{end}", f"models/b.{end}") for end in ("json", "safetensors")]
    for folder, ends in (("figures", ("pdf", "png")), ("tables", ("csv", "tex"))):
        if with_companions and path.startswith(folder):
            swapped = [(f"{folder}/a.{end}", f"{folder}/b.{end}") for end in ends]
    for one, two in swapped:
        os.rename(one, "x")
        os.rename(two, one)
        os.rename("x", two)
    assert {path, other} <= world.check().bad.keys()


def test_products_of_another_seed_are_named_with_both_seeds(world):
    other = World(world._environment)
    other.steps.clear()
    for step in world.steps:
        other._plan(step.outputs[0], step.inputs, *step.outputs[1:], seed=2)
    bad = other.check().bad
    assert bad.keys() == {path for step in world.steps for path in step.outputs}
    assert all("seed is 1, wanted 2" in why for why in bad.values())


def test_a_product_made_by_hand_is_made_again_by_the_workflow(world):
    world.expect({})
    os.remove("models/a.safetensors")
    os.remove("models/a.json")
    world.wanted, kept = {}, world.wanted
    world.make(world.steps[0])
    world.wanted = kept
    assert "does not say what it was made of" in world.check().bad["models/a.safetensors"]


def test_a_product_of_an_input_that_was_made_anew_with_other_content_is_named(world):
    World.NAMES = ("b", "a")  # other numbers
    try:
        world.make(world.steps[0])
    finally:
        World.NAMES = ("a", "b")
    bad = world.check().bad
    assert bad == {"data/a.h5": "it was made of another models/a.safetensors"}


def test_a_reader_refuses_what_it_does_not_expect_and_names_both(world):
    shutil.copy("data/b.h5", "data/a.h5")
    with pytest.raises(
        DataError, match="data/a.h5: is not what belongs there: product is 'data/b'"
    ):
        world.make(world.steps[2])
    with pytest.raises(DataError, match="wanted 'data/a'"):
        check_inputs([Path("data/a.h5")])


def test_dates_in_any_order_mean_nothing_where_products_say_what_they_were_made_of(world):
    now = time.time()
    for number, path in enumerate(reversed(PRODUCTS)):
        os.utime(path, (now - 100 + number, now - 100 + number))
    found = world.check()
    assert not found.bad
    dates = {path: found.dates.get(path, os.stat(path).st_mtime) for path in PRODUCTS}
    assert dates["models/a.safetensors"] <= dates["data/a.h5"] <= dates["figures/a.pdf"]


def test_a_file_is_read_once_unless_it_changes(world, monkeypatch):
    world.check()
    read = []
    monkeypatch.setattr(
        "gapworks.products.register.statement", lambda path: read.append(path) or statement(path)
    )
    world.check()
    assert not read
    os.utime("data/a.h5")
    world.check()
    assert [str(path) for path in read] == ["data/a.h5"]


@pytest.mark.parametrize("path", PRODUCTS)
def test_what_is_no_file_is_refused_and_not_waited_for(world, path):
    os.remove(path)
    os.mkfifo(path)
    with pytest.raises(DataError, match=f"{path}: is a named pipe where a file belongs"):
        world.check()
    os.remove(path)
    os.mkdir(path)
    with pytest.raises(DataError, match=f"{path}: is a folder where a file belongs"):
        world.check()


def test_programs_read_what_says_of_itself_what_it_was_made_of(world):
    """The imprint is no part of a picture, and stands where a PDF's readers look for none."""
    signed, plain = Path("figures/a.png"), Path("plain.png")
    plain.write_bytes(drawn(".png", 1.0))
    np.testing.assert_array_equal(imread(signed), imread(plain))
    content = Path("figures/a.pdf").read_bytes()
    start = int(content[content.rindex(b"startxref") :].split()[1])
    assert content[start:].startswith(b"xref")
    assert content.rstrip().endswith(b"%%EOF")
    assert Path("tables/a.csv").read_bytes() == drawn(".csv", 1.0)
    assert all(line.startswith("%") for line in Path("tables/a.tex").read_text().splitlines()[1:])


@pytest.mark.parametrize(
    "kept",
    ["", "[]", "{", '{"models/a.json": 3}', '{"models/a.json": {"stamps": 1, "form": ["x"]}}'],
)
def test_what_is_known_of_files_may_be_lost_or_of_another_form(world, kept):
    world.check()
    Path(".snakemake/gapworks-checked.json").write_text(kept)
    assert not world.check().bad
