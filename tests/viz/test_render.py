"""Pictures, drawn small: something is seen, and what is seen follows the result."""

import functools
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from synthetic import synthetic_result, write_result

from jamsu.cases.errors import CaseError
from jamsu.viz import gl, overlay
from jamsu.viz.overlay import BAR_LEFT, BAR_RIGHT
from jamsu.viz.render import VIEWS, render
from jamsu.viz.scale import ABOVE, scales
from jamsu.viz.scene import read_scene

SIZE = (480, 270)
CASE = """
[fans.stir]
position = "1.8, -1.2, 0.3 m"
size = "0.8, 0.6, 0 m"
direction = "+z"
flow = "0.3 m3/s"
"""


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


def test_slice_and_bar_have_the_same_colours_and_what_is_off_the_scale_its_own(graphics, tmp_path):
    tree = synthetic_result()
    interior = tree["interior"].to_dataset()
    values = np.full_like(interior["temperature"], 21.0)
    values[..., :4, :, :] = 16.0  # two layers: half a metre of cold gas below,
    values[:, -1, :, :] = 60.0  # and a thin hot one along the top
    tree["interior"].dataset = interior.assign(temperature=(interior["temperature"].dims, values))
    image = picture(write_result(tmp_path / "a.vtkhdf", tree), tmp_path / "a.png", view="section")
    gas, _ = scales(read_scene(tree, "temperature", "section"))
    share = (21.0 - gas.limits[0]) / (gas.limits[1] - gas.limits[0])
    expected = np.round(255 * np.array(gas.colours(share)[:3]))
    assert (np.abs(middle(image) - expected).max(axis=-1) <= 3).mean() > 0.05
    row = image[round((1 - 0.095) * SIZE[1])]  # through the bar
    place = round((BAR_LEFT + share * (BAR_RIGHT - BAR_LEFT)) * SIZE[0])
    assert np.abs(row[place] - expected).max() <= 12
    beyond = np.round(255 * np.array(to_rgb(ABOVE)))
    assert (np.abs(middle(image) - beyond).max(axis=-1) <= 8).sum() > 20
    assert (np.abs(row - beyond).max(axis=-1) <= 3).sum() > 2  # beside the bar


def test_fixtures_are_drawn(graphics, result, seen, tmp_path):
    tree = synthetic_result()
    tree.attrs["case"] = CASE
    image = picture(write_result(tmp_path / "a.vtkhdf", tree), tmp_path / "a.png", view="top")
    plain = picture(result, seen, view="top")

    def violet(image):
        shown = middle(image)
        return ((shown[..., 2] - shown[..., 1] > 40) & (shown[..., 0] - shown[..., 1] > 25)).mean()

    assert violet(plain) < 0.001
    assert violet(image) > 0.003  # the fan


@pytest.mark.parametrize("stem", ["R", 20 * "long-"])
def test_racks_are_named_where_their_names_fit(graphics, tmp_path, monkeypatch, stem):
    tree = synthetic_result()
    racks = tree["racks"].to_dataset()
    names = [f"{stem}{index}" for index in range(racks.sizes["rack"])]
    tree["racks"].dataset = racks.assign_coords(rack=names)
    written = []

    def text(plotter, words, *arguments, **options):
        written.append(words)
        return draw_text(plotter, words, *arguments, **options)

    draw_text = overlay.text
    monkeypatch.setattr(overlay, "text", text)
    picture(write_result(tmp_path / "a.vtkhdf", tree), tmp_path / "a.png", view="top")
    labels = [words.split() for words in written if re.fullmatch(r" ((\S+) )?\d+\.\d ", words)]
    assert len(labels) == len(names)
    if stem == "R":
        assert sorted(label[0] for label in labels) == names
    else:
        assert all(len(label) == 1 for label in labels)


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
