"""The data sets of a study in Croissant, the vocabulary by which machine learning finds data.

Croissant 1.1 (https://docs.mlcommons.org/croissant) knows how to take records out of csv, JSON and
Parquet, not out of HDF5, and each field of a record set needs a source that it can take it from. So
samples are no record set, which nobody could read. What is described is each file, with its
checksum, and as records that stand in the description itself each array: dimensions, type, unit,
meaning, checksum. docs/examples/read_data.ipynb reads the arrays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header, opened, verify_kind
from gapworks.publication.citation import Citation, Entity, in_words, spdx
from gapworks.publication.made import about, sha256_of

VERSION = "http://mlcommons.org/croissant/1.1"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
COLUMNS = {
    "dataset": "the data set",
    "array": "path of the array in the file",
    "dimensions": "dimensions, in order; `sample` is the first of samples",
    "shape": "length of each, in order",
    "type": "type of numpy, little-endian",
    "unit": "1: none; t: the hopping",
    "description": "what it is",
    "codes": "what its values mean, where they are codes",
    "sha256": "of its values as contiguous little-endian bytes in C order",
}
"""Of the record set `arrays`."""


@dataclass(frozen=True)
class Array:
    """An array of a data set's file."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    unit: str
    description: str
    sha256: str
    codes: Mapping[int, str]

    @property
    def is_of_samples(self) -> bool:
        """Whether it has a row for each sample."""
        return self.dimensions[0] == "sample"


def croissant(
    study: str, scale: str, paths: Sequence[Path], citation: Citation, licence: str, date: str
) -> dict[str, Any]:
    """The description of a study's gathered data sets.

    Parameters
    ----------
    study, scale : str
        Their names.
    paths : sequence of Path
        The data sets' files: all in the folder in which the description will stand.
    citation : Citation
        Of the software.
    licence : str
        SPDX identifier of the data's licence.
    date : str
        Of publication, YYYY-MM-DD.

    Returns
    -------
    dict
        JSON-LD.

    Raises
    ------
    DataError
        If a file is damaged, or no data set of the study.
    """
    headers = [verify_kind(path, "dataset", study) for path in paths]
    names = [header.attributes["dataset"] for header in headers]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DataError(f"{', '.join(sorted(twice))}: given twice; describe each data set once")
    arrays = [list(_arrays(header)) for header in headers]
    title = f"{about(study)}: data sets of gapworks at the scale {scale}"
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": f"gapworks-{study}-{scale}",
        "description": f"{title}. Every file says in attributes what settings, seed and code made "
        "it; samples whose `valid` is 0 failed a check and are to be left out.",
        "version": citation.version,
        "license": spdx(licence)["@id"],
        "url": "./",
        "datePublished": date,
        "creator": [{"@type": one["@type"], "name": one["name"]} for one in citation.authors],
        "keywords": ["superconductivity", "simulation", study],
        "citeAs": "; ".join(
            [f"{citation.title}, {citation.version}", *map(in_words, citation.papers)]
        ),
        "distribution": [_file(*one) for one in zip(names, paths, strict=True)],
        "variableMeasured": _measured(arrays),
        "recordSet": [_table(names, arrays)],
    }


def text(content: Mapping[str, Any]) -> str:
    """A description as it is written."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _arrays(header: Header) -> Iterator[Array]:
    with opened(header.path) as file:
        for name, array in file.items():
            scales = [scale.label or _first(scale) for scale in array.dims]
            flags = array.attrs.get("flag_values", ())
            yield Array(
                name,
                tuple(scales) if not array.is_scale else (name,),
                array.shape,
                array.dtype.name,
                header.units[name],
                array.attrs["long_name"],
                header.checksums[name],
                dict(zip(map(int, flags), _words(array), strict=True)),
            )


def _first(dimension: Any) -> str:
    """The name of the scale along a dimension."""
    return dimension[0].name.lstrip("/") if len(dimension) else ""


def _words(array: h5py.Dataset) -> list[str]:
    """Meanings of codes."""
    return array.attrs["flag_meanings"].split() if "flag_meanings" in array.attrs else []


def _file(name: str, path: Path) -> Entity:
    sha256, size = sha256_of(path)
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}.h5",
        "name": path.name,
        "description": f"the data set {name}, all its arrays in the root group",
        "contentUrl": path.name,
        "contentSize": f"{size} B",
        "encodingFormat": "application/x-hdf5",
        "sha256": sha256,
    }


def _measured(arrays: Sequence[Sequence[Array]]) -> list[Entity]:
    """The quantities that samples have, as schema.org has them: each name and unit once."""
    every = {(one.name, one.unit): one for several in arrays for one in several}
    return [
        {
            "@type": "sc:PropertyValue",
            "name": one.name,
            "description": one.description,
            "unitText": one.unit,
        }
        for one in every.values()
        if one.is_of_samples
    ]


def _table(names: Sequence[str], arrays: Sequence[Sequence[Array]]) -> Entity:
    """All arrays of all files, coordinates among them, as records that stand in the description."""
    rows = [
        {
            "arrays/dataset": name,
            "arrays/array": array.name,
            "arrays/dimensions": " ".join(array.dimensions),
            "arrays/shape": " ".join(map(str, array.shape)),
            "arrays/type": array.dtype,
            "arrays/unit": array.unit,
            "arrays/description": array.description,
            "arrays/codes": ", ".join(f"{code}: {word}" for code, word in array.codes.items()),
            "arrays/sha256": array.sha256,
        }
        for name, every in zip(names, arrays, strict=True)
        for array in every
    ]
    return {
        "@type": "cr:RecordSet",
        "@id": "arrays",
        "name": "arrays",
        "description": "every array of every file, with its unit and checksum",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"arrays/{name}",
                "name": name,
                "description": said,
                "dataType": "sc:Text",
            }
            for name, said in COLUMNS.items()
        ],
        "data": rows,
    }
