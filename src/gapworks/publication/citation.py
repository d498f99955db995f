"""CITATION.cff, as descriptions in JSON-LD take it: authors, licence and the papers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gapworks.factory.errors import DataError
from gapworks.factory.files import read_whole

Entity = dict[str, Any]
"""A JSON-LD object with its @id."""


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says of the software.

    Attributes
    ----------
    title, version, licence : str
        The licence is an SPDX identifier.
    authors : list of Entity
        Persons and organisations.
    papers : list of Entity
        Articles that it refers to, their authors within.
    """

    title: str
    version: str
    licence: str
    authors: list[Entity]
    papers: list[Entity]


def read_citation(path: Path) -> Citation:
    """Read a CITATION.cff.

    Raises
    ------
    DataError
        If it is missing, is no YAML, or a key that is needed is missing.
    """
    try:
        said = yaml.safe_load(read_whole(path))
        return Citation(
            said["title"],
            str(said["version"]),
            said["license"],
            [_agent(one) for one in said["authors"]],
            [_paper(one) for one in said.get("references", ()) if one["type"] == "article"],
        )
    except yaml.YAMLError as error:
        raise DataError(f"{path}: is no YAML: {error}") from error
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: says no {error} where a citation needs it") from error


def spdx(licence: str) -> Entity:
    """A licence by its SPDX identifier.

    Raises
    ------
    DataError
        If it does not look like one.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*", licence):
        raise DataError(f"{licence!r}: is no SPDX identifier, such as CC-BY-4.0 or BSD-3-Clause")
    return {
        "@id": f"https://spdx.org/licenses/{licence}",
        "@type": "CreativeWork",
        "name": licence,
        "identifier": licence,
        "description": f"the licence {licence} as listed by SPDX",
    }


def full_name(agent: Mapping[str, Any]) -> str:
    """Of a person or an organisation of CITATION.cff."""
    if "name" in agent:
        return agent["name"]
    return " ".join(agent[key] for key in ("given-names", "family-names") if key in agent)


def in_words(paper: Mapping[str, Any]) -> str:
    """A paper in one line: authors, title, year."""
    authors = ", ".join(one["name"] for one in paper["author"])
    return ". ".join(
        part for part in (authors, paper["name"], paper.get("datePublished", "")) if part
    )


def flat(entities: Iterable[Entity]) -> list[Entity]:
    """Entities beside those within them, to which they refer by @id."""
    found: list[Entity] = []
    for entity in entities:
        for key in ("author", "affiliation"):
            within = entity.get(key, [])
            within = within if isinstance(within, list) else [within]
            if within:
                found += flat(within)
                ids = [{"@id": one["@id"]} for one in within]
                entity = entity | {key: ids[0] if len(ids) == 1 else ids}
        found.append(entity)
    return found


def _agent(said: Mapping[str, Any]) -> Entity:
    name = full_name(said)
    kind = "Organization" if "name" in said else "Person"
    entity = {"@id": said.get("orcid") or _anchor(name), "@type": kind, "name": name}
    if "affiliation" in said:
        place = said["affiliation"]
        entity["affiliation"] = {"@id": _anchor(place), "@type": "Organization", "name": place}
    return entity


def _paper(said: Mapping[str, Any]) -> Entity:
    found = {
        "@id": f"https://doi.org/{said['doi']}" if "doi" in said else _anchor(said["title"]),
        "@type": "ScholarlyArticle",
        "name": said["title"],
        "author": [_agent(one) for one in said["authors"]],
    }
    date = said.get("date-published") or said.get("year")
    if date:
        found["datePublished"] = str(date)
    return found


def _anchor(name: str) -> str:
    """An @id within a document."""
    return "#" + "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())
