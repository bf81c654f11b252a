"""The CDN has the manners of S3, and the bytes are what the format promises."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
from urllib.parse import urlsplit

import pytest
from PIL import Image

from exfig_mp.simulator.drawing import pixel_size

LIGHT, DARK = "DemoLightLibrary000001", "DemoDarkLibrary0000001"
ICON, ILLUSTRATION = "551:93900", "620:93900"


def raw(url: str, *requests: str) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall("".join(requests).encode())
        answer = b""
        while block := connection.recv(65536):
            answer += block
    return answer


def test_an_object_comes_with_the_headers_of_s3(figma):
    answer = figma.fetch(figma.images([ICON])[ICON])

    assert answer.status == 200
    assert answer.headers["ETag"] == f'"{hashlib.md5(answer.body, usedforsecurity=False).hexdigest()}"'
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Server"] == "AmazonS3"
    assert answer.headers["Last-Modified"]
    assert answer.headers["x-amz-request-id"]
    assert answer.headers["x-amz-id-2"]


def test_svg_is_written_as_figma_writes_it(figma):
    body = figma.fetch(figma.images([ICON])[ICON]).body

    assert body.startswith(
        b'<svg width="24" height="24" viewBox="0 0 24 24" fill="none" xmlns="http://www.w3.org/2000/svg">\n'
    )
    assert b"currentColor" not in body
    assert b'stroke="#1A1A1A"' in body


def test_dark_artwork_is_recoloured(figma):
    light, dark = (figma.fetch(figma.images([ILLUSTRATION], key=key)[ILLUSTRATION]).body for key in (LIGHT, DARK))

    assert light != dark
    assert b'stroke="#F2F2F2"' in figma.fetch(figma.images([ICON], key=DARK)[ICON]).body


def test_the_same_request_again_gives_another_url_and_the_same_bytes(figma):
    first, second = (figma.images([ICON])[ICON] for _ in range(2))

    assert first != second
    assert figma.fetch(first).body == figma.fetch(second).body


@pytest.mark.parametrize(("scale", "pixels"), [("1", 64), ("1.5", 96), ("0.01", 1)])
def test_png_has_the_size_of_node_times_scale(figma, scale, pixels):
    body = figma.fetch(figma.images([ILLUSTRATION], f"format=png&scale={scale}")[ILLUSTRATION]).body

    with Image.open(io.BytesIO(body)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (pixels, pixels), "RGBA")


def test_more_than_32_megapixels_are_scaled_down_without_a_word():
    width, height = pixel_size((3000, 1500), 4)

    assert width * height <= 32_000_000
    assert width / height == pytest.approx(2, rel=1e-3)
    assert pixel_size((3000, 1500), 2) == (6000, 3000)


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_banners_are_as_large_as_figma_draws(simulate, form):
    file = {"key": "Banners", "icons": 1, "banners": 2, "banner_size": [4000, 3000]}
    simulator = simulate({"limits": "off", "design": {"files": [file]}})
    components = simulator.get("/v1/files/Banners/components").json["meta"]["components"]
    nodes = [one["node_id"] for one in components if one["containing_frame"]["name"] == "Banners"]

    urls = simulator.images(nodes, f"format={form}&scale=2", key="Banners")
    body = simulator.fetch(urls[nodes[1]]).body

    assert len(nodes) == 2
    assert len(body) < 1_000_000
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == (6531, 4898)
        picture.load()


def test_a_tls_greeting_is_no_request(figma):
    host, port = figma.cdn_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")

        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_jpg_is_on_white(figma):
    body = figma.fetch(figma.images([ICON], "format=jpg")[ICON]).body

    assert body.startswith(b"\xff\xd8")
    assert body.endswith(b"\xff\xd9")
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_pdf_is_one_page_of_the_nodes_size(figma):
    body = figma.fetch(figma.images([ICON], "format=pdf")[ICON]).body

    assert body.startswith(b"%PDF-1.4")
    assert body.endswith(b"%%EOF\n")
    assert b"/MediaBox [0 0 24 24]" in body
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    assert body[start:].startswith(b"xref")


def test_layer_ids_come_on_demand(figma):
    body = figma.fetch(figma.images([ICON], "format=svg&svg_include_id=true")[ICON]).body

    assert b'<g id="a-arrow-down">' in body


def test_unknown_objects_are_403_xml(figma):
    answer = figma.fetch(f"{figma.cdn_url}/figma-alpha-api/images/no-such-object")

    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/xml"
    assert b"<Code>AccessDenied</Code>" in answer.body


def test_objects_are_gone_after_thirty_days(figma):
    url = figma.images([ICON])[ICON]

    figma.post("/_simulator/clock", {"advance": 30 * 86_400 + 1})

    assert figma.fetch(url).status == 403


def test_an_authorization_header_is_refused_and_noted(figma):
    url = figma.images([ICON])[ICON]

    answer = figma.fetch(url, {"Authorization": "Bearer secret"})

    assert answer.status == 400
    assert b"<Code>InvalidArgument</Code>" in answer.body
    assert [one["rule"] for one in figma.seen()["violations"]] == ["auth header at CDN"]


def test_head_has_no_body(figma):
    url = figma.images([ICON])[ICON]

    head, get = figma.fetch(url, method="HEAD"), figma.fetch(url)

    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=0-999999", 206, slice(0, None)),
        ("lines=1-2", 200, slice(0, None)),
    ],
)
def test_ranges(figma, wanted, status, part):
    url = figma.images([ICON])[ICON]

    answer = figma.fetch(url, {"Range": wanted})

    assert (answer.status, answer.body) == (status, figma.fetch(url).body[part])


def test_a_range_behind_the_end_is_416(figma):
    answer = figma.fetch(figma.images([ICON])[ICON], {"Range": "bytes=999999-"})

    assert answer.status == 416
    assert answer.headers["Content-Range"].startswith("bytes */")


def test_a_known_etag_is_304(figma):
    url = figma.images([ICON])[ICON]

    assert figma.fetch(url, {"If-None-Match": figma.fetch(url).headers["ETag"]}).status == 304
    assert figma.fetch(url, {"If-None-Match": '"other"'}).status == 200


def test_pipelined_requests_are_answered_in_order(figma):
    urls = figma.images([ICON, "551:93910"])
    bodies = [figma.fetch(url).body for url in urls.values()]
    paths = [urlsplit(url).path for url in urls.values()]
    requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n" for path in paths]
    requests[-1] = requests[-1].replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")

    answer = raw(figma.cdn_url, *requests)

    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(bodies[0]) < answer.index(bodies[1])
    assert answer.endswith(bodies[1])


def test_other_methods_are_405(figma):
    assert raw(figma.cdn_url, "POST / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 405")


def test_image_fills_can_be_fetched(figma):
    images = figma.get(f"/v1/files/{LIGHT}/images").json["meta"]["images"]

    body = figma.fetch(next(iter(images.values()))).body

    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == (64, 64)


def test_idle_connections_are_closed(simulate):
    simulator = simulate({"cdn": {"idle_seconds": 0.2}})

    assert raw(simulator.cdn_url) == b""


def test_connections_are_counted_and_limited(simulate):
    simulator = simulate({"cdn": {"largest_concurrency": 2}})
    parts = urlsplit(simulator.cdn_url)
    address = (parts.hostname, parts.port)
    connections = [socket.create_connection(address, timeout=5) for _ in range(2)]

    # The reset may come before the client has seen its connection succeed.
    with pytest.raises(ConnectionResetError), socket.create_connection(address, timeout=5) as refused:
        refused.recv(1)

    for connection in connections:
        connection.close()
    assert simulator.seen()["most_cdn_connections"] == 3


def test_clients_that_leave_early_do_no_harm(figma):
    path = urlsplit(figma.images([ILLUSTRATION], "format=png&scale=3")[ILLUSTRATION]).path
    parts = urlsplit(figma.cdn_url)

    def leave() -> None:
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    threads = [threading.Thread(target=leave) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert figma.fetch(figma.cdn_url + path).status == 200
