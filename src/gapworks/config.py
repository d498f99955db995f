"""What config.yaml may say: the whole file is checked, with every scale laid over it.

The models decide; workflow/schemas/config.schema.json is generated from them for editors.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from gapworks.factory.settings import Section, Seed
from gapworks.study import STUDIES, study

# In C where PyYAML has it: ten times as fast, and every job of a cluster reads config.yaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ConfigError(ValueError):
    """config.yaml says something that cannot be; the message names the key."""


class _Common(Section):
    """What is said once for all studies."""

    seed: Seed
    mixed_code: bool = Field(
        default=False, strict=True, description="gather shards that different code made"
    )


_SECTIONS: dict[str, Any] = {name: (study(name).config, ...) for name in STUDIES}
ScaleConfig = create_model(
    "ScaleConfig", __base__=_Common, __doc__="The settings of one scale, merged.", **_SECTIONS
)


class Overlay(BaseModel):
    """What a scale lays over the keys above it: any of them, at any depth."""

    model_config = ConfigDict(extra="allow")

    extends: str | None = Field(
        default=None,
        strict=True,
        description="the scale whose overlay lies below this one; left out: none does",
    )


class ConfigFile(ScaleConfig):
    """config.yaml as it stands on disk."""

    scale: str = Field(description="the scale of targets that do not name one")
    scales: dict[str, Overlay] = Field(description="overlays on the keys above")


SEVERAL = 3
"""Keys that nobody leaves out by mistake."""
OLDER = (
    "so many keys are missing that this is the config.yaml of an older gapworks: take the one that "
    "comes with this version, and put your own values into a scale of your own at its end, under "
    "`scales:`; results whose settings are the same are not made again"
)


def load(raw: Mapping[str, Any]) -> tuple[str, dict[str, ScaleConfig]]:
    """Check a configuration and resolve every scale.

    Parameters
    ----------
    raw : mapping
        config.yaml as parsed, with the command line's overrides in it.

    Returns
    -------
    default : str
        The default scale.
    scales : dict of str to ScaleConfig
        Every scale, merged over the base.

    Raises
    ------
    ConfigError
        For unknown keys and impossible values, all of them at once; keys that stand in an overlay
        are named as ``scales.<scale>.<key>``. For a scale that extends none that there is, or
        itself by way of others.
    """
    _, problems = _check(ConfigFile, raw)
    if problems:
        raise ConfigError("\n".join(problems))
    base = {key: value for key, value in raw.items() if key not in ("scale", "scales")}
    scales = {}
    for name in raw["scales"]:
        overlay, found = _overlay(raw["scales"], name)
        if not found:
            merged = _merge(base, overlay)
            scales[name], found = _check(ScaleConfig, merged, overlay, f"scales.{name}.")
        problems += found
    if raw["scale"] not in raw["scales"]:
        problems.append(f"scale: {raw['scale']!r} is none of {', '.join(raw['scales'])}")
    if problems:
        raise ConfigError("\n".join(problems))
    return raw["scale"], scales


def _overlay(
    scales: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[dict[str, Any], list[str]]:
    """A scale's overlay upon those that it extends, the farthest lowest; or why there is none."""
    way = [name]
    while (below := scales[way[-1]].get("extends")) is not None:
        key = f"scales.{way[-1]}.extends"
        if below not in scales:
            close = difflib.get_close_matches(below, scales, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]}?" if close else f"scales: {', '.join(scales)}"
            return {}, [f"{key}: there is no scale {below!r} ({hint})"]
        if below in way:
            circle = " extends ".join([*way[way.index(below) :], below])
            return {}, [f"{key}: {circle}: leave one out"]
        way.append(below)
    overlay: dict[str, Any] = {}
    for one in reversed(way):
        overlay = _merge(overlay, scales[one])
    overlay.pop("extends", None)
    return overlay, []


def check_no_key_twice(text: str) -> None:
    """Refuse YAML that says a key twice, of which a reader would silently take the last.

    Raises
    ------
    ConfigError
        Naming every such key and its lines.
    """
    if problems := dict.fromkeys(_keys_twice(yaml.compose(text, _LOADER), "")):
        raise ConfigError("\n".join(problems))


def _keys_twice(node: yaml.Node | None, prefix: str) -> Iterator[str]:
    lines: dict[str, int] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        name, line = f"{prefix}{key.value}", key.start_mark.line + 1
        if name in lines:
            yield f"{name}: given twice, in lines {lines[name]} and {line}; delete one"
        lines[name] = line
        yield from _keys_twice(value, f"{name}.")


def _merge(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a nested mapping over another; anything but a mapping is replaced."""
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merge(below, value) if both else value
    return merged


def _check(
    model: type[Section],
    raw: Mapping[str, Any],
    overlay: Mapping[str, Any] | None = None,
    prefix: str = "",
) -> tuple[Any, list[str]]:
    """The model, and one line per key that is wrong; an overlay's keys carry the prefix."""
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        found = [_line(model, detail, overlay, prefix) for detail in error.errors()]
        if sum(detail["type"] == "missing" for detail in error.errors()) >= SEVERAL:
            found.append(OLDER)
        return None, found


def _line(model: type[Section], detail: Any, overlay: Mapping[str, Any] | None, prefix: str) -> str:
    path = [str(part) for part in detail["loc"]]
    key = ".".join(path)
    if overlay is not None:
        # A check across keys is reported at the section that holds them, which the overlay may
        # touch only in part: say the scale in any case.
        key = prefix + key
    if detail["type"] == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        close = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
        return f"{key}: unknown key ({hint})"
    if detail["type"] == "missing":
        return f"{key}: missing"
    message = detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    shown = "" if isinstance(value, Mapping) else f", not {value!r}"
    return f"{key}: {message[0].lower()}{message[1:]}{shown}"


def _known_keys(model: type[Section], path: list[str]) -> list[str]:
    """The keys that the section at a path may have."""
    for part in path:
        annotation = model.model_fields[part].annotation
        model = annotation
    return list(model.model_fields)
