"""A made scale as an RO-Crate: ro-crate-metadata.json, which repositories and workflow hubs read.

The profile is Provenance Run Crate 0.5 (https://w3id.org/ro/wfrun/provenance/0.5), which holds
Workflow Run, Process Run and Workflow RO-Crate 1.0, on RO-Crate 1.1. What happened is taken from
what the files say of themselves; what they do not say is left out: when a job ran (files have no
dates, `docs/data-format.md`) and who started it.

The graph is written here and not by the library `rocrate`, which serves to read it back in the
tests: that library writes a crate by copying its files, gives it the time of writing, and brings a
client for the web along; what it would save are the dictionaries of `_document`.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from gapworks.publication.actions import CODE, MAIN, action, anchor, control, these, tools
from gapworks.publication.citation import Citation, Entity, flat, spdx
from gapworks.publication.made import File, Job, about

METADATA = "ro-crate-metadata.json"
CONFIG = f"{CODE}/config.yaml"
RO_CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    WORKFLOW: "Workflow RO-Crate",
}
TERMS = "https://w3id.org/ro/terms/workflow-run"
CONTEXT = [
    *(f"{RO_CRATE}/context", f"{TERMS}/context"),
    {"resourceUsage": f"{TERMS}#resourceUsage"},
]
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
ENGINE, RUN, SCALE = "#snakemake", "#run", "#scale"
FORMATS = {".h5": "application/x-hdf5", ".safetensors": "application/octet-stream"} | {
    ".tex": "application/x-tex",
    ".smk": "text/x-python",
    ".yaml": "application/yaml",
    ".cff": "application/yaml",
}
"""Media types that `mimetypes` does not know, or not everywhere."""


def crate(
    scale: str,
    every: Sequence[File],
    jobs: Sequence[Job],
    code: Mapping[str, tuple[int, str]],
    citation: Citation,
    licence: str,
    date: str,
) -> dict[str, Any]:
    """The content of ro-crate-metadata.json.

    Parameters
    ----------
    scale : str
        Its name.
    every : sequence of File
        All files of the scale.
    jobs : sequence of Job
        What made them, each after those whose files it read.
    code : mapping of str to (int, str)
        Size in bytes and SHA-256 of each file of the workflow, by its name in the crate; MAIN and
        CONFIG are among them.
    citation : Citation
        Of the software.
    licence : str
        SPDX identifier of the data's licence.
    date : str
        Of publication, YYYY-MM-DD.

    Returns
    -------
    dict
        JSON-LD with every file's size and SHA-256, a CreateAction for every job.
    """
    graph = [*_document(scale, every, jobs, code, citation, licence, date)]
    graph += [*_workflow(scale, every, jobs, code, citation)]
    position = {command: i for i, command in enumerate(dict.fromkeys(j.command for j in jobs))}
    for command, place in position.items():
        graph.append(
            {
                "@id": f"{MAIN}#{command}",
                "@type": "HowToStep",
                "name": command,
                "position": str(place),
                "workExample": these(tools(job for job in jobs if job.command == command)),
            }
        )
    by_name = {file.name: file for file in every}
    for job in jobs:
        graph += action(job, by_name)
    for file in every:
        graph.append(_file(file))
    return {"@context": CONTEXT, "@graph": _each_once(graph)}


def text(content: Mapping[str, Any]) -> str:
    """A crate as it is written."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def media_type(name: str) -> str:
    """Of a file, by its name."""
    suffix = PurePosixPath(name).suffix
    return FORMATS.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"


def _document(
    scale: str,
    every: Sequence[File],
    jobs: Sequence[Job],
    code: Mapping[str, tuple[int, str]],
    citation: Citation,
    licence: str,
    date: str,
) -> Iterator[Entity]:
    """The crate itself, what it conforms to, authors, licences and papers."""
    studies = sorted({file.name.split("/")[0] for file in every})
    subjects = "; ".join(map(about, studies))
    yield {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": these([RO_CRATE, WORKFLOW]),
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{citation.title}, scale {scale}",
        "description": f"Simulated superconductors, networks trained on them, figures and tables: "
        f"{subjects}. Made by gapworks {citation.version} at the scale {scale}.",
        "datePublished": date,
        "license": {"@id": spdx(licence)["@id"]},
        "author": these(one["@id"] for one in citation.authors),
        "citation": these(one["@id"] for one in citation.papers),
        "conformsTo": these(PROFILES),
        "hasPart": these([*code, *(file.name for file in every)]),
        "mainEntity": {"@id": MAIN},
        "mentions": these([RUN, "#engine-run", *(anchor(job) for job in jobs)]),
    }
    for profile, name in PROFILES.items():
        version = profile.rsplit("/", 1)[1]
        yield {"@id": profile, "@type": "CreativeWork", "name": name, "version": version}
    yield from flat([*citation.authors, *citation.papers])
    yield spdx(licence)
    yield spdx(citation.licence)


def _workflow(
    scale: str,
    every: Sequence[File],
    jobs: Sequence[Job],
    code: Mapping[str, tuple[int, str]],
    citation: Citation,
) -> Iterator[Entity]:
    """The workflow's files, its one run, and the engine's."""
    for name, (size, sha256) in code.items():
        if name != MAIN:
            yield _described(name, size, sha256)
    steps = list(dict.fromkeys(f"{MAIN}#{job.command}" for job in jobs))
    yield _described(MAIN, *code[MAIN]) | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": citation.title,
        "version": citation.version,
        "author": these(one["@id"] for one in citation.authors),
        "creator": these(one["@id"] for one in citation.authors),
        "license": {"@id": spdx(citation.licence)["@id"]},
        "programmingLanguage": {"@id": SNAKEMAKE},
        "input": {"@id": SCALE},
        "step": these(steps),
        "hasPart": these(tools(jobs)),
    }
    yield {
        "@id": SNAKEMAKE,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
        "url": {"@id": "https://snakemake.github.io"},
    }
    yield {
        "@id": SCALE,
        "@type": "FormalParameter",
        "additionalType": "Text",
        "name": "scale",
        "description": "which of the scales of config.yaml",
        "valueRequired": "False",
    }
    chosen = {"@id": "#chosen-scale", "@type": "PropertyValue", "name": "scale", "value": scale}
    yield chosen | {"exampleOfWork": {"@id": SCALE}}
    yield {
        "@id": RUN,
        "@type": "CreateAction",
        "name": f"making the scale {scale}",
        "description": "the jobs that made what is kept of it, in one run or several",
        "instrument": {"@id": MAIN},
        "object": these([CONFIG, "#chosen-scale"]),
        "result": these(file.name for file in every),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    yield {
        "@id": ENGINE,
        "@type": "SoftwareApplication",
        "name": "Snakemake",
        "url": {"@id": "https://snakemake.github.io"},
    }
    yield {
        "@id": "#engine-run",
        "@type": "OrganizeAction",
        "name": "Snakemake, starting the jobs",
        "instrument": {"@id": ENGINE},
        "object": these(control(job) for job in jobs),
        "result": {"@id": RUN},
    }


def _file(file: File) -> Entity:
    entity = _described(file.name, file.size, file.sha256)
    if file.found is None:
        return entity | {"description": "says nothing of what it was made of"}
    return entity | {"description": file.found.what}


def _described(name: str, size: int, sha256: str) -> Entity:
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(size),
        "sha256": sha256,
        "encodingFormat": media_type(name),
    }


def _each_once(graph: Iterable[Entity]) -> list[Entity]:
    """Entities of one @id, of which the first is kept."""
    found: dict[str, Entity] = {}
    for entity in graph:
        found.setdefault(entity["@id"], entity)
    return list(found.values())
