"""A vessel from an STL file: against the analytic shape, and what of a drawing is taken, mended or refused."""

import numpy as np
import pytest
import pyvista as pv

from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Cylinder, Sphere
from jamsu.geometry.stl import StlShape
from jamsu.geometry.stl_checks import winding_number


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


# --- Drawings with faults that leave one inside ----------------------------------------------------------------------


def tube(radius=0.9, length=2.4, start=0.0):
    """A capped cylinder along x with 40 facets, its corners each once."""
    middle = (start + length / 2, 0, 0)
    drawn = pv.Cylinder(center=middle, direction=(1, 0, 0), radius=radius, height=length, resolution=40)
    return drawn.triangulate().clean()


SKIN = tube(0.88, 2.36, 0.02)  # the inside of a hull of 20 mm


def turned(mesh, step=1):
    """With the corners of every `step`-th triangle in the other order."""
    faces = mesh.regular_faces.copy()
    faces[::step] = faces[::step, ::-1]
    return pv.PolyData.from_regular_faces(mesh.points, faces)


def together(*meshes):
    """All triangles in one file, also those that coincide."""
    shifts = np.cumsum([0, *(mesh.n_points for mesh in meshes)])
    faces = [mesh.regular_faces + shift for mesh, shift in zip(meshes, shifts, strict=False)]
    return pv.PolyData.from_regular_faces(np.concatenate([mesh.points for mesh in meshes]), np.concatenate(faces))


def with_needle(mesh):
    """With a triangle without height: one edge has a third corner on it."""
    a, b, c = mesh.regular_faces[0]
    middle, new = (mesh.points[a] + mesh.points[b]) / 2, mesh.n_points
    faces = [*mesh.regular_faces[1:], [a, new, c], [new, b, c], [a, b, new]]
    return pv.PolyData.from_regular_faces(np.vstack([mesh.points, middle]), faces)


def bent(turn):
    """A square bar, bent to a ring by an angle (rad): above 2 pi its ends run into each other."""
    bar = pv.Box(bounds=(0, 1, -0.5, 0.5, -0.5, 0.5), level=15).triangulate().clean()
    x, y, z = np.asarray(bar.points, float).T
    radius = 2 + y / 2
    bar.points = np.stack([radius * np.cos(turn * x), radius * np.sin(turn * x), z / 2 + 0.03 * x], axis=1)
    return bar


def read(tmp_path, mesh, **options):
    mesh.save(tmp_path / "drawn.stl")
    return StlShape(tmp_path / "drawn.stl", **options)


ACCEPTED = {
    "as it should be": (tube(), tube(), ""),
    "all normals inwards": (turned(tube()), tube(), ""),
    "some normals inwards": (turned(tube(), 3), tube(), ""),
    "a triangle without height": (with_needle(tube()), tube(), ""),
    "seven triangles twice": (
        pv.PolyData.from_regular_faces(tube().points, np.vstack([tube().regular_faces, tube().regular_faces[:7]])),
        tube(),
        "7 of 163 triangles are in the file twice",
    ),
    "everything twice": (together(tube(), tube()), tube(), "156 of 312 triangles are in the file twice"),
    "a hull's two skins": (together(tube(), SKIN), SKIN, "two skins, one inside the other: the gas is taken to fill"),
    "two skins, inner first, inwards": (together(turned(SKIN), tube()), SKIN, "the inner one (5.7"),
    "two skins, the outer inwards": (together(turned(tube()), SKIN), SKIN, "m3 of 6.0"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_gas_and_its_wall_are_those_of_the_drawing(tmp_path, name):
    """Volume by the divergence theorem and area of the triangles, as drawn; what the cut cells make of them."""
    mesh, gas, note = ACCEPTED[name]
    drawn = read(tmp_path, mesh)
    assert drawn.volume == pytest.approx(gas.volume, rel=1e-6)
    assert drawn.area == pytest.approx(gas.area, rel=1e-6)
    assert (len(drawn.notes), note in "".join(drawn.notes)) == (bool(note), True)
    np.testing.assert_allclose(np.ravel(drawn.bounds()), np.ravel(np.reshape(gas.bounds, (3, 2)).T), atol=1e-6)
    lower, upper = drawn.bounds()
    cut = cut_cells(Grid.uniform(lower, upper, (24, 18, 18)), drawn)
    assert cut.open_volume == pytest.approx(drawn.volume, rel=2e-3)
    assert cut.total_wall_area == pytest.approx(drawn.area, rel=5e-3)


def test_the_sign_is_right_everywhere_beside_a_triangle_without_height(tmp_path):
    drawn = read(tmp_path, with_needle(pv.Cube().triangulate().clean()))
    points = np.random.default_rng(1).uniform(-1, 1, (20_000, 3))
    np.testing.assert_array_equal(drawn(points) < 0, np.max(np.abs(points), axis=1) < 0.5)


def test_triangles_that_are_edges_leave_no_gap(tmp_path):
    a, b, _ = tube().regular_faces[0]
    drawn = read(tmp_path, pv.PolyData.from_regular_faces(tube().points, [*tube().regular_faces, [a, a, b]]))
    whole = read(tmp_path, tube())
    assert (drawn.volume, drawn.area) == pytest.approx((whole.volume, whole.area), rel=1e-12)


# --- Drawings without one inside -------------------------------------------------------------------------------------

ONE = r"expected one around the gas \(parts that touch or overlap: join them\), or a hull's outer and inner skin$"
REFUSED = {
    "side by side": (
        together(tube(), tube(0.5, 1.0, 4.0)),
        rf"^2 closed surfaces in one file \(of 6\.082, 0\.7822 m3\), not one inside the other: {ONE}",
    ),
    "overlapping": (together(tube(), tube(0.5, 2.0, 1.5)), rf"not one inside the other: {ONE}"),
    "three skins": (
        together(tube(), SKIN, tube(0.8, 2.2, 0.1)),
        rf"^3 closed surfaces in one file \(of 6\.082, 5\.718, 4\.405 m3\): {ONE}",
    ),
    "two hulls": (together(tube(), SKIN, tube(0.9, 2.4, 4.0), tube(0.88, 2.36, 4.02)), rf"^4 closed surfaces .*{ONE}"),
    "a thing within": (
        together(tube(), tube(0.2, 0.5, 1.0)),
        rf"^2 closed .*, the inner too small for a hull's inner skin: {ONE}",
    ),
    "two that share a wall": (
        together(pv.Cube().triangulate(), pv.Cube(center=(1, 0, 0)).triangulate()),
        r"^more than two triangles meet at 4 edges: expected one closed surface \(parts that touch: join",
    ),
    "crossing itself": (bent(6.9), r"^the surface crosses itself near 1\.\d+, \S+, \S+ m: it has no inside there$"),
    "one side": (
        pv.ParametricFigure8Klein().triangulate().clean(),
        r"^the surface has one side only: expected one with an inside$",
    ),
    "a sheet with two sides": (
        pv.Box(bounds=(0, 1, 0, 1, 0, 1e-5)).triangulate().clean(),
        r"^encloses no volume: expected a closed surface around the gas$",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_one_inside_is_refused(tmp_path, name):
    mesh, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        read(tmp_path, mesh)


def test_a_ring_whose_ends_do_not_meet_does_not_cross_itself(tmp_path):
    assert read(tmp_path, bent(5.5)).volume == pytest.approx(bent(5.5).volume, rel=1e-5)


def test_the_winding_number_tells_inside_from_outside():
    points, faces = np.asarray(SKIN.points, float), SKIN.regular_faces
    for place, times in (((1.2, 0.3, 0.1), 1), ((1.2, 0.95, 0.0), 0), ((0.01, 0.0, 0.0), 0)):
        assert winding_number(points, faces, np.array(place)) == pytest.approx(times, abs=1e-9)


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
