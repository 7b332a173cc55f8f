"""Pictures, drawn small: something is seen, and what is seen follows the result."""

import functools

import numpy as np
import pytest
from PIL import Image
from synthetic import synthetic_result

from cases.errors import CaseError
from cases.result_file import write_result
from viz import gl
from viz.render import VIEWS, render

SIZE = (480, 270)


@pytest.fixture(scope="module")
def graphics():
    try:
        gl.prepare()
    except gl.GraphicsError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Where the picture of `result` goes that several tests look at."""
    return tmp_path_factory.mktemp("seen") / "a.png"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return write_result(tmp_path_factory.mktemp("result") / "a.vtkhdf", synthetic_result())


@functools.lru_cache
def picture(result, path, **options):
    return np.asarray(Image.open(render(result, path, size=SIZE, **options)).convert("RGB")).astype(int)


def middle(image):
    """The part of a picture without title and caption."""
    return image[int(0.12 * SIZE[1]) : int(0.76 * SIZE[1])]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_module(graphics, result, seen, view):
    image = picture(result, seen, view=view)
    assert image.shape == (SIZE[1], SIZE[0], 3)
    shown = middle(image)
    assert shown.std() > 15
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 500
    blue = (shown[..., 2] - shown[..., 0] > 50).mean()
    assert blue > 0.03  # cold racks and gas


def test_rack_colours_follow_the_inlet_temperature(graphics, result, seen, tmp_path):
    hot = synthetic_result()
    racks = hot["racks"].to_dataset()
    hot["racks"].dataset = racks.assign(inlet_temperature=racks["inlet_temperature"] * 0 + 31.0)
    other = write_result(tmp_path / "hot.vtkhdf", hot)

    def red(image):
        shown = middle(image)
        return ((shown[..., 0] - shown[..., 2] > 60) & (shown[..., 0] > 150)).mean()

    cool_picture, hot_picture = picture(result, seen, view="cutaway"), picture(other, tmp_path / "b.png")
    assert red(hot_picture) > red(cool_picture) + 0.05


def test_an_unsettled_run_is_marked_in_red(graphics, result, seen, tmp_path):
    bad = write_result(tmp_path / "bad.vtkhdf", synthetic_result(status="not converged"))

    def alarm(image):
        words = image[int(0.76 * SIZE[1]) :, : SIZE[0] // 2]
        return int(((words[..., 0] > 140) & (words[..., 0] - words[..., 1] > 60)).sum())

    assert alarm(picture(result, seen, view="cutaway")) == 0
    assert alarm(picture(bad, tmp_path / "b.png")) > 50


def test_another_field(graphics, result, tmp_path):
    assert middle(picture(result, tmp_path / "a.png", field="velocity", view="section")).std() > 15


@pytest.mark.parametrize(
    ("options", "name", "message"),
    [
        ({"view": "inside"}, "a.png", "view: inside: unknown view; one of cutaway"),
        ({}, "a.jpg", r"expected a name that ends in \.png"),
        ({}, "no/a.png", r"no/a\.png: cannot write the picture"),
        ({"field": "smoke"}, "a.png", "field: smoke: not in the result"),
    ],
)
def test_mistakes_are_one_line(result, tmp_path, options, name, message):
    with pytest.raises(CaseError, match=message) as caught:
        render(result, tmp_path / name, **options)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_result(tmp_path):
    with pytest.raises(CaseError, match=r"none\.vtkhdf: no such file"):
        render(tmp_path / "none.vtkhdf", tmp_path / "a.png")
