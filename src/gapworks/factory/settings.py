"""What every study's settings share: strict sections, and the identity of a data set."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveInt, ValidationError

FORMAT_VERSION = 1
"""Version of the HDF5 layout described in docs/data-format.md."""


Seed = Annotated[int, Field(ge=0, lt=2**63, strict=True, description="root of all randomness")]
"""A seed: kept in files as a 64-bit integer."""


def _ordered(bounds: list) -> list:
    if bounds[0] > bounds[1]:
        raise ValueError("the first value must not be above the second")
    return bounds


def _increasing(values: list) -> list:
    if any(b <= a for a, b in pairwise(values)):
        raise ValueError("must increase")
    return values


def _odd(width: int) -> int:
    if width % 2 == 0:
        raise ValueError("must be odd")
    return width


Number = TypeVar("Number")
Range = Annotated[list[Number], Field(min_length=2, max_length=2), AfterValidator(_ordered)]
"""Smallest and largest value, of one type: Range[PositiveFloat]."""
Increasing = Annotated[list[Number], AfterValidator(_increasing)]
"""Values of one type, each above the one before."""
OddWidth = Annotated[PositiveInt, AfterValidator(_odd)]
"""Of what has a middle: the kernel of a convolution."""


class Section(BaseModel):
    """A part of config.yaml: unknown keys are errors, numbers are finite, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def faults(error: ValidationError) -> list[str]:
    """The keys that are wrong, and what is wrong with each."""
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]


class DatasetSettings(Section):
    """The resolved settings of a simulate step: what decides its samples, and nothing else.

    Each study adds its own. The share of failures at which a shard is refused decides no sample and
    is no part of them. `data_version` is raised by hand when the same settings would give other
    numbers: golden outputs (tests/*/test_golden.py) fail when numbers move and it does not.
    """

    study: str
    dataset: str
    seed: Seed
    stream: PositiveInt
    data_version: int

    def canonical_json(self) -> str:
        """The settings as JSON with sorted keys: equal settings give equal text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)

    def decisive(self) -> dict[str, Any]:
        """What decides the samples, as `identity` takes it.

        A study that gives a name to what was fixed before leaves it out at that value: the samples
        are the same.
        """
        return self.model_dump(mode="json")

    @property
    def identity(self) -> str:
        """Hash of what decides the samples: never of sizes, shards or plots.

        Two files with one identity hold samples of one and the same infinite sequence.
        """
        content = self.decisive()
        content["format_version"] = FORMAT_VERSION
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
