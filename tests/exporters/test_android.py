import msgspec
import pytest

from exfig_mp.conversions import ImageVector, Raster, VectorDrawable, Webp
from exfig_mp.exporters.android import Android, AndroidIcons, AndroidImages, Drawables
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.placing import Picture
from exfig_mp.exporters.settings import Common, CommonAssets, Figma, WebpOptions
from exfig_mp.model import Asset, Node, Variant, Variants

LIGHT = Node(file_key="f", version="1", id="1:1")
DARK = Node(file_key="f", version="1", id="1:2")
PAIR = Asset(name="add", source_name="Add", light=LIGHT, dark=DARK)


def entries(**more):
    return Android(main_res="app/res/", **more).entries(Figma(light_file_id="f"), Common())


def paths(exporter):
    return [file.path for file in exporter.files([PAIR])]


def test_icons_are_vectors_in_drawable_and_its_night_twin():
    (entry,) = entries(icons=(AndroidIcons(output="./icons/"),))

    assert paths(entry.exporter) == ["app/res/icons/drawable-night/add.xml", "app/res/icons/drawable/add.xml"]
    assert entry.naming.style == "snake_case"
    assert entry.warnings == ()


def test_vectors_are_made_of_one_svg_for_each_appearance():
    (entry,) = entries(icons=(AndroidIcons(output="icons", path_precision=2),))

    files = entry.exporter.files([PAIR])

    assert {(file.render.node, file.render.format, file.render.scale) for file in files} == {
        (LIGHT, "svg", 1.0),
        (DARK, "svg", 1.0),
    }
    assert {file.steps for file in files} == {(VectorDrawable(precision=2),)}


def test_vectors_for_right_to_left_layouts_are_mirrored_in_both_appearances():
    (entry,) = entries(icons=(AndroidIcons(output="icons", path_precision=2),))
    back = Asset(name="back", source_name="Back", light=LIGHT, dark=DARK, right_to_left=True)

    light_and_dark, others = entry.exporter.files([back]), entry.exporter.files([PAIR])

    assert {file.steps for file in light_and_dark} == {(VectorDrawable(precision=2, right_to_left=True),)}
    assert {file.steps for file in others} == {(VectorDrawable(precision=2),)}


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

    assert paths(entry.exporter) == ["app/res/img/drawable-night/add.xml", "app/res/img/drawable/add.xml"]
    assert {file.steps for file in entry.exporter.files([PAIR])} == {(VectorDrawable(precision=4),)}


def test_code_that_cannot_be_written_is_said():
    icons = AndroidIcons(output="i", compose_package_name="p")
    told = "Icons.kt is not written: it needs mainSrc and resourcePackage of android"

    (without,) = entries(icons=(icons,))
    (with_code,) = entries(icons=(icons,), main_src="src", resource_package="r")

    assert (without.code, without.warnings) == (None, (told,))
    assert with_code.code
    assert with_code.warnings == ()


def test_webp_is_made_of_what_figma_draws():
    (entry,) = entries(images=(AndroidImages(output="img", format="webp", scales=(1, 2)),))

    small, large = (file for file in entry.exporter.files([Asset("add", "Add", LIGHT)]))

    assert (small.path, large.path) == ("app/res/img/drawable-mdpi/add.webp", "app/res/img/drawable-xhdpi/add.webp")
    assert (small.render.format, small.render.scale, large.render.scale) == ("png", 1.0, 2.0)
    assert small.steps == large.steps == (Webp(),)


def test_all_scales_are_drawn_here_from_one_svg():
    options = WebpOptions(encoding="lossless")
    images = AndroidImages(output="img", format="webp", scales=(1, 2), source_format="svg", webp_options=options)
    (entry,) = entries(images=(images,))

    small, large = (file for file in entry.exporter.files([Asset("add", "Add", LIGHT)]))

    assert small.render == large.render
    assert (small.render.format, small.render.scale) == ("svg", 1.0)
    assert small.steps == (Raster(1.0), Webp(lossless=True))
    assert large.steps == (Raster(2.0), Webp(lossless=True))


def test_drawables_need_no_index():
    assert Drawables(folder="r", picture=Picture(format="svg")).index([PAIR], set()) == ()


def test_image_vectors_lie_below_the_source_folder_of_their_package():
    icons = AndroidIcons(
        output="i", compose_format="imageVector", compose_package_name="com.app.in", compose_extension_target="a.Icons",
        path_precision=3, strict_path_validation=True,
    )  # fmt: skip
    (entry,) = entries(main_src="app/src", icons=(icons,))

    dark, light = sorted(entry.exporter.files([PAIR]), key=lambda file: file.render.node != PAIR.dark)

    assert (light.path, dark.path) == ("app/src/com/app/in/Add.kt", "app/src/com/app/in/AddDark.kt")
    expected = ImageVector("Add", "com.app.`in`", "a.Icons", precision=3, strict=True)
    assert light.steps == (expected,)
    assert dark.steps == (msgspec.structs.replace(expected, name="AddDark"),)
    assert entry.warnings == ()


def test_image_vectors_need_a_package_and_a_source_folder():
    android = Android(main_res="r", icons=(AndroidIcons(output="i", compose_format="imageVector"),))

    assert android.problems() == [
        (("icons", 0, "composePackageName"), "is required for composeFormat: imageVector"),
        (("mainSrc",), "is required for composeFormat: imageVector"),
    ]


@pytest.mark.parametrize("strict", [True, False])
def test_what_is_common_says_whether_long_paths_are_refused_unless_the_icons_do(strict):
    common = Common(icons=CommonAssets(strict_path_validation=strict))
    android = Android(
        main_res="r",
        icons=(AndroidIcons(output="a"), AndroidIcons(output="b", strict_path_validation=not strict)),
        images=(AndroidImages(output="c", format="svg"),),
    )

    built = android.entries(Figma(light_file_id="f"), common)

    steps = [entry.exporter.files([PAIR])[0].steps[0] for entry in built]
    assert [step.strict for step in steps if isinstance(step, VectorDrawable)] == [strict, not strict, False]


def test_two_icons_of_one_name_in_code_are_both_named_and_left_out():
    icons = AndroidIcons(output="i", compose_format="imageVector", compose_package_name="p")
    (entry,) = entries(main_src="s", icons=(icons,))
    nodes = [Variant(name, Node("f", "1", str(n))) for n, name in enumerate(("a_1", "a1", "b"))]

    pairing = pair(Variants(tuple(nodes)), entry.naming, "android")

    assert [asset.name for asset in pairing.assets] == ["b"]
    assert pairing.problems == ("'a1' and 'a_1' would have one name in code",)
