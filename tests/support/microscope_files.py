"""Files of microscopes with known content, written by their public layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_3ds(
    path: Path, channels: dict[str, np.ndarray], sweep: tuple[float, float], width: float
) -> Path:
    """A Nanonis grid; channels of shape (points, rows, columns), V, m."""
    points, rows, columns = next(iter(channels.values())).shape
    names = ";".join(channels)
    head = (
        f'Grid dim="{columns} x {rows}"\r\nGrid settings=0;0;{width};{width * rows / columns};0\r\n'
        'Filetype=Linear\r\nSweep Signal="Bias (V)"\r\nFixed parameters="Sweep Start;Sweep End"\r\n'
        'Experiment parameters="X (m);Y (m);Z (m)"\r\n# Parameters (4 byte)=5\r\n'
        f"Experiment size (bytes)={4 * points * len(channels)}\r\nPoints={points}\r\n"
        f'Channels="{names}"\r\nDelay before measuring (s)=0\r\n'
        'Experiment="Grid Spectroscopy"\r\nStart time="1"\r\nEnd time="2"\r\nUser=\r\n'
        "Comment=\r\n:HEADER_END:\r\n"
    )
    record = np.zeros((rows, columns, 5 + points * len(channels)))
    record[..., 0], record[..., 1] = sweep
    for number, values in enumerate(channels.values()):
        start = 5 + number * points
        record[..., start : start + points] = np.moveaxis(values, 0, -1)
    path.write_bytes(head.encode() + record.astype(">f4").tobytes())
    return path


def write_sxm(
    path: Path, channels: dict[str, np.ndarray], bias: float, width: float, way: str = "up"
) -> Path:
    """A Nanonis scan, forward and backward; channels of shape (rows, columns), rows upward."""
    rows, columns = next(iter(channels.values())).shape
    table = "".join(
        f"\t{number}\t{name}\tV\tboth\t1.0E+0\t0.0E+0\n" for number, name in enumerate(channels)
    )
    head = (
        ":NANONIS_VERSION:\n2\n:SCANIT_TYPE:\n              FLOAT            MSBFIRST\n"
        f":SCAN_PIXELS:\n       {columns}       {rows}\n:SCAN_TIME:\n 1.0E+1 1.0E+1\n"
        f":SCAN_RANGE:\n  {width:E}  {width * rows / columns:E}\n:SCAN_OFFSET:\n 0 0\n"
        f":SCAN_ANGLE:\n 0.0E+0\n:SCAN_DIR:\n{way}\n:BIAS:\n            {bias:E}\n"
        ":Z-CONTROLLER:\n\tName\ton\n\tlog\t1\n"
        ":DATA_INFO:\n\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n"
        f"{table}\n:SCANIT_END:\n\n\n"
    )
    images = []
    for values in channels.values():
        image = values if way == "up" else values[::-1]
        images += [image, (image + 1000)[:, ::-1]]
    numbers = np.stack(images).astype(">f4").tobytes()
    path.write_bytes(head.encode() + b"\x1a\x04" + numbers)
    return path
