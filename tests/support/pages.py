"""What pages of documentation show: commands with what they print, Python, settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOOSE = 0.35
"""Of errors, which are known to two digits and move with whatever is changed in an inversion."""
_FENCE = re.compile(r"^```([\w{}-]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Fenced text of a page.

    Attributes
    ----------
    language : str
        As the fence says; empty: commands, or what a terminal shows.
    text : str
    """

    language: str
    text: str

    @property
    def shown(self) -> tuple[str, str] | None:
        """Its last command after a $, and all that this prints."""
        if not re.search(r"^\$ ", self.text, re.MULTILINE):
            return None
        line, _, printed = self.text.rpartition("$ ")[2].partition("\n")
        return line, printed

    @property
    def commands(self) -> list[str]:
        """Lines that are typed, put together, without comments and what is printed."""
        if self.language not in ("", "bash"):
            return []
        joined = re.sub(r"\\\n\s*", "", self.text)
        lines = [re.split(r"\s{2,}#", line)[0].strip() for line in joined.splitlines()]
        if "$ " in self.text:
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        return [line for line in lines if line and line[0] != "#"]


def pages() -> list[Path]:
    """Every page, the front page among them."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The fenced texts of a page, in order."""
    return [Block(*found) for found in _FENCE.findall(page.read_text())]


def calls(program: str, *of: Path) -> list[str]:
    """Commands of pages that call a program, by its name or as .venv/bin/NAME; each once."""
    every = [line for page in of for block in blocks(page) for line in block.commands]
    named = [line for line in every if Path(line.split()[0]).name == program]
    return list(dict.fromkeys(named))


def is_number(word: str) -> bool:
    """Whether a word of an output is compared as a number."""
    return re.fullmatch(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?", word) is not None


def tolerance(command: str, place: int, words: list[str]) -> float:
    """How far a number may be from that of the page; bands move with the method, T_c does not."""
    if command == "identify":  # a value with its interval; or a probability
        if "..." not in words:
            return 0.1
        at = words.index("...")
        if place > at + 1:  # the floor of the interval
            return LOOSE * abs(float(words[place]))
        return float(words[at + 1]) - float(words[at - 1])
    if command == "solve":
        return 1e-3 * abs(float(words[place]))
    if command == "invert" and place == 1 and len(words) == 3 and is_number(words[2]):
        return float(words[2])  # a value, by its error
    return LOOSE * abs(float(words[place]))


def check_printed(command: str, printed: str, found: str) -> None:
    """Compare an output with the page's: words as they are, numbers by their tolerance."""
    rows, others = printed.splitlines(), found.splitlines()
    assert len(rows) == len(others), found
    for wanted, row in zip(rows, others, strict=True):
        one, other = (
            [word.strip("()").removeprefix("+-") for word in line.split()] for line in (wanted, row)
        )
        assert len(one) == len(other), row
        for place, (word, said) in enumerate(zip(one, other, strict=True)):
            if not is_number(word):
                assert said == word, row
            else:
                near = tolerance(command, place, one)
                assert float(said) == pytest.approx(float(word), abs=near), row
