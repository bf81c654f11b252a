"""Content identities are stable, and differ when anything in them differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.hashing import checksum, digest, identity

TEXTS = st.lists(st.text(st.characters(codec=None), max_size=8), max_size=4)


def test_digests_are_those_of_xxh3():
    # The published test vectors for no input: other tools can check what we remember.
    assert digest(b"") == "99aa06d3014798d86001c324468d497f"
    assert checksum(b"") == "2d06800538d394c2"


@given(TEXTS, TEXTS)
def test_identities_are_equal_for_equal_lists_of_texts_only(first, second):
    assert (identity(*first) == identity(*second)) is (first == second)


def test_identities_know_where_one_text_ends_and_the_next_begins():
    assert (
        len({identity("a", "bc"), identity("ab", "c"), identity("abc"), identity("", "abc"), identity("a\x00bc")}) == 5
    )


@given(st.binary(min_size=1, max_size=64), st.data())
def test_a_changed_bit_changes_digest_and_checksum(body, draw):
    position = draw.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[position // 8] ^= 1 << position % 8

    assert digest(bytes(changed)) != digest(body)
    assert checksum(bytes(changed)) != checksum(body)
