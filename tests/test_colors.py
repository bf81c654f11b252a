"""Colours as numbers and as texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.colors import Rgba

PARTS = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(("byte", "part"), [(byte, byte / 255) for byte in (0, 1, 10, 127, 128, 254, 255)])
def test_bytes_come_back_as_they_were(byte, part):
    assert Rgba(part, 0, 0).octets.red == byte


def test_halves_are_rounded_up():
    assert Rgba(0.5, 0.5 / 255, 2.5 / 255).octets[:3] == (128, 1, 3)


def test_figmas_single_precision_does_no_harm():
    assert Rgba(0.03921568766236305, 0.8117647171020508, 0.5137255191802979).hex == "0ACF83"


def test_what_lies_outside_of_the_gamut_is_cut_off():
    assert Rgba(-0.1, 1.2, 0.5, 3).argb == "FF00FF80"
    assert Rgba(-0.1, 1.2, 0.5, 3).fixed == ("0.000", "1.000", "0.500", "1.000")


@given(PARTS, PARTS, PARTS, PARTS)
def test_every_colour_has_eight_digits(red, green, blue, alpha):
    value = Rgba(red, green, blue, alpha)

    assert len(value.argb) == 8
    assert bytes.fromhex(value.argb) == bytes([value.octets.alpha, *value.octets[:3]])
    assert all(
        abs(float(text) - part) <= 0.0005 for text, part in zip(value.fixed, (red, green, blue, alpha), strict=True)
    )


def test_an_alpha_that_is_written_as_one_is_opaque():
    assert Rgba(0, 0, 0, 0.9999).is_opaque
    assert not Rgba(0, 0, 0, 0.999).is_opaque
