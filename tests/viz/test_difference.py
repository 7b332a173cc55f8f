"""The picture of a difference: one scale about zero."""

import numpy as np
import pytest
from PIL import Image
from synthetic import synthetic_result

from jamsu.cases.errors import CaseError
from jamsu.cases.results.comparison import difference
from jamsu.viz import gl, overlay
from jamsu.viz.difference import render_difference, scale_about_zero
from jamsu.viz.scene import read_scene


def warmer(kelvin, status="converged"):
    tree = synthetic_result(cells=(24, 14, 14), status=status)
    interior, racks = tree["interior"].to_dataset(), tree["racks"].to_dataset()
    tree["interior"].dataset = interior.assign(temperature=interior["temperature"] + kelvin)
    tree["racks"].dataset = racks.assign(inlet_temperature=racks["inlet_temperature"] + kelvin)
    return tree


@pytest.mark.parametrize("kelvin", [3.0, -3.0])
def test_the_scale_is_even_about_zero_and_holds_the_change(kelvin):
    scene = read_scene(difference(warmer(0), warmer(kelvin), "temperature"), "temperature", differs=True)
    scale = scale_about_zero(scene)
    assert scale.limits[0] == -scale.limits[1]
    assert scale.limits[1] >= 3.0
    assert scale.heading == "Temperature, second less first (K)"
    assert not scale.above
    assert not scale.below
    centre = np.array(scale.colours(scale.share(0.0))[:3])
    assert centre.min() > 0.9  # no change is white


def test_warmer_is_red_and_colder_is_blue_and_labels_say_how_much(tmp_path, monkeypatch):
    try:
        gl.prepare()
    except gl.GraphicsError as error:
        pytest.skip(str(error))
    written = []
    write = overlay.text

    def text(plotter, words, *arguments, **options):
        written.append(words)
        return write(plotter, words, *arguments, **options)

    monkeypatch.setattr(overlay, "text", text)

    def drawn(kelvin, **options):
        written.clear()
        path = render_difference(
            warmer(0), warmer(kelvin, **options), ("a", "b"), tmp_path / "d.png", size=(800, 450), view="section"
        )
        image = np.asarray(Image.open(path).convert("RGB")).astype(int)[60:250]
        return (image[..., 0] - image[..., 2] > 60).mean(), (image[..., 2] - image[..., 0] > 60).mean()

    red, blue = drawn(3.0)
    assert red > 0.05 > blue
    assert any("+3.00" in words for words in written)
    assert "b less a" in written
    red, blue = drawn(-3.0, status="not converged")
    assert blue > 0.05 > red
    assert any("-3.00" in words for words in written)
    assert any(words.startswith("NOT CONVERGED: b") for words in written)


def test_mistakes_are_one_line(tmp_path):
    for options, message in (({"view": "inside"}, "unknown view"), ({"field": "smoke"}, "not in both results")):
        with pytest.raises(CaseError, match=message):
            render_difference(warmer(0), warmer(1), ("a", "b"), tmp_path / "d.png", **options)
    with pytest.raises(CaseError, match=r"ends in \.png"):
        render_difference(warmer(0), warmer(1), ("a", "b"), tmp_path / "d.jpg")
