"""The allow-list: Figma's hosts, Figma's bucket and no other of S3, and what a config adds; no look-alike passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.hosts import access, in_bucket, refusal


@pytest.mark.parametrize(
    "host",
    [
        "figma.com",
        "api.figma.com",
        "s3-alpha-sig.figma.com",
        "api.figma-gov.com",
        "figma-alpha-api.s3.us-west-2.amazonaws.com",
        "figma-alpha-api.s3-us-west-2.amazonaws.com",
        "figma-alpha-api.s3.ap-southeast-1.amazonaws.com",
        "figma-alpha-api.s3.amazonaws.com",
    ],
)
def test_figmas_hosts_and_its_bucket_may_be_asked_for_everything(host):
    assert access(host) == "all"


@pytest.mark.parametrize("host", ["s3.amazonaws.com", "s3.us-west-2.amazonaws.com", "s3-us-west-2.amazonaws.com"])
def test_a_host_of_all_buckets_may_be_asked_for_figmas_only(host):
    assert access(host) == "bucket"
    assert "Figma's bucket only" in refusal(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "xfigma.com",
        "figma.com.evil.example",
        "figma.com.",
        ".figma.com",
        "a..figma.com",
        "evil.example%2f.figma.com",
        "evil.example\\.figma.com",
        "evil.example#.figma.com",
        "\nfigma.com",
        "figma.com\n",
        "amazonaws.com",
        "evil.s3.us-west-2.amazonaws.com",
        "evil-figma-alpha-api.s3.us-west-2.amazonaws.com",
        "evil.figma-alpha-api.s3.us-west-2.amazonaws.com",
        "figma-alpha-api.evil.s3.us-west-2.amazonaws.com",
        "figma-alpha-api.s3.evil.amazonaws.com",
        "figma-alpha-api.s3.us-west-2.amazonaws.com.evil.example",
        "figma-alpha-api.s3xus-west-2.amazonaws.com",
        "figma-alpha-api.s3-website-us-west-2.amazonaws.com",
        "figma-alpha-api.s3.us-gov-west-1.amazonaws.com",
        "s3.us-gov-west-1.amazonaws.com",
        "figma-alpha-api.s3-accesspoint.us-west-2.amazonaws.com",
        "figma-alpha-api.ec2-1-2-3-4.us-west-2.compute.amazonaws.com",
        "sqs.us-west-2.amazonaws.com",
        "169.254.169.254",
        "127.0.0.1",
        "::1",
    ],
)
def test_no_other_host_may_be_asked(host):
    assert access(host) == "none"


def test_a_config_adds_hosts_and_the_sub_domains_of_domains():
    more = ("cdn.example.com", "*.corp.example", "::1", "s3.us-west-2.amazonaws.com")

    assert [access(host, more) for host in more if host != "*.corp.example"] == ["all"] * 3
    assert access("a.corp.example", more) == access("a.b.corp.example", more) == "all"
    for host in (
        "corp.example",
        "xcorp.example",
        "x.cdn.example.com",
        ".corp.example",
        "*.corp.example",
        "a/.corp.example",
    ):
        assert access(host, more) == "none"


@pytest.mark.parametrize("path", ["/figma-alpha-api/images/0a-1b", "/figma-alpha-api/img/1234/abcd/0123.png_~"])
def test_an_object_of_figmas_bucket_has_a_plain_path_below_it(path):
    assert in_bucket(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/figma-alpha-api",
        "/figma-alpha-api/",
        "/figma-alpha-api-2/x",
        "/figma-alpha-apix/x",
        "/Figma-Alpha-API/x",
        "/evil/figma-alpha-api/x",
        "//figma-alpha-api/x",
        "/./figma-alpha-api/x",
        "figma-alpha-api/x",
        "/figma-alpha-api//x",
        "/figma-alpha-api/../evil/x",
        "/figma-alpha-api/x/../../evil",
        "/figma-alpha-api/x/..",
        "/figma-alpha-api/./x",
        "/figma-alpha-api/%2e%2e/evil/x",
        "/figma-alpha-api/.%2E/evil/x",
        "/figma-alpha-api/%252e%252e/evil/x",
        "/figma-alpha-api%2f..%2fevil/x",
        "/figma%2Dalpha%2Dapi/x",
        "/figma-alpha-api/..\\evil",
        "/figma-alpha-api/..;/evil",
        "/figma-alpha-api/x\n",
        "/figma-alpha-api\t/x",
        "/figma-alpha-api/x y",
    ],
)
def test_a_path_that_some_server_may_read_as_another_bucket_is_none_of_figmas(path):
    assert not in_bucket(path)


@given(st.lists(st.sampled_from(["figma-alpha-api", "evil", "..", ".", "", "%2e%2e", "%2f", "x"]), max_size=6))
def test_whoever_reads_an_accepted_path_ends_up_in_figmas_bucket(segments):
    path = "/" + "/".join(segments)

    if in_bucket(path):
        assert segments[0] == "figma-alpha-api"
        assert not {"..", ".", "", "%2e%2e", "%2f"} & set(segments)


@given(st.text(alphabet="fig.ma-com/%@:\\x", max_size=30))
def test_what_ends_like_figmas_name_without_being_below_it_is_refused(prefix):
    host = f"{prefix}figma.com"

    if access(host) == "all":
        assert prefix == "" or (prefix.endswith(".") and not set(prefix) & set("/%@:\\"))


def test_a_refusal_names_the_host_and_the_key_that_allows_it_and_no_control_character():
    assert "cdn.example.com" in refusal("cdn.example.com")
    assert "figma.allowedHosts" in refusal("cdn.example.com")
    assert refusal("a\x1b[31mb").isprintable()
