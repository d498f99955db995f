"""Files of microscopes: Nanonis .sxm and .3ds by their public layout, .mtrx and .sm4 by libraries.

Nanonis: a header of text, then big-endian single precision. Rows come back along y, upward.
"""

from __future__ import annotations

import re
import struct
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from gapworks.factory.errors import Refused
from gapworks.factory.files import open_plain, pieces
from gapworks.readers.mapping.raw_maps import LENGTHS, Raw, chosen
from gapworks.readers.text import ReadError

_VOLT = 1e3
"""meV of an electron at 1 V."""
_LOCK_IN = re.compile(r"^(?!.*\[bwd\]).*(?:LI[ _].*[ _]X\b|lock.?in|dI/?dV)", re.IGNORECASE)
"""Signals that are dI/dV."""


def read_3ds(path: Path, channel: str | None, unit: float) -> Raw:
    """A Nanonis grid of spectra: every signal at each pixel and bias.

    Parameters
    ----------
    path : Path
        A grid that was stopped has NaN in what was not measured.
    channel : str or None
        Signal, as the header names it; None: the lock-in's, if there is one.
    unit : float
        Not used: biases are in volts.
    """
    head, data = _parted(path, b":HEADER_END:\r\n", b":HEADER_END:\n")
    fields = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    said = {name.strip().lower(): value.strip().strip('"') for name, value in fields.items()}
    try:
        columns, rows = (int(x) for x in said["grid dim"].lower().split("x"))
        points, parameters = int(said["points"]), int(said["# parameters (4 byte)"])
        names = [name.strip() for name in said["channels"].split(";") if name.strip()]
        settings = [float(x) for x in said["grid settings"].split(";")]
    except (KeyError, ValueError) as error:
        raise ReadError(
            f"{path}: the header does not say {error}; export the grid again"
        ) from error
    name = _signal(path, names, channel)
    record = parameters + points * len(names)
    numbers = np.frombuffer(data[: 4 * (len(data) // 4)], ">f4").astype(np.float64)
    whole, wanted = len(numbers) // record, rows * columns
    notes = [f"signal {name}"]
    if not whole:
        raise ReadError(f"{path}: is not whole: no pixel is; copy it again")
    if whole < wanted:
        notes.append(f"only {whole} of {wanted} pixels were measured")
    grid = np.full((wanted, record), np.nan)
    grid[: min(whole, wanted)] = numbers[: min(whole, wanted) * record].reshape(whole, record)[
        :wanted
    ]
    start = parameters + names.index(name) * points
    values = grid[:, start : start + points].reshape(rows, columns, points)
    sweep = said.get("sweep signal", "Bias (V)")
    if "bias" not in sweep.lower():
        raise ReadError(f"{path}: sweeps {sweep}, not the bias; give a grid of spectra")
    energies = _VOLT * np.linspace(grid[0, 0], grid[0, 1], points)
    if len(settings) > 4 and abs(settings[4]) > 0.05:
        notes.append(f"the frame is turned by {settings[4]:g} degrees: angles count from its rows")
    return Raw(
        np.moveaxis(values, -1, 0),
        np.round(energies, 6),
        "cartesian",
        (1e9 * settings[2], 1e9 * settings[3]),
        notes=tuple(notes),
    )


def read_sxm(path: Path, channel: str | None, unit: float) -> Raw:
    """A Nanonis scan: the forward image of one signal, at the scan's bias.

    Parameters
    ----------
    path : Path
    channel : str or None
        Signal, as the header names it; None: the lock-in's, if there is one.
    unit : float
        Not used: the bias is in volts.
    """
    head, data = _parted(path, b":SCANIT_END:")
    begins = data.find(b"\x1a\x04")
    if begins < 0:
        raise ReadError(f"{path}: is not whole: no numbers after the header; copy it again")
    parts = re.split(r"^:([^:\n]+):\s*$", head, flags=re.MULTILINE)
    said = {key.strip().lower(): value for key, value in zip(parts[1::2], parts[2::2], strict=True)}
    try:
        columns, rows = (int(x) for x in said["scan_pixels"].split())
        width, height = (float(x) for x in said["scan_range"].split())
        bias = float(said["bias"].split()[0])
        table = [line.split("\t") for line in said["data_info"].splitlines() if line.strip()]
        titles = [cell.strip().lower() for cell in table[0]]
        signals = [
            (row[titles.index("name")].strip(), row[titles.index("direction")].strip().lower())
            for row in table[1:]
        ]
    except (KeyError, ValueError, IndexError) as error:
        raise ReadError(
            f"{path}: the header does not say {error}; export the scan again"
        ) from error
    name = _signal(path, [signal for signal, _ in signals], channel)
    images = [(signal, way) for signal, both in signals for way in _ways(both)]
    numbers = np.frombuffer(data, ">f4", offset=begins + 2, count=(len(data) - begins - 2) // 4)
    if len(numbers) < len(images) * rows * columns:
        raise ReadError(f"{path}: is not whole: images are missing; copy it again")
    at = next(k for k, (signal, way) in enumerate(images) if signal == name)
    image = numbers[at * rows * columns : (at + 1) * rows * columns].reshape(rows, columns)
    if images[at][1] == "backward":
        image = image[:, ::-1]
    if said.get("scan_dir", "down").strip().lower() == "down":
        image = image[::-1]
    notes = (f"signal {name}, {images[at][1]}, at a bias of {bias:g} V",)
    return Raw(
        image.astype(np.float64),
        np.array([round(_VOLT * bias, 6)]),
        "cartesian",
        (1e9 * width, 1e9 * height),
        notes=notes,
    )


def _ways(both: str) -> tuple[str, ...]:
    return ("forward", "backward") if both == "both" else (both,)


def read_mtrx(path: Path, channel: str | None, unit: float) -> Raw:
    """An image of Omicron's Matrix, read by access2theMatrix.

    Parameters
    ----------
    path : Path
        Its parameter file (..._0001.mtrx) stands beside it.
    channel : str or None
        Trace: "forward/up" and so on.
    unit : float
        Not used: an image does not say its bias.
    """
    try:
        reader = import_module("access2thematrix").MtrxData()
    except ImportError as error:
        raise _missing("access2theMatrix", path) from error
    traces, message = reader.open(str(path))
    if not traces:
        raise ReadError(f"{path}: cannot be read: {message}")
    trace = chosen(path, list(traces.values()), channel, "trace")
    image, message = reader.select_image(trace)
    if not np.size(image.data):
        raise ReadError(f"{path}: holds no image: {message}")
    notes = (f"signal {' in '.join(image.channel_name_and_unit)}, {trace}",)
    data = np.asarray(image.data, float)
    return Raw(
        data, None, "cartesian", (1e9 * float(image.width), 1e9 * float(image.height)), notes=notes
    )


def read_sm4(path: Path, channel: str | None, unit: float) -> Raw:
    """An image of RHK, read by spym, at the page's bias.

    Parameters
    ----------
    path : Path
    channel : str or None
        Label of the page.
    unit : float
        Not used: the bias is in volts.
    """
    reader = _rhk(path)
    try:
        pages = {page.label: page for page in reader.RHKsm4(str(path))}
    except (ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
        raise ReadError(f"{path}: cannot be read as RHK's: {error}") from error
    images = {label: page for label, page in pages.items() if np.ndim(page.data) == 2}
    page = images[chosen(path, list(images), channel, "page")]
    said: dict[str, Any] = page.attrs
    data = np.asarray(page.data, float) * said["RHK_Zscale"] + said["RHK_Zoffset"]
    scales = [(said[f"RHK_{axis}scale"], said[f"RHK_{axis}units"]) for axis in "XY"]
    if any(where not in LENGTHS for _, where in scales):
        raise ReadError(f"{path}: {page.label} is no image over x and y; say another by channel")
    height, width = data.shape
    extent = tuple(
        abs(step) * count * LENGTHS[where]
        for (step, where), count in zip(scales, (width, height), strict=True)
    )
    if scales[1][0] < 0:
        data = data[::-1]
    if scales[0][0] < 0:
        data = data[:, ::-1]
    energies = np.array([round(_VOLT * float(said["RHK_Bias"]), 6)])
    return Raw(data, energies, "cartesian", (extent[0], extent[1]), notes=(f"page {page.label}",))


class _NotInstalled(ReadError, Refused):
    """The file may be as it should: what reads it is not there."""


def _missing(package: str, path: Path) -> ReadError:
    return _NotInstalled(
        f"{path}: needs {package}, which is not installed: pip install 'gapworks[stm]', or export "
        "the map as text"
    )


def _rhk(path: Path) -> ModuleType:
    """The reader of spym alone: the package imports what draws in notebooks, too."""
    package = find_spec("spym")
    if package is None or not package.submodule_search_locations:
        raise _missing("spym", path)
    place = Path(package.submodule_search_locations[0], "io", "rhksm4", "_sm4.py")
    spec = spec_from_file_location("gapworks_rhk_sm4", place)
    if spec is None or spec.loader is None or not place.is_file():
        raise _missing("spym", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _signal(path: Path, names: list[str], channel: str | None) -> str:
    """The signal that is named, or that of the lock-in amplifier, if there is one."""
    if channel is None:
        known = [name for name in names if _LOCK_IN.search(name)]
        if len(known) == 1:
            return known[0]
    return chosen(path, names, channel, "signal")


def _parted(path: Path, *ends: bytes) -> tuple[str, bytes]:
    """Header and numbers of a file."""
    with open_plain(path) as file:
        content = b"".join(pieces(file))
    for end in ends:
        at = content.find(end)
        if at >= 0:
            return content[:at].decode("latin-1").replace("\r\n", "\n"), content[at + len(end) :]
    raise ReadError(f"{path}: has no end of a header ({ends[0].decode().strip()}); copy it again")
