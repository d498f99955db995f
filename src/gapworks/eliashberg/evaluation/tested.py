"""Networks with the data that they were trained on, whose test part is new to them."""

from __future__ import annotations

import numpy as np

from gapworks.eliashberg.learning.trained import Network
from gapworks.factory.errors import DataError
from gapworks.factory.evaluation_file import Given
from gapworks.factory.reading import Header
from gapworks.learning.data import read_dataset

Tested = tuple[Header, dict[str, np.ndarray], dict[str, Network]]


def several(given: Given, *more: str) -> Tested:
    """The data set "own", and networks by name; `more` are other data sets that may be given.

    Raises
    ------
    DataError
        If none is given, or one was trained on other data.
    """
    header, arrays = read_dataset(given.datasets("own", *more)[0], "eliashberg")
    if not given.networks:
        raise DataError("--network NAME=FILE is missing")
    networks = {name: Network.load_for(path, header) for name, path in given.networks.items()}
    return header, arrays, networks


def single(given: Given, *more: str) -> tuple[Header, dict[str, np.ndarray], str, Network]:
    """The same of one network, and its name.

    Raises
    ------
    DataError
        If there is not just one, or it was trained on other data.
    """
    name, _ = given.network()
    header, arrays, networks = several(given, *more)
    return header, arrays, name, networks[name]
