"""What a job makes of a render beside placing it: conversions, and the cache's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exfig_mp.cache import Store
from exfig_mp.conversions import Raster, Webp
from exfig_mp.download import Downloads
from exfig_mp.exchange import SessionOptions
from exfig_mp.hashing import digest, identity
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.model import Derived, Done, Failed, Job
from exfig_mp.retry import RetryPolicy
from exfig_mp.transfer import Transfer, TransferOptions

if TYPE_CHECKING:
    from pathlib import Path

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><path d="M0 0h24v24H0z"/></svg>'
NO_PICTURE = SVG.replace(b"<path", b'<image href="file:///etc/passwd"/><path')
RENDER = identity("a render")


@pytest.fixture
async def run(tmp_path):
    """Run a job whose bytes can only come from the store: nothing is allowed to be downloaded."""
    options = TransferOptions(retry=RetryPolicy(retries=0), store=str(tmp_path / "store"))
    with Limiter(LimiterOptions(path=str(tmp_path / "limiter"))) as limiter:
        async with Downloads(SessionOptions(connections=1, allowed_hosts=())) as session:
            transfer = Transfer(session, limiter, options, lambda _job, _event: None)
            yield transfer.run


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def derived(path: Path, *steps) -> Derived:
    return Derived(identity(str(path)), steps, (str(path),))


def job(*outputs: Derived, path: Path | None = None) -> Job:
    return Job(RENDER, "", "svg", (str(path),) if path else (), derived=outputs)


async def test_a_stored_render_is_placed_without_a_request(run, store, tmp_path):
    store.keep(RENDER, SVG)

    result = await run(job(path=tmp_path / "out/a.svg"))

    assert result == Done(RENDER, len(SVG), digest(SVG), attempts=0)
    assert (tmp_path / "out/a.svg").read_bytes() == SVG


@pytest.mark.parametrize("damage", ["nothing there", "cut", "another format"])
async def test_a_stored_render_that_is_no_good_is_one_that_figma_must_draw_again(run, store, tmp_path, damage):
    if damage == "another format":
        store.keep(RENDER, b"\x89PNG\r\n\x1a\n")
    elif damage == "cut":
        store.keep(RENDER, SVG)
        path = tmp_path / "store" / RENDER[:2] / RENDER
        path.write_bytes(path.read_bytes()[:-4])

    result = await run(job(path=tmp_path / "a.svg"))

    assert isinstance(result, Failed)
    assert result.failure.cause == "expired_url"
    assert not (tmp_path / "a.svg").exists()


async def test_one_render_gives_all_that_is_derived_from_it(run, store, tmp_path):
    store.keep(RENDER, SVG)
    small, large = derived(tmp_path / "1.png", Raster(1.0)), derived(tmp_path / "2.webp", Raster(2.0), Webp())

    result = await run(job(small, large, path=tmp_path / "a.svg"))

    assert isinstance(result, Done)
    assert (tmp_path / "a.svg").read_bytes() == SVG
    png, webp = (tmp_path / "1.png").read_bytes(), (tmp_path / "2.webp").read_bytes()
    assert (int.from_bytes(png[16:20]), webp[8:12]) == (24, b"WEBP")
    assert [(one.id, one.size, one.digest) for one in result.derived] == [
        (small.id, len(png), digest(png)),
        (large.id, len(webp), digest(webp)),
    ]


async def test_what_cannot_be_converted_fails_by_name_and_takes_nothing_from_the_others(run, store, tmp_path):
    store.keep(RENDER, NO_PICTURE)
    old = tmp_path / "1.png"
    old.write_bytes(b"the old one")

    result = await run(job(derived(old, Raster(1.0)), path=tmp_path / "a.svg"))

    assert isinstance(result, Failed)
    assert result.failure.cause == "conversion"
    assert result.failure.message
    assert result.placed == (str(tmp_path / "a.svg"),)
    assert old.read_bytes() == b"the old one"


async def test_a_disk_that_refuses_one_place_leaves_the_others(run, store, tmp_path):
    store.keep(RENDER, SVG)
    (tmp_path / "file").write_bytes(b"no folder")
    refused, fine = derived(tmp_path / "file/1.png", Raster(1.0)), derived(tmp_path / "2.png", Raster(2.0))

    result = await run(job(refused, fine))

    assert isinstance(result, Failed)
    assert result.failure.cause == "disk"
    assert result.placed == (str(tmp_path / "2.png"),)
