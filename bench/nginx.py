"""One nginx that serves a folder as Figma's store would: plain and with TLS, at once and after a latency.

Objects have the MD5 of their bytes as ETag, as S3 gives it, so that ours checks what it checks in real life. Latency is
that of an answer (`echo_sleep`); it delays no handshake, so keeping connections is worth more on a real network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Way = Literal["plain", "tls", "plain+latency", "tls+latency"]
WAYS: tuple[Way, ...] = ("plain", "tls", "plain+latency", "tls+latency")
LATENCY = 0.04
"""Seconds before an answer, where there is a latency."""

_ECHO = "ngx_http_echo_module.so"
_MODULES = ("/usr/lib/nginx/modules", "/usr/share/nginx/modules", "/usr/lib64/nginx/modules")
_PATIENCE = 20.0
_CONFIG = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
{load}
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ image/svg+xml svg; image/png png; }}
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65;
  keepalive_requests 1000000;
  map_hash_max_size 1048576;
  map_hash_bucket_size 128;
  ssl_certificate {folder}/certificate.pem;
  ssl_certificate_key {folder}/key.pem;
  ssl_session_cache shared:bench:1m;
  etag off;
  map $uri $object_etag {{ default ""; include {folder}/etags*.map; }}
  add_header ETag $object_etag;
{servers}
}}
"""
_SERVER = "  server {{ listen 127.0.0.1:{port}{tls} backlog=1024; root {objects}; {locations} }}"
_LATE = "location / {{ echo_sleep {latency}; echo_exec @object; }} location @object {{ }}"


@dataclass(frozen=True)
class Server:
    """A running nginx: its process, the origin of each way that it knows, and the file of its certificate."""

    pid: int
    origins: dict[Way, str]
    certificate: Path

    def environ(self) -> dict[str, str]:
        """Return what makes Python and Node trust the certificate."""
        return {"SSL_CERT_FILE": str(self.certificate), "NODE_EXTRA_CA_CERTS": str(self.certificate)}


def missing() -> str:
    """Return what has to be installed before anything can be measured, or nothing."""
    absent = [program for program in ("nginx", "openssl") if not _find(program)]
    return f"not there: {', '.join(absent)} (`make bench-peers`)" if absent else ""


@contextlib.contextmanager
def serving(folder: Path, objects: Path, ports: dict[Way, int] | None = None) -> Iterator[Server]:
    """Serve what lies in `objects`, from these ports of loopback or free ones; `folder` is nginx's own.

    What comes into `objects` later is served too, without ETag.

    Without its echo module (Debian's libnginx-mod-http-echo) it knows no ways with latency.
    """
    _certify(folder)
    (folder / "etags.map").write_text("".join(_etags(objects)))
    echo = _echo_module()
    ways = known_ways()
    ports = ports or free_ports()
    (folder / "nginx.conf").write_text(
        _CONFIG.format(
            folder=folder,
            load=f"load_module {echo};" if echo else "",
            servers="\n".join(_server(way, ports[way], objects) for way in ways),
        )
    )
    command = [_find("nginx"), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with (folder / "nginx.txt").open("wb") as said:
        nginx = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        _wait(nginx, [ports[way] for way in ways], folder)
        yield Server(nginx.pid, {way: origin(way, ports) for way in ways}, folder / "certificate.pem")
    finally:
        nginx.kill()
        nginx.wait()


def known_ways() -> list[Way]:
    """Return in which ways nginx can serve here."""
    return [way for way in WAYS if _echo_module() or "latency" not in way]


def free_ports() -> dict[Way, int]:
    """Return a port for each way that nobody listens at."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in WAYS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {way: one.getsockname()[1] for way, one in zip(WAYS, sockets, strict=True)}


def origin(way: Way, ports: dict[Way, int]) -> str:
    """Return what URLs of a way begin with."""
    return f"{'https' if 'tls' in way else 'http'}://127.0.0.1:{ports[way]}"


def _echo_module() -> Path | None:
    return next((path for where in _MODULES if (path := Path(where) / _ECHO).exists()), None)


def _find(program: str) -> str:
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"  # where Debian keeps nginx
    return shutil.which(program, path=path) or ""


def _server(way: Way, port: int, objects: Path) -> str:
    tls = " ssl" if "tls" in way else ""
    locations = _LATE.format(latency=LATENCY) if "latency" in way else ""
    return _SERVER.format(port=port, tls=tls, objects=objects, locations=locations)


def _certify(folder: Path) -> None:
    """Make a certificate for loopback that is its own authority."""
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    paths = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    options = ["-days", "7", "-subj", "/CN=exfig-mp bench", "-addext", names]
    subprocess.run([*command, *paths, *options], check=True, capture_output=True, timeout=_PATIENCE)
    ssl.create_default_context(cafile=folder / "certificate.pem")


def _etags(objects: Path) -> Iterator[str]:
    known: dict[int, str] = {}  # by inode: many names, few contents
    for path in sorted(objects.rglob("*")):
        about = path.stat()
        if path.is_file():
            if about.st_ino not in known:
                known[about.st_ino] = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            yield f"/{path.relative_to(objects)} '\"{known[about.st_ino]}\"';\n"


def _wait(nginx: subprocess.Popen[bytes], ports: list[int], folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    for port in ports:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            if nginx.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"nginx did not start: {(folder / 'nginx.txt').read_text()[-300:]}")
            time.sleep(0.02)
