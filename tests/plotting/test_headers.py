"""Headers of all tables: a unit where the quantity has one; what has none is listed here."""

import re
from functools import cache

import pytest

from gapworks.plotting.table import ERROR, LOWER, QUANTITY, UPPER, split
from tests.support import chain_evaluations, eliashberg_evaluations, qpi_evaluations
from tests.support.config import plan
from tests.support.exhibits import tabled

KNOWN = {
    "chain": (chain_evaluations.known, plan("chain")),
    "qpi": (qpi_evaluations.known, plan("qpi")),
    "eliashberg": (eliashberg_evaluations.evaluated, eliashberg_evaluations.planned()),
}
TABLES = [(study, name) for study in KNOWN for name in plan(study).study.tables]

WORDS = """
network|method|data set|C\\(r\\) over|error of|peak|evaluation|number|property|input|weights|role
|what it does|autoencoder|holds|statement|representation|compared|impurity|trained on|tested on
|class|seed|training
"""
"""What is said in words, or numbers what it is of."""
COUNTS = """
rings|rings that failed|disorders|samples|samples answered|neurons|neurons alive
|predictions that do not superconduct|latent dimension d_L|d_L for .+
|(mean|median|fewest|most) iterations|(mean )?iterations of the exact solver|iterations saved
|median number of modes resolved|epoch|kept
"""
SHARES_AND_RATIOS = """
share .+|sites near zero, predicted over solved|enhanced sites, predicted over solved
|enhanced sites that are found|sites named enhanced that are|.+ over (mean Delta|its mean|L|Delta)
|(position|width) over the clean ring's Delta|portion covered.*|loss over .+
|loss apart over together
|(median )?.*relative .+|(Delta_f over|median of) Delta_.|ratio of the medians
|noise over Delta at the lowest energy|median half width of the 68 % band over a2F
|median chi squared per degree of freedom
"""
PURE = """
R squared.*|largest error at r (<|>=) 2 R|dip of the prediction below its plateau
|(largest|smallest) roughness of those (alive|dead)|Delta_[fg]|(median of )?1 - correlation of pairs
|median of 1 - correlation of pairs|largest nearest distance|99 % quantile of nearest distances
|((training|validation) )?loss|learning rate
"""
"""C(r), R^2, bases, Pearson correlations, normalised distances and a2F have no unit."""
UNITLESS = [re.compile(one.replace("\n", "")) for one in (WORDS, COUNTS, SHARES_AND_RATIOS, PURE)]
IN_CELLS = {
    ("eliashberg", "data"): ("simple", "complex"),
    ("eliashberg", "as_printed"): ("exact", "as printed"),
    ("eliashberg", "statements"): ("median", "smallest", "largest"),
    ("eliashberg", "learning"): ("mean squared error (of gap functions in meV^2)",),
}
"""Columns whose rows differ in their unit, which stands in the row's words."""


@cache
def made(study, name):
    known, planned = KNOWN[study]
    return tabled(study, name, known, planned)


def bare(header):
    """Without the ends of errors and intervals, and what says whose number it is."""
    name = split(header)[0]
    for end in (ERROR, LOWER, UPPER, ", the paper's"):
        name = name.removesuffix(end)
    return name


@pytest.mark.parametrize(("study", "name"), TABLES)
def test_a_header_has_its_unit(study, name):
    table = made(study, name)
    headers = [QUANTITY] if QUANTITY in table else []
    if QUANTITY in table:  # the quantity says the unit of what stands under other headers
        units = [split(one)[1] for one in table[QUANTITY].unique()]
        pure = ("relative", "share", "R squared", "samples")
        for one, unit in zip(table[QUANTITY].unique(), units, strict=True):
            assert unit or one.startswith(pure), one
        numbers = table.select_dtypes("number").columns
        headers += [one for one in numbers if bare(one) in ("value", "paper") or "noise" in one]
    headers += list(IN_CELLS.get((study, name), ()))
    for header in table:
        if header in headers or bare(header) in headers or split(header)[1]:
            continue
        assert any(one.fullmatch(bare(header)) for one in UNITLESS), header


@pytest.mark.parametrize(("study", "name"), TABLES)
def test_an_error_or_interval_stands_beside_its_number(study, name):
    table = made(study, name)
    for header in table:
        start, unit = split(header)
        for end in (ERROR, LOWER, UPPER):
            if start.endswith(end):
                assert f"{start.removesuffix(end)}{unit}" in table, header


@pytest.mark.parametrize(("study", "name"), TABLES)
def test_no_header_is_a_name_of_the_code(study, name):
    of_the_field = ("d_L", "Delta_g", "Delta_f", "omega_log", "T_c", "eps_0", "omega_0")
    for header in made(study, name):
        rest = header
        for one in of_the_field:
            rest = rest.replace(one, "")
        assert "_" not in rest, header
        assert not re.search(r"\b(is|std|MSE|PCC|l_n|R2|min|max)\b", header), header
