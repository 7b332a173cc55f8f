"""A case whose vessel is an STL file: what its messages and warnings say, and what is kept of a file."""

import pytest
import pyvista as pv

from jamsu.cases import CaseError, load_case
from jamsu.cases.reading.stl_vessel import vessel_notes
from jamsu.cases.run.levels import geometry_of
from jamsu.cases.run.runner import check_case

CASE = """
[site]
seawater_temperature = "10 degC"
current_speed = "0.2 m/s"

[vessel]
shape = "stl"
file = "hull.stl"
scale = SCALE
fluid = "nitrogen"
layers = [{ material = "steel", thickness = "20 mm" }]

[racks.R1]
position = "0.8, -0.4, -0.3 m"
size = "0.8, 0.6, 0.6 m"
front = "-y"
power = "2 kW"
airflow = { law = "temperature_rise", rise = "12 K" }

[solver]
resolution = "150 mm"
"""


def tube(radius, length, start=0.0):
    middle = (start + length / 2, 0, 0)
    return pv.Cylinder(center=middle, direction=(1, 0, 0), radius=radius, height=length, resolution=40).triangulate()


def case_with(folder, mesh, scale=1.0, unit=1.0):
    """A case read from a file with `mesh` (m) drawn in a `unit` (m)."""
    mesh = mesh.copy()
    mesh.points = mesh.points / unit
    mesh.save(folder / "hull.stl")
    (folder / "module.toml").write_text(CASE.replace("SCALE", str(scale)))
    return load_case(folder / "module.toml")


def test_a_hollow_hull_is_its_cavity_and_check_says_so(tmp_path):
    hollow = check_case(case_with(tmp_path, tube(0.9, 2.4).merge(tube(0.88, 2.36, 0.02))))
    (line,) = (line for line in hollow["warnings"] if "skins" in line)
    assert line.startswith("vessel.file: hull.stl: two skins, one inside the other: the gas is taken to fill the inner")
    plain = check_case(case_with(tmp_path, tube(0.88, 2.36, 0.02)))
    assert not [line for line in plain["warnings"] if line.startswith("vessel")]
    for quantity in ("open_volume", "wall_area"):
        assert hollow["cut_cells"][quantity] == pytest.approx(plain["cut_cells"][quantity], rel=1e-9)
    assert plain["cut_cells"]["wall_area"] == pytest.approx(tube(0.88, 2.36).area, rel=5e-3)


@pytest.mark.parametrize(
    ("scale", "unit", "message"),
    [
        (
            1,
            1e-3,
            r"1: makes a vessel of 2400 x .*500 m a side \(scale 0\.001 for a file in mm makes 2\.4 x 1\.8 x 1\.8",
        ),
        (0.001, 1, r"0\.001: makes a vessel of 0\.0024 x .*\(scale 1 for a file in m makes 2\.4 x 1\.8 x 1\.8 m\)$"),
        (10, 0.0254, r"10: makes a vessel of 944\.9 x .*\(scale 0\.0254 for a file in inches makes 2\.4 x 1\.8 x"),
    ],
)
def test_a_scale_that_makes_no_vessel_is_refused_with_the_likely_one(tmp_path, scale, unit, message):
    with pytest.raises(CaseError, match=rf"module\.toml: vessel\.scale: {message}"):
        case_with(tmp_path, tube(0.9, 2.4), scale, unit)


def test_a_scale_that_makes_an_unlikely_vessel_is_warned_of(tmp_path):
    case = case_with(tmp_path, tube(60.0, 240.0, -1.0), 1)
    assert vessel_notes(case) == [
        "vessel.scale: 1 makes a vessel of 240 x 120 x 120 m (scale 0.0254 for a file in inches makes "
        "6.096 x 3.048 x 3.048 m)"
    ]
    assert vessel_notes(case_with(tmp_path, tube(0.9, 2.4), 1)) == []


def test_an_object_outside_is_told_where_the_vessel_lies(tmp_path):
    """An STL file has its own origin, which the case's text does not show."""
    with pytest.raises(
        CaseError, match=r"R1 reaches 1\.2 m outside the .*\(-2, -0\.9, -0\.9\) and \(0\.4, 0\.9, 0\.9\) m$"
    ):
        case_with(tmp_path, tube(0.9, 2.4, -2.0))


def test_a_file_that_was_written_anew_is_read_anew(tmp_path):
    """Also where the bounds, and so the grid, have stayed."""
    case = case_with(tmp_path, tube(0.9, 2.4))
    full = geometry_of(case, 1.0).domain.cut.open_volume
    kept = tube(0.9, 2.4)
    corner = (kept.points[:, 0] > 1) & (kept.points[:, 1] > 0.6)
    kept.points[corner, 1] -= 0.3  # the tube tapers on one side
    kept.save(tmp_path / "hull.stl")
    assert geometry_of(case, 1.0).domain.cut.open_volume < 0.99 * full


def test_a_file_that_is_gone_does_not_cost_the_result(tmp_path):
    case = case_with(tmp_path, tube(0.9, 2.4))
    (tmp_path / "hull.stl").unlink()
    (line,) = vessel_notes(case)
    assert line.startswith("vessel.file: ")
    assert line.endswith(": no such file")
