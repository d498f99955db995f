"""The jobs of a crate: what each read and made, with what settings, by what code, what it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gapworks.publication.citation import Entity
from gapworks.publication.made import MEMORY, PROCESSOR, WALL, File, Job, settings_of

CODE = "code"
"""Where the crate keeps the files of the workflow."""
MAIN = f"{CODE}/Snakefile"
USAGE = {
    WALL: ("wall time", "SEC", "https://qudt.org/vocab/unit/SEC"),
    PROCESSOR: ("processor time", "SEC", "https://qudt.org/vocab/unit/SEC"),
    MEMORY: ("largest resident memory", "MB", "https://qudt.org/vocab/unit/MegaBYTE"),
}


def action(job: Job, every: Mapping[str, File]) -> Iterator[Entity]:
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
    here = anchor(job)
    values = settings_of(job.said) | {"seed": _seed(job)}
    for key, value in values.items():
        if value:
            given.append(f"{here}-{key.replace(' ', '-')}")
            yield _property(given[-1], key, value)
    used = []
    for key, value in job.usage.items():
        name, unit, meaning = USAGE[key]
        used.append(f"{here}-{key}")
        yield _property(used[-1], name, str(value)) | {"propertyID": meaning, "unitCode": unit}
    (tool,) = tools([job])
    yield from _tool(job, tool)
    yield {
        "@id": here,
        "@type": "CreateAction",
        "name": f"gapworks {job.command}: {job.name}",
        "description": _told(job),
        "instrument": {"@id": tool},
        "object": these(given),
        "result": these(file.name for file in job.results),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    } | ({"resourceUsage": these(used)} if used else {})
    yield {
        "@id": control(job),
        "@type": "ControlAction",
        "name": f"starting {job.name}",
        "instrument": {"@id": f"{MAIN}#{job.command}"},
        "object": {"@id": here},
    }


def _property(id_: str, name: str, value: str) -> Entity:
    """A number or setting of a job."""
    return {"@id": id_, "@type": "PropertyValue", "name": name, "value": value}


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
        found["softwareRequirements"] = these(f"#{name}-{v}" for name, v in packages.items())
    yield found
    for name, number in packages.items():
        yield {
            "@id": f"#{name}-{number}",
            "@type": "SoftwareApplication",
            "name": name,
            "softwareVersion": number,
        }


def tools(jobs: Iterable[Job]) -> list[str]:
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


def anchor(job: Job) -> str:
    """The @id of a job's action."""
    return f"#{job.name.replace('/', '-')}"


def control(job: Job) -> str:
    """The @id of the engine's starting a job."""
    return f"#starting-{anchor(job)[1:]}"


def these(names: Iterable[str]) -> list[Entity] | Entity:
    """References; one alone stands without brackets, as RO-Crate wants it."""
    found = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found
