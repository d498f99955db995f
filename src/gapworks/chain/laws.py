"""The laws that disorder is drawn by, as config.yaml says them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeFloat, model_validator

from gapworks.factory.settings import Section

LEAST_CORRELATION = 0.2
"""Neighbours are correlated by 4e-6 then."""


class Disorder(Section):
    """How V is drawn; V0 is the end of the uniform law, and sqrt(3) standard deviations of all."""

    law: Literal["uniform", "gaussian"] = Field(
        default="uniform", description="of V on each site: uniform in [-V0, V0], or normal"
    )
    correlation: NonNegativeFloat = Field(
        default=0.0,
        description="correlation length l of normal disorder, sites: <V_i V_j> falls as "
        "exp(-(i - j)^2 / 2 l^2); 0: sites are independent",
    )

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Disorder:
        if self.correlation and self.law != "gaussian":
            raise ValueError("correlation: uniform sites are independent; choose law: gaussian")
        if 0 < self.correlation < LEAST_CORRELATION:
            raise ValueError(
                f"correlation: below {LEAST_CORRELATION} sites are independent: give 0"
            )
        return self


UNIFORM = Disorder()
