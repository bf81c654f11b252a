from exfig_mp.exporters.android import Android, AndroidIcons, AndroidImages, Drawables
from exfig_mp.exporters.settings import Common, Figma
from exfig_mp.model import Asset, Node

LIGHT = Node(file_key="f", version="1", id="1:1")
DARK = Node(file_key="f", version="1", id="1:2")
PAIR = Asset(name="add", source_name="Add", light=LIGHT, dark=DARK)


def entries(**more):
    return Android(main_res="app/res/", **more).entries(Figma(light_file_id="f"), Common())


def paths(exporter):
    return [file.path for file in exporter.files([PAIR])]


def test_icons_are_vectors_in_drawable_and_its_night_twin():
    (entry,) = entries(icons=(AndroidIcons(output="./icons/"),))

    assert paths(entry.exporter) == ["app/res/icons/drawable-night/add.svg", "app/res/icons/drawable/add.svg"]
    assert "VectorDrawable" in entry.warnings[0]
    assert entry.naming.style == "snake_case"


def test_images_have_a_folder_for_each_density():
    (entry,) = entries(images=(AndroidImages(output="img", format="png"),))

    densities = ["hdpi", "mdpi", "xhdpi", "xxhdpi", "xxxhdpi"]
    assert set(paths(entry.exporter)) == {
        f"app/res/img/drawable-{night}{density}/add.png" for night in ("", "night-") for density in densities
    }
    assert {file.render.scale for file in entry.exporter.files([PAIR])} == {1.0, 1.5, 2.0, 3.0, 4.0}


def test_a_single_scale_fits_all_densities():
    (entry,) = entries(images=(AndroidImages(output="img", format="png", scales=(2, 2)),))

    assert paths(entry.exporter) == ["app/res/img/drawable-night/add.png", "app/res/img/drawable/add.png"]
    assert {file.render.scale for file in entry.exporter.files([PAIR])} == {2.0}


def test_vector_images_lie_where_icons_lie():
    (entry,) = entries(images=(AndroidImages(output="img", format="svg"),))

    assert paths(entry.exporter) == ["app/res/img/drawable-night/add.svg", "app/res/img/drawable/add.svg"]


def test_what_is_not_done_is_said():
    both = entries(
        icons=(AndroidIcons(output="i", compose_package_name="p"),),
        images=(AndroidImages(output="img", format="png", source_format="svg"),),
    )

    assert [len(entry.warnings) for entry in both] == [2, 1]


def test_drawables_need_no_index():
    assert Drawables(folder="r", format="svg").index([PAIR], set()) == ()
