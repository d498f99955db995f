"""What figures and tables show as the papers' numbers is what docs/claims.yaml says of them."""

import math
import re

import pytest

from gapworks.chain.paper import stated as chain
from gapworks.eliashberg.paper import stated as eliashberg
from gapworks.qpi.paper.stated import TABLE1
from gapworks.reproduction import read_claims
from tests.conftest import ROOT

PAPER = {one.id: one.paper for one in read_claims(ROOT / "docs/claims.yaml")}


def number(claim):
    """The number in "< 0.001"."""
    return float(re.sub("[<>^ ]", "", str(PAPER[claim])))


def test_the_chains_text():
    assert number("chain-window-error") == chain.THRESHOLD
    assert number("chain-window-optimal") == chain.CUTOFF
    assert number("chain-strong-coupling") == chain.DELTA_OVER_FERMI_ENERGY


@pytest.mark.parametrize("d", eliashberg.DIFFERENCES)
def test_table_1_of_the_spectral_functions(d):
    of_both = tuple(number(f"eliashberg-{name}-difference-{d}") for name in ("gap", "a2f"))
    assert of_both == eliashberg.DIFFERENCES[d]


@pytest.mark.parametrize("d", eliashberg.COVERED)
def test_table_2_of_the_spectral_functions(d):
    portion, loss = eliashberg.COVERED[d]
    assert portion == number(f"eliashberg-portion-{d}")
    if d != eliashberg.LAST:
        ratio = loss / eliashberg.COVERED[eliashberg.LAST][1]
        assert ratio == pytest.approx(number(f"eliashberg-loss-ratio-{d}"), rel=3e-3)


def test_latent_dimensions_that_hold_a_field():
    assert eliashberg.REQUIRED["gap"] == (number("eliashberg-required-gap"),) * 2
    assert eliashberg.REQUIRED["dos"] == (number("eliashberg-required-dos"),) * 2
    ends = tuple(float(end) for end in PAPER["eliashberg-required-a2f"].split(" - "))
    assert eliashberg.REQUIRED["a2f"] == ends


@pytest.mark.parametrize("name", TABLE1)
@pytest.mark.parametrize("quantity", ["hit", "delta", "theta", "eps0"])
def test_table_1_of_the_images(name, quantity):
    value, claim = TABLE1[name][quantity], f"qpi-{quantity}-{name.lower()}"
    if math.isnan(value):
        assert claim not in PAPER
    else:
        assert value == pytest.approx((100 if quantity == "hit" else 1) * number(claim))
