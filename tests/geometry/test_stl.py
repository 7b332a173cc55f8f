"""A vessel from an STL file against the analytic shape."""

import numpy as np
import pytest
import pyvista as pv

from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Cylinder, Sphere
from jamsu.geometry.stl import StlShape


def test_cylinder_agrees_with_the_analytic_one(tmp_path):
    # Millimetres in the file, metres here.
    pv.Cylinder(center=(500, 0, 0), direction=(1, 0, 0), radius=500, height=1000, resolution=200).save(
        tmp_path / "c.stl"
    )
    drawn, exact = StlShape(tmp_path / "c.stl", scale=1e-3), Cylinder((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), 0.5)
    points = np.random.default_rng(2).uniform(-0.7, 1.2, (500, 3))
    np.testing.assert_allclose(drawn(points), exact(points), atol=2e-4)
    np.testing.assert_allclose(drawn.bounds(), exact.bounds(), atol=2e-4)
    grid = Grid.uniform((-0.1, -0.6, -0.6), (1.1, 0.6, 0.6), (24, 24, 24))
    ours, theirs = cut_cells(grid, drawn), cut_cells(grid, exact)
    assert ours.open_volume == pytest.approx(np.pi / 4, rel=2e-3)
    assert ours.total_wall_area == pytest.approx(1.5 * np.pi, rel=4e-3)
    assert np.abs(ours.volume_fraction - theirs.volume_fraction).max() < 0.03
    assert ours.statistics()["closure_error"] < 1e-14
    # The ends lie on grid planes: closed there.
    assert not ours.aperture_x[[2, 22]].any()


def test_sphere_agrees_with_the_analytic_one(tmp_path):
    mesh = pv.Sphere(radius=0.5, center=(0.013, 0.007, 0.002), theta_resolution=90, phi_resolution=90)
    mesh.save(tmp_path / "s.stl")
    drawn, exact = StlShape(tmp_path / "s.stl"), Sphere((0.013, 0.007, 0.002), 0.5)
    grid = Grid.uniform((-0.6,) * 3, (0.6,) * 3, (24, 24, 24))
    ours, theirs = cut_cells(grid, drawn), cut_cells(grid, exact)
    assert ours.open_volume == pytest.approx(theirs.open_volume, rel=2e-3)
    assert ours.total_wall_area == pytest.approx(theirs.total_wall_area, rel=2e-3)
    assert ours.open_volume == pytest.approx(mesh.volume, rel=2e-3)


def test_turned_inside_out_is_the_same_inside(tmp_path):
    mesh = pv.Cube().triangulate()
    mesh.flip_faces(inplace=True)
    mesh.save(tmp_path / "flipped.stl")
    assert StlShape(tmp_path / "flipped.stl")(np.zeros((1, 3))) == pytest.approx(-0.5)


def test_what_is_not_a_closed_surface_is_refused(tmp_path):
    pv.Cylinder(capping=False).triangulate().save(tmp_path / "open.stl")
    with pytest.raises(ValueError, match=r"^not a closed surface \(200 open edges\)"):
        StlShape(tmp_path / "open.stl")
    with pytest.raises(FileNotFoundError, match="No such file"):
        StlShape(tmp_path / "none.stl")
    with pytest.raises(IsADirectoryError):
        StlShape(tmp_path)
    pv.Sphere().save(tmp_path / "s.stl")
    with pytest.raises(ValueError, match="scale"):
        StlShape(tmp_path / "s.stl", scale=0.0)


@pytest.mark.parametrize("content", ["", "junk", "solid a\nendsolid a\n", "half a sphere"])
def test_what_is_no_stl_file_is_refused_without_a_word_of_vtk(tmp_path, capfd, recwarn, content):
    path = tmp_path / "bad.stl"
    path.write_text(content)
    if content == "half a sphere":
        pv.Sphere().save(path)
        path.write_bytes(path.read_bytes()[:30_000])
    with pytest.raises(ValueError, match=r"^not an STL file"):
        StlShape(path)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
