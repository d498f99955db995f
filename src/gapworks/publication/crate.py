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

from gapworks.publication.citation import Citation, Entity, flat, spdx
from gapworks.publication.made import MEMORY, PROCESSOR, WALL, File, Job, about, settings_of

METADATA = "ro-crate-metadata.json"
CODE = "code"
"""Where the crate keeps the files of the workflow."""
MAIN = f"{CODE}/Snakefile"
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
USAGE = {
    WALL: ("wall time", "SEC", "https://qudt.org/vocab/unit/SEC"),
    PROCESSOR: ("processor time", "SEC", "https://qudt.org/vocab/unit/SEC"),
    MEMORY: ("largest resident memory", "MB", "https://qudt.org/vocab/unit/MegaBYTE"),
}


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
                "workExample": _these(_tools(job for job in jobs if job.command == command)),
            }
        )
    by_name = {file.name: file for file in every}
    for job in jobs:
        graph += _action(job, by_name)
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
        "conformsTo": _these([RO_CRATE, WORKFLOW]),
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{citation.title}, scale {scale}",
        "description": f"Simulated superconductors, networks trained on them, figures and tables: "
        f"{subjects}. Made by gapworks {citation.version} at the scale {scale}.",
        "datePublished": date,
        "license": {"@id": spdx(licence)["@id"]},
        "author": _these(one["@id"] for one in citation.authors),
        "citation": _these(one["@id"] for one in citation.papers),
        "conformsTo": _these(PROFILES),
        "hasPart": _these([*code, *(file.name for file in every)]),
        "mainEntity": {"@id": MAIN},
        "mentions": _these([RUN, "#engine-run", *(_anchor(job) for job in jobs)]),
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
        "author": _these(one["@id"] for one in citation.authors),
        "creator": _these(one["@id"] for one in citation.authors),
        "license": {"@id": spdx(citation.licence)["@id"]},
        "programmingLanguage": {"@id": SNAKEMAKE},
        "input": {"@id": SCALE},
        "step": _these(steps),
        "hasPart": _these(_tools(jobs)),
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
        "object": _these([CONFIG, "#chosen-scale"]),
        "result": _these(file.name for file in every),
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
        "object": _these(_control(job) for job in jobs),
        "result": {"@id": RUN},
    }


def _action(job: Job, every: Mapping[str, File]) -> Iterator[Entity]:
    """A job: what it read and made, with what settings, by what code, and what it took."""
    given: list[str] = []
    for name, sha256 in job.read.items():
        given.append(name if name in every else f"#sha256-{sha256}")
        if name not in every:  # read by the job, and not kept
            yield {
                "@id": f"#sha256-{sha256}",
                "@type": "CreativeWork",
                "name": name,
                "description": f"{name} as it was read; it is not in the crate",
            }
    anchor = _anchor(job)
    values = {"settings": settings_of(job.said), "seed": _seed(job)}
    for key, value in values.items():
        if value:
            given.append(f"{anchor}-{key}")
            yield {
                "@id": f"{anchor}-{key}",
                "@type": "PropertyValue",
                "name": key,
                "value": value,
            }
    used = []
    for key, value in job.usage.items():
        name, unit, meaning = USAGE[key]
        used.append(f"{anchor}-{key}")
        yield {
            "@id": used[-1],
            "@type": "PropertyValue",
            "name": name,
            "propertyID": meaning,
            "unitCode": unit,
            "value": str(value),
        }
    (tool,) = _tools([job])
    yield from _tool(job, tool)
    yield {
        "@id": anchor,
        "@type": "CreateAction",
        "name": f"gapworks {job.command}: {job.name}",
        "description": _told(job),
        "instrument": {"@id": tool},
        "object": _these(given),
        "result": _these(file.name for file in job.results),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    } | ({"resourceUsage": _these(used)} if used else {})
    yield {
        "@id": _control(job),
        "@type": "ControlAction",
        "name": f"starting {job.name}",
        "instrument": {"@id": f"{MAIN}#{job.command}"},
        "object": {"@id": anchor},
    }


def _tool(job: Job, tool: str) -> Iterator[Entity]:
    """A command, as the code that ran: another digest is another tool."""
    said = job.said.get("provenance") or {}
    packages = {name: v for name, v in said.get("packages", {}).items() if v != "absent"}
    version = " ".join(filter(None, [said.get("gapworks"), _commit(said)]))
    found: Entity = {
        "@id": tool,
        "@type": "SoftwareApplication",
        "name": f"gapworks {job.command}",
        "softwareVersion": version or f"code {job.code}",
        "identifier": f"code digest {job.code}",
    }
    if packages:
        found["softwareRequirements"] = _these(f"#{name}-{v}" for name, v in packages.items())
    yield found
    for name, number in packages.items():
        yield {
            "@id": f"#{name}-{number}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": number,
        }


def _tools(jobs: Iterable[Job]) -> list[str]:
    """The @id of each job's command, as the code that ran; each once."""
    found = []
    for job in jobs:
        said = job.said.get("provenance") or {}
        parts = ["#gapworks", job.command, job.code, said.get("gapworks", ""), _commit(said)]
        found.append("-".join(filter(None, parts)).replace(" ", "-"))
    return list(dict.fromkeys(found))


def _commit(said: Mapping[str, Any]) -> str:
    return f"commit {said['commit']}" if said.get("commit") else ""


def _told(job: Job) -> str:
    """On what kind of machine, and of what that is not in the crate."""
    said = job.said.get("provenance") or {}
    parts = [f"of {job.shards} shards, which are not in the crate"] if job.shards else []
    if said:
        parts.append(f"on {said.get('machine')}, {said.get('processor')}")
    return "; ".join(parts) or "as the recipe in its results says"


def _seed(job: Job) -> str:
    found = job.results[0].found
    seed = ((found.made if found else None) or {}).get("seed", job.said.get("seed"))
    return "" if seed is None else str(seed)


def _anchor(job: Job) -> str:
    return f"#{job.name.replace('/', '-')}"


def _control(job: Job) -> str:
    return f"#starting-{_anchor(job)[1:]}"


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


def _these(names: Iterable[str]) -> list[Entity] | Entity:
    """References; one alone stands without brackets, as RO-Crate wants it."""
    found = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found


def _each_once(graph: Iterable[Entity]) -> list[Entity]:
    """Entities of one @id, of which the first is kept."""
    found: dict[str, Entity] = {}
    for entity in graph:
        found.setdefault(entity["@id"], entity)
    return list(found.values())
