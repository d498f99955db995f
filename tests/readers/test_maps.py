"""Maps as people have them: every format the same numbers; what is not said is asked for."""

import sys
from types import ModuleType, SimpleNamespace

import h5py
import numpy as np
import pytest
from scipy.io import netcdf_file

from gapworks.factory.errors import Refused
from gapworks.readers import ReadError, read_map
from tests.support.microscope_files import write_3ds, write_sxm

RNG = np.random.default_rng(5)
STACK = RNG.normal(size=(3, 12, 12))
"""Three energies."""
ENERGIES = np.array([-1.0, 0.0, 1.5])
CONSTANT = 0.344
X = 0.05 * np.arange(12)


def npy(folder):
    np.save(folder / "maps.npy", STACK)
    return folder / "maps.npy", {"energies": ENERGIES, "raster": "cartesian", "field_of_view": 6}


def npz(folder):
    np.savez(folder / "maps.npz", ldos=STACK, energies=ENERGIES)
    return folder / "maps.npz", {"raster": "cartesian", "field_of_view": 6}


def text(folder):
    np.savetxt(folder / "maps.csv", STACK.reshape(36, 12), delimiter=",", fmt="%.17g")
    return folder / "maps.csv", {"energies": ENERGIES, "raster": "cartesian", "field_of_view": 6}


def hdf5(folder):
    with h5py.File(folder / "maps.h5", "w") as file:
        file["ldos"], file["energy"] = STACK, ENERGIES / 1e3
        file["energy"].attrs["units"] = "eV"
        file.attrs["field_of_view"] = 6.0
    return folder / "maps.h5", {}


def xarray(folder):
    array = pytest.importorskip("xarray").DataArray(
        np.moveaxis(STACK, 0, -1),
        dims=("y", "x", "bias"),
        coords={
            "y": ("y", X, {"units": "nm"}),
            "x": ("x", X, {"units": "nm"}),
            "bias": ("bias", ENERGIES, {"units": "mV"}),
        },
        name="didv",
    )
    array.to_netcdf(folder / "maps.nc", engine="h5netcdf")
    return folder / "maps.nc", {"lattice_constant": 0.1}


def netcdf3(folder):
    with netcdf_file(folder / "old.nc", "w") as file:
        for name, values, unit in (("x", X, "nm"), ("y", X, "nm"), ("energy", ENERGIES, "meV")):
            file.createDimension(name, len(values))
            one = file.createVariable(name, "d", (name,))
            one[:] = values
            one.units = unit
        # x before y: turned
        file.createVariable("didv", "d", ("energy", "x", "y"))[:] = np.swapaxes(STACK, 1, 2)
    return folder / "old.nc", {"lattice_constant": 0.1}


def grid(folder):
    channels = {"Current (A)": 0 * STACK, "LI Demod 1 X (V)": STACK.astype("f4")}
    ends = (ENERGIES[0] / 1e3, 1e-3)
    path = write_3ds(folder / "grid.3ds", channels, ends, 6e-10)
    return path, {"lattice_constant": 0.1, "energies": ENERGIES}


ALIKE = (npy, npz, text, hdf5, xarray, netcdf3, grid)


@pytest.mark.parametrize("write", ALIKE)
def test_every_format_gives_the_same_maps(write, tmp_path):
    path, said = write(tmp_path)
    maps = read_map(path, **said)
    np.testing.assert_allclose(maps.values, STACK, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(maps.energies, ENERGIES, atol=1e-9)
    assert maps.raster == "cartesian"
    assert maps.field_of_view == pytest.approx((6.0, 6.0))


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_scan_is_its_forward_image_with_rows_upward(way, tmp_path):
    image = STACK[0].astype("f4")
    path = write_sxm(tmp_path / "a.sxm", {"Z": 0 * image, "LI_Demod_1_X": image}, 2e-3, 1e-8, way)
    maps = read_map(path, lattice_constant=CONSTANT)
    np.testing.assert_array_equal(maps.values[0], image)
    assert maps.energies == pytest.approx([2.0])
    assert maps.field_of_view == pytest.approx((10 / CONSTANT, 10 / CONSTANT))
    assert "LI_Demod_1_X, forward" in maps.notes[0]
    np.testing.assert_array_equal(read_map(path, channel="Z", field_of_view=5).values, 0)


def test_biases_of_a_grid_are_meV_and_a_stopped_one_has_NaN(tmp_path):
    path = write_3ds(tmp_path / "g.3ds", {"LI Demod 1 X (V)": STACK}, (-2e-3, 2e-3), 1e-8)
    path.write_bytes(path.read_bytes()[: -4 * (5 + 3) * 30 - 7])
    maps = read_map(path, field_of_view=20)
    assert maps.energies == pytest.approx([-2.0, 0.0, 2.0])
    missing = np.isnan(maps.values[0])
    assert missing.sum() == 31 and missing[-1].all() and not missing[:9].any()
    assert "only 113 of 144 pixels" in " ".join(maps.notes)


def array(folder, values, name="a.npy"):
    np.save(folder / name, values)
    return folder / name


ASKED = {
    "energies": (STACK, {"raster": "lattice"}, "give energies"),
    "raster": (STACK, {"energies": ENERGIES}, "give lattice (rows along a1"),
    "field of view": (STACK, {"energies": ENERGIES, "raster": "cartesian"}, "field_of_view"),
    "as many energies": (STACK, {"energies": [0.0, 1.0], "raster": "lattice"}, "a map for each"),
    "energies that differ": (STACK, {"energies": [0, 0, 1], "raster": "lattice"}, "given twice"),
    "a unit": (STACK, {"energies": ENERGIES, "unit": "parsec"}, "'parsec' is not known"),
    "real space": (STACK + 0j, {"energies": ENERGIES}, "a Fourier transform"),
    "numbers": (STACK > 0, {"energies": ENERGIES}, "not an array of real numbers"),
    "three axes": (STACK[None], {"energies": ENERGIES}, "has 4 axes"),
    "cells": (STACK[:, :4, :4], {"energies": ENERGIES}, "no maps"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_a_file_does_not_say_is_asked_for_by_name(name, tmp_path):
    values, said, wanted = ASKED[name]
    path = array(tmp_path, values)
    with pytest.raises(ReadError) as raised:
        read_map(path, **said)
    assert str(path) in str(raised.value) and wanted in str(raised.value)
    # What is only to be said is no fault of the file: exit code 2.
    assert isinstance(raised.value, Refused) == (name in ("energies", "raster", "field of view"))


def test_metres_ask_for_the_lattice_constant_and_signals_for_a_name(tmp_path):
    path = write_3ds(tmp_path / "g.3ds", {"LI Demod 1 X (V)": STACK}, (-1e-3, 1e-3), 1e-8)
    with pytest.raises(ReadError, match="lattice_constant"):
        read_map(path)
    two = {"Current (A)": STACK, "Aux (V)": STACK}
    path = write_3ds(tmp_path / "two.3ds", two, (-1e-3, 1e-3), 1e-8)
    with pytest.raises(ReadError, match=r"several signals.*--channel.*Current \(A\), Aux \(V\)"):
        read_map(path, field_of_view=20)
    assert read_map(path, channel="aux", field_of_view=20).notes[0] == "signal Aux (V)"
    with pytest.raises(ReadError, match="no signal 'Bias'"):
        read_map(path, channel="Bias", field_of_view=20)


def test_energies_that_come_last_and_those_that_contradict_the_file_are_said(tmp_path):
    path = array(tmp_path, np.moveaxis(STACK, 0, -1))
    maps = read_map(path, energies=ENERGIES, raster="lattice")
    np.testing.assert_array_equal(maps.values, STACK)
    assert maps.notes == ("energies are the last axis",)
    path, said = npz(tmp_path)
    maps = read_map(path, energies=[1000, 2000, 3000], unit="ueV", **said)
    assert maps.energies == pytest.approx([1, 2, 3])
    assert "not the file's (-0.001, 0, 0.0015 ... meV)" in " ".join(maps.notes)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".h5", ".nc", ".sxm", ".3ds"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"CDF"]
)
def test_a_broken_file_is_a_line_that_names_it(suffix, content, tmp_path):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(ReadError) as raised:
        read_map(path, energies=0.0, raster="lattice")
    assert str(raised.value).startswith(f"{path}: ") and "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nowhere.npy", "nowhere.h5", "nowhere.3ds", "picture.png"])
def test_a_file_that_is_not_there_or_of_no_known_kind_is_named(name, tmp_path):
    with pytest.raises(ReadError, match=name):
        read_map(tmp_path / name, energies=0.0, raster="lattice")


@pytest.mark.parametrize("suffix", [".mtrx", ".sm4"])
def test_a_library_that_is_missing_is_named_with_the_way_out(suffix, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "access2thematrix", None)
    monkeypatch.setattr("gapworks.readers.mapping.microscopes.find_spec", lambda name: None)
    (tmp_path / f"a{suffix}").touch()
    with pytest.raises(ReadError, match=r"pip install 'gapworks\[stm\]'"):
        read_map(tmp_path / f"a{suffix}")


def test_an_image_of_matrix_is_asked_for_its_energy(tmp_path, monkeypatch):
    image = SimpleNamespace(
        data=STACK[0], width=1e-8, height=1e-8, channel_name_and_unit=["Aux", "V"]
    )
    data = SimpleNamespace(
        open=lambda path: ({0: "forward/up", 1: "backward/up"}, ""),
        select_image=lambda trace: (image, ""),
    )
    module = ModuleType("access2thematrix")
    module.MtrxData = lambda: data
    monkeypatch.setitem(sys.modules, "access2thematrix", module)
    path = tmp_path / "a.mtrx"
    path.touch()
    said = {"energies": 1.0, "lattice_constant": CONSTANT}
    with pytest.raises(ReadError, match="forward/up, backward/up"):
        read_map(path, **said)
    with pytest.raises(ReadError, match="give energies"):
        read_map(path, channel="forward/up")
    maps = read_map(path, channel="forward/up", **said)
    np.testing.assert_array_equal(maps.values, STACK[:1])
    assert maps.notes[0] == "signal Aux in V, forward/up"


RHK = """
from types import SimpleNamespace
import numpy as np
said = {"RHK_Xscale": 1e-10, "RHK_Yscale": -1e-10, "RHK_Zscale": 2.0, "RHK_Zoffset": 1.0}
said |= {"RHK_Xunits": "m", "RHK_Yunits": "m", "RHK_Bias": 1e-3}
def RHKsm4(path):
    image = np.load(path)[::-1]
    curve = SimpleNamespace(label="curve", data=np.zeros(5), attrs={})
    return [SimpleNamespace(label="dIdV_Forward", data=image, attrs=said), curve]
"""
"""What stands in place of spym's reader."""


def test_a_page_of_rhk_has_its_scales_and_its_bias(tmp_path, monkeypatch):
    folder = tmp_path / "spym/io/rhksm4"
    folder.mkdir(parents=True)
    # As in spym, the package itself needs more than its reader.
    (tmp_path / "spym/__init__.py").write_text("import hvplot_is_not_there")
    (folder / "_sm4.py").write_text(RHK)
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "a.sm4"
    with path.open("wb") as file:
        np.save(file, STACK[0])
    maps = read_map(path, lattice_constant=CONSTANT)
    np.testing.assert_allclose(maps.values[0], 2 * STACK[0] + 1)
    assert maps.energies == pytest.approx([1.0])
    assert maps.field_of_view == pytest.approx((1.2 / CONSTANT, 1.2 / CONSTANT))
