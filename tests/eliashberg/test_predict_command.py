"""`gapworks predict eliashberg` as a user runs it: every kind of network and layout of a file."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from gapworks.eliashberg.data.fields import gap_function, joined, rows_of
from gapworks.eliashberg.learning.forward import push_forward
from gapworks.eliashberg.learning.trained import Network
from gapworks.readers.units import MEV
from tests.support.command import gapworks

EPW = " w[meV] a2f and integrated 2*a2f/w for    1 smearing values\n"
EPW_FOOTER = "\n Integrated el-ph coupling\n  #     1.1905738\n Phonon smearing (meV)\n  #  0.05\n"
QUANTUM_ESPRESSO = (
    " # Eliashberg function a2F (per both spin)\n #  frequencies in Rydberg\n"
    " # DOS normalized to E in Rydberg: a2F_total, a2F(mode)\n\n"
)


def lines(*columns, join=",", number="{:.9e}"):
    return "\n".join(join.join(map(number.format, row)) for row in zip(*columns, strict=True))


@dataclass
class Layout:
    """A user's file: its text, of the network's energies and the columns at them."""

    network: str
    text: object
    options: tuple = ()
    encoding: str = "utf-8"


def with_imaginary_modes(omega, a2f):
    """Three columns, of which the last is a2F, and what programs list below zero."""
    below = "-0.2 7 0.001\n-0.1 7 0.001\n0 0 0\n"
    return "# omega (meV), total, a2F\n" + below + lines(omega, 3 * a2f, a2f, join=" ")


LAYOUTS = {
    "a gap by commas": Layout(
        "sl-complex-gap", lambda x, re, im: "energy (meV),Re,Im\n" + lines(x, re, im)
    ),
    "a gap in German": Layout(
        "sl-complex-gap",
        lambda x, re, im: lines(x, re, im, join=";", number="{:.9f}").replace(".", ","),
    ),
    "a gap by tabs, each column in its unit": Layout(
        "sl-complex-gap-few",
        lambda x, re, im: (
            "energy (eV)\tRe Delta (ueV)\tIm Delta (meV)\n"
            + lines(x / 1e3, 1e3 * re, im, join="\t")
        ),
    ),
    "a DOS by blanks": Layout("sl-complex-dos", lambda x, dos: lines(x, dos, join="  ")),
    "a gap for its DOS, quoted": Layout(
        "sl-complex-dos",
        lambda x, re, im: (
            '"' + lines(x, re, im, join='","', number="{:.9f}").replace("\n", '"\n"') + '"'
        ),
    ),
    "a spectrum by commas": Layout(
        "reversed-complex-dos", lambda omega, a2f: "omega_meV,a2F\n" + lines(omega, a2f)
    ),
    "a spectrum of EPW": Layout(
        "reversed-complex-gap",
        lambda omega, a2f: (
            EPW + lines(omega, a2f, np.cumsum(0.02 * a2f / omega), join=" ") + EPW_FOOTER
        ),
    ),
    "a spectrum of Quantum ESPRESSO": Layout(
        "reversed-complex-gap",
        lambda omega, a2f: (
            QUANTUM_ESPRESSO + lines(omega / MEV["Ry"], a2f, 0.4 * a2f, 0.6 * a2f, join=" ")
        ),
    ),
    "a spectrum of Fortran in THz": Layout(
        "reversed-complex-gap",
        lambda omega, a2f: lines(omega / MEV["THz"], a2f, join=" ").replace("e", "D"),
        ("--unit", "THz"),
    ),
    "a spectrum of several columns in UTF-16": Layout(
        "reversed-complex-gap",
        with_imaginary_modes,
        ("--column", 3, "--drop-imaginary"),
        "utf-16",
    ),
}


@pytest.fixture
def ask(study, arrays, tmp_path):
    """Runs the command on a sample; the answer by columns, its check, the network's own answer."""

    def run(layout, row, *columns):
        network = study.network(layout.network)
        source, target = tmp_path / "given.txt", tmp_path / "answer.csv"
        source.write_text(layout.text(*columns), encoding=layout.encoding)
        # Networks of so few samples have residuals that others are refused for.
        given = ("--network", network, "--input", source, "--output", target, "--force")
        ran = gapworks("predict", "eliashberg", *given, *layout.options)
        assert ran.returncode == 0, ran.stderr
        answer = np.loadtxt(target, delimiter=",", skiprows=1).T
        check = json.loads(target.with_suffix(".json").read_text())
        assert check["network"] == layout.network
        loaded = Network.load(network)
        return answer, check, loaded, loaded.predict(rows_of(arrays, np.array([row])))

    return run


def of_network(start):
    return [name for name, layout in LAYOUTS.items() if layout.network.startswith(start)]


@pytest.mark.parametrize("name", of_network("sl-"))
def test_the_command_answers_a_gap_function_or_a_dos_by_the_networks_spectrum(ask, arrays, name):
    row = 5 + list(LAYOUTS).index(name)
    sample = rows_of(arrays, np.array([row]))
    gap = gap_function(sample)
    columns = joined(sample, ["dos"], 0.05) if "a DOS" in name else (gap[0].real, gap[0].imag)
    answer, check, loaded, found = ask(LAYOUTS[name], row, arrays["energy"], *columns)
    np.testing.assert_allclose(answer[0], arrays["omega"])
    np.testing.assert_allclose(answer[1], found[0], rtol=1e-3, atol=1e-4)
    pushed = push_forward(loaded.physics, found, gap, threads=1)
    assert check["clipped"] == pytest.approx(pushed.numbers["clipped"][0], rel=1e-3, abs=1e-6)
    if loaded.card["inputs"] == ["gap"]:
        assert check["gap_residual"] == pytest.approx(pushed.numbers["gap_residual"][0], rel=1e-3)


@pytest.mark.parametrize("name", of_network("reversed-"))
def test_the_command_answers_a_spectrum_by_the_networks_function(ask, arrays, name):
    row = 5 + list(LAYOUTS).index(name)
    omega, a2f = arrays["omega"], arrays["a2f"][row]
    answer, check, loaded, found = ask(LAYOUTS[name], row, omega, a2f)
    np.testing.assert_allclose(answer[0], arrays["energy"])
    np.testing.assert_allclose(answer[1:].ravel(), found[0], rtol=1e-3, atol=1e-4)
    (target,) = loaded.card["targets"]
    true = joined(rows_of(arrays, np.array([row])), [target], 0.05)
    residual = np.linalg.norm(found - true) / np.linalg.norm(true)
    assert check[f"{target}_residual"] == pytest.approx(residual, rel=1e-3)
    assert check["coupling"] == pytest.approx(arrays["coupling"][row], rel=1e-4)


def test_a_networks_answer_stands_beside_the_inversions(study, arrays, tmp_path):
    sample = rows_of(arrays, np.array([7]))
    gap = gap_function(sample)[0]
    source, answer = tmp_path / "gap.csv", tmp_path / "answer.json"
    keep = np.r_[0 : gap.size : 8, gap.size - 1]
    source.write_text(lines(arrays["energy"][keep], gap.real[keep], gap.imag[keep]))
    network = study.network("sl-complex-gap")
    physics = Network.load(network).physics
    given = ["invert", source, "--temperature", physics.temperature, "--end", 10, "--noise", 0.003]
    given += ["--cutoff", physics.mu_star_cutoff, "--json", answer, "--network", network, "--force"]
    ran = gapworks(*given)
    assert ran.returncode == 0, ran.stderr
    written = json.loads(answer.read_text())
    target = tmp_path / "a2f.csv"
    gapworks(
        *("predict", "eliashberg", "--network", network, "--input", source),
        "--output",
        target,
        "--force",
    )
    check = json.loads(target.with_suffix(".json").read_text())
    beside = written["network"]
    assert (
        beside["lambda"] == check["coupling"]
        and beside["refused"] == check["refused_without_force"]
    )
    assert beside["residual"] == check["gap_residual"] > 10 * written["residual"]
    np.testing.assert_allclose(
        beside["a2F"], np.loadtxt(target, delimiter=",", skiprows=1)[:, 1], atol=1e-6
    )
    assert (
        f"lambda {beside['lambda']:.4g}" in ran.stdout and f"{beside['residual']:.3g}" in ran.stdout
    )
    other = gapworks(*given[:-2], study.network("sl-complex-dos"))
    assert other.returncode == 1 and "--kind is gap" in other.stderr
