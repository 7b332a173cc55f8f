"""Pictures, drawn small: something is seen, and what is seen follows the result."""

import functools
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from synthetic import synthetic_result, write_result

from jamsu.cases.errors import CaseError
from jamsu.viz import camera, gl, inlets, overlay, signs
from jamsu.viz.layout import Layout
from jamsu.viz.letters import width_of
from jamsu.viz.render import VIEWS, draw, render
from jamsu.viz.scale import ABOVE, INLET_LIMITS, scale_of
from jamsu.viz.scene import read_scene

SIZE = (960, 540)
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
    return image[int(0.12 * SIZE[1]) : int(0.6 * SIZE[1])]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_module(graphics, result, seen, view):
    image = picture(result, seen, view=view)
    assert image.shape == (SIZE[1], SIZE[0], 3)
    shown = middle(image)
    assert shown.std() > 15
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 500
    green = (shown[..., 1] - shown[..., 0] > 15).mean()
    assert green > 0.01  # racks and gas within the limits


def test_rack_colours_follow_the_inlet_temperature(graphics, result, seen, tmp_path):
    hot = synthetic_result()
    racks = hot["racks"].to_dataset()
    hot["racks"].dataset = racks.assign(inlet_temperature=racks["inlet_temperature"] * 0 + 36.0)
    other = write_result(tmp_path / "hot.vtkhdf", hot)

    def red(image):
        shown = middle(image)
        return ((shown[..., 0] - shown[..., 2] > 60) & (shown[..., 0] > 110)).mean()

    cool_picture, hot_picture = picture(result, seen, view="cutaway"), picture(other, tmp_path / "b.png")
    assert red(hot_picture) > red(cool_picture) + 0.03


@pytest.fixture
def drawn(graphics, monkeypatch):
    """Draw a tree; gives the picture, and what was written and laid out on the way."""

    def make(tree, size=(1200, 800), view="cutaway", **options):
        places, written = [], []
        lay, write = Layout.with_chart, overlay.text

        def with_chart(self, seen, wanted):
            places.append(lay(self, seen, wanted))
            return places[-1]

        def text(plotter, words, place, size, colour, **more):
            written.append((words, place, size))
            return write(plotter, words, place, size, colour, **more)

        monkeypatch.setattr(Layout, "with_chart", with_chart)
        for module in (overlay, signs, inlets):
            monkeypatch.setattr(module, "text", text)
        scene = read_scene(tree, "temperature", view)
        image = draw(scene, ("Title", None), size=size, **options).astype(int)
        return image, places[-1], written, scene

    return make


def like(image, colour, slack=12):
    """Where a picture has about the colour."""
    return np.abs(image - np.round(255 * np.array(to_rgb(colour)))).max(axis=-1) <= slack


def test_slice_and_bar_have_the_same_colours_and_what_is_off_the_scale_its_own(drawn):
    tree = synthetic_result()
    interior = tree["interior"].to_dataset()
    values = np.full_like(interior["temperature"], 21.0)
    values[..., :4, :, :] = 16.0  # two layers: half a metre of cold gas below,
    values[:, -1, :, :] = 90.0  # and a thin hot one along the top
    tree["interior"].dataset = interior.assign(temperature=(interior["temperature"].dims, values))
    image, layout, _, scene = drawn(tree, view="section")
    scale = scale_of(scene)
    expected = scale.colours(scale.share(21.0))[:3]
    left, bottom, right, top = layout.bar
    shown = image[int(800 - layout.free[3]) : int(800 - layout.free[1])]
    assert like(shown, expected, 3).mean() > 0.05
    bar = image[int(800 - top) : int(800 - bottom)]
    place = round(left + scale.share(21.0) * (right - left))
    assert like(bar[:, place], expected).sum() >= 0.9 * overlay.BAR_HEIGHT * layout.letter
    assert like(shown, ABOVE, 8).sum() > 20
    assert like(bar, ABOVE, 3).sum() > 100  # beside the bar


def test_the_inlet_limits_are_marked_along_the_bar(drawn):
    image, layout, written, scene = drawn(synthetic_result())
    scale = scale_of(scene)
    left, bottom, right, top = (int(end) for end in layout.bar)
    bar = image[800 - top : 800 - bottom]
    for band in INLET_LIMITS:
        rows = like(bar, band.colour, 3)
        longest = rows[rows.sum(axis=1).argmax()]  # the strip, not its patch in the notes
        found = np.flatnonzero(longest)[[0, -1]]
        wanted = [left + scale.share(end) * (right - left) for end in (band.low, band.high)]
        assert found == pytest.approx(wanted, abs=2)
        assert any(band.label in words for words, _, _ in written)


@pytest.mark.parametrize("view", VIEWS)
def test_the_axes_point_where_the_camera_sees_them(drawn, view):
    image, layout, written, scene = drawn(synthetic_result(), view=view)
    left, bottom, right, _ = layout.signs
    columns, rows = slice(int(left), int(right)), slice(800 - int(bottom + 6.2 * layout.letter), 800 - int(bottom) + 12)
    right_, up = camera.axes(scene.towards, scene.front)
    for name, axis in zip("xyz", np.eye(3), strict=True):
        seen = np.array([axis @ right_, axis @ up])
        found = np.argwhere(like(image[rows, columns], signs.AXIS_COLOURS[name], 40))
        assert len(found) > 15
        label = next(np.array(place) for words, place, _ in written if words == name)
        origin = np.array([(left + right) / 2 - 0.5 * layout.letter, bottom + 2.8 * layout.letter])
        if np.linalg.norm(seen) > 0.2:
            ahead = (label - origin) / np.linalg.norm(label - origin)
            assert ahead @ seen / np.linalg.norm(seen) > 0.99


def test_the_current_and_the_dimensions_are_drawn(drawn):
    tree = synthetic_result()
    tree.attrs["case"] = '[site]\nseawater_temperature = "12 degC"\ncurrent_speed = "0.5 m/s"'
    image, _, written, _ = drawn(tree, view="top")
    words = [words for words, _, _ in written]
    assert {"sea 12.0 °C", "current 0.50 m/s", "6 m", "2.8 m"} <= set(words)
    arrow = np.argwhere(like(image, signs.CURRENT, 20))
    head = arrow[arrow[:, 0] < arrow[:, 0].min() + 40]
    assert len(head) > 30
    plain, _, written, _ = drawn(synthetic_result(), view="top")
    assert not any(words.startswith("sea") for words, _, _ in written)
    assert like(plain, signs.CURRENT, 20).sum() < len(arrow) / 10


def test_the_vessel_is_left_out_on_demand(drawn):
    seen, bare = (drawn(synthetic_result(), view="section", hull=hull)[0] for hull in (True, False))
    assert (np.abs(seen - bare).max(axis=-1) > 20).mean() > 0.02


@pytest.mark.parametrize("size", [(800, 600), (600, 900), (1600, 900), (2400, 1600)])
def test_letters_can_be_read_and_stay_on_the_picture(drawn, size):
    _, layout, written, _ = drawn(synthetic_result(), size=size)
    assert min(letters for _, _, letters in written) >= 11 or size[0] < 800
    assert layout.letter >= 0.0165 * min(size[1], size[0] * 9 / 16) - 1e-9
    for words, (left, bottom), letters in written:
        assert -1 <= bottom <= size[1]
        assert left >= 0
        if words.strip() and left < 0.04 * size[0]:  # from the left margin
            assert left + width_of(words, letters) <= size[0]


def test_each_rack_has_its_class_in_the_chart(drawn):
    tree = synthetic_result()
    racks = tree["racks"].to_dataset()
    inlet = racks["inlet_temperature"].copy()
    inlet[1] = 30.0  # allowable
    inlet[2] = 38.0  # too hot for A1 and A2
    tree["racks"].dataset = racks.assign(inlet_temperature=inlet)
    image, layout, written, _ = drawn(tree, view="section", size=(1600, 900))
    assert layout.chart is not None
    classes = [words for words, place, _ in written if words in ("A1", "A2", "A3", "A4", "none")]
    assert classes == ["A1", "A1", "A3"]
    left, bottom, right, top = (int(end) for end in layout.chart)
    chart = image[900 - top : 900 - bottom, left:right]
    assert like(chart, overlay.WARNING, 3).sum() > 20
    assert like(chart, overlay.ALARM, 3).sum() > 20


def test_racks_without_values_are_named_in_the_legend(graphics, result, tmp_path, monkeypatch):
    written = []
    write = overlay.text

    def text(plotter, words, *arguments, **options):
        written.append(words)
        return write(plotter, words, *arguments, **options)

    monkeypatch.setattr(overlay, "text", text)
    picture(result, tmp_path / "a.png", field="velocity", view="top")
    assert "rack" in written
    written.clear()
    picture(result, tmp_path / "b.png", view="top")
    assert "rack" not in written


def test_a_picture_comes_whole_or_not_at_all(graphics, result, tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(CaseError, match="cannot write the picture"):
        render(result, path, size=SIZE)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


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
    labels = [words.split() for words in written if re.fullmatch(r" ((\S+) )?\d+\.\d (A1 )?", words)]
    assert len(labels) == len(names)
    if stem == "R":
        assert sorted(label[0] for label in labels) == names
    else:
        assert all(len(label) == 1 for label in labels)


def test_no_label_covers_another_and_the_hottest_stays(drawn):
    tree = synthetic_result()
    racks = tree["racks"].to_dataset()
    lower = racks["lower"].copy()
    lower[:, 0] = [0.9, 1.0, 1.1]  # three racks nearly in one place
    tree["racks"].dataset = racks.assign(lower=lower, upper=lower + (racks["upper"] - racks["lower"]))
    _, _, written, _ = drawn(tree, view="top", size=(800, 600))
    labels = [(words, place) for words, place, _ in written if re.fullmatch(r" \d+\.\d ", words)]
    assert labels[-1][0] == " 23.5 "
    assert len(labels) < 3


def test_an_unsettled_run_is_marked_in_red(graphics, result, seen, tmp_path):
    bad = write_result(tmp_path / "bad.vtkhdf", synthetic_result(status="not converged"))

    def alarm(image):
        words = image[int(0.6 * SIZE[1]) :, : SIZE[0] // 2]
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
