"""The table of the dimer study, made from evaluation files alone."""

from __future__ import annotations

import pandas as pd

from gapworks.factory.evaluation_file import Evaluated


def errors(predicted: Evaluated) -> pd.DataFrame:
    """Largest error of the network and where it is."""
    row = int(predicted["error"].argmax())
    return pd.DataFrame([{"V [eV]": predicted["V"][row], "largest error": predicted["error"][row]}])
