"""A card that does not fit its network: one line that says what is wrong, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from gapworks.factory.errors import DataError
from gapworks.learning.package import card_path, train_again


@contextmanager
def described_by_its_card(path: Path) -> Iterator[None]:
    """Around building a network from its card.

    Parameters
    ----------
    path : Path
        Of the weights.

    Raises
    ------
    DataError
        Where a key is missing or wrong, or the architecture is not that of the weights.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise DataError(
            f"{card_path(path)}: does not describe the network in {path.name} "
            f"({_in_one_line(error)}); {train_again(path)}"
        ) from error


def _in_one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
        )
    if isinstance(error, KeyError):
        return f"no {error}"
    return " ".join(str(error).split())
