"""Starts the simulator: options, both listeners, the ready file, and a quiet end on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from msgspec import Struct

from exfig_mp.simulator.api import Api
from exfig_mp.simulator.cdn import Cdn
from exfig_mp.simulator.control import Control
from exfig_mp.simulator.objects import Elsewhere
from exfig_mp.simulator.reading import ScenarioError, load
from exfig_mp.simulator.world import World

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

_BACKLOG = 1024
_LONGEST_LINE = 1_048_576
_PATIENCE = 0.5


class SimulatorOptions(Struct, frozen=True, kw_only=True):
    """How to start the simulator.

    Args:
        host: the address of both listeners; only loopback unless `allow_remote`.
        port: of the API; 0 takes any free one.
        cdn_port: of the CDN; 0 takes any free one.
        scenario: a YAML or JSON file as `scenario.py` describes it; None simulates Figma at its best.
        ready_file: where to write the URLs and the process id as JSON once both listeners accept.
        seed: replaces the scenario's seed.
        allow_remote: let other machines in.
        objects: a folder for rendered objects, which another server serves as `objects_url`; the CDN's listener has
            nothing to do then.
        objects_url: the origin of that server.
    """

    host: str = "127.0.0.1"
    port: int = 0
    cdn_port: int = 0
    scenario: Path | None = None
    ready_file: Path | None = None
    seed: int | None = None
    allow_remote: bool = False
    objects: Path | None = None
    objects_url: str = ""


class StartError(Exception):
    """The simulator cannot start; the text says why in one line."""


def serve(options: SimulatorOptions) -> None:
    """Run the simulator until SIGTERM or SIGINT.

    Raises:
        SystemExit: with code 2 and one line on standard error if the scenario or an address cannot be used.
    """
    try:
        _check(options)
        elsewhere = Elsewhere(options.objects_url, options.objects) if options.objects else None
        world = World(load(options.scenario), options.seed, elsewhere)
        with contextlib.suppress(KeyboardInterrupt):
            _run(options, world)
    except (ScenarioError, StartError) as error:
        sys.stderr.write(f"exfig-mp simulate: {error}\n")
        raise SystemExit(2) from None


def main(arguments: Sequence[str]) -> None:
    """Run the simulator for tests: the one argument is `SimulatorOptions` as JSON."""
    serve(msgspec.json.decode(arguments[0], type=SimulatorOptions, dec_hook=lambda kind, text: kind(text)))


def _check(options: SimulatorOptions) -> None:
    try:
        loopback = options.host == "localhost" or ipaddress.ip_address(options.host).is_loopback
    except ValueError:
        raise StartError(f"{options.host} is no IP address") from None
    if not loopback and not options.allow_remote:
        raise StartError(f"{options.host} is not on loopback: other machines could ask; allow that to go on")
    if (options.objects is None) != (not options.objects_url):
        raise StartError("a folder of objects needs the origin that serves it, and the other way round")
    if options.objects is not None and not options.objects.is_dir():
        raise StartError(f"{options.objects} is no folder")


def _run(options: SimulatorOptions, world: World) -> None:
    if sys.platform == "win32":
        asyncio.run(_serve(options, world))
        return
    import uvloop  # noqa: PLC0415  # not there on Windows

    uvloop.run(_serve(options, world))


async def _serve(options: SimulatorOptions, world: World) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as stack:
        cdn_url = await _start_cdn(options, world, stack)
        api_url = await _start_api(options, world, stack)
        world.cdn_url = cdn_url
        stack.callback(world.objects.close)
        _announce(options, api_url, cdn_url)
        await stopped.wait()


async def _start_cdn(options: SimulatorOptions, world: World, stack: contextlib.AsyncExitStack) -> str:
    cdn = Cdn(world)
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(cdn.connection, options.host, options.cdn_port, backlog=_BACKLOG)
    except OSError as error:
        raise StartError(_taken(options.host, options.cdn_port, error)) from error
    sweeper = asyncio.create_task(cdn.close_idle())
    stack.callback(cdn.close)
    stack.callback(server.close)
    stack.callback(sweeper.cancel)
    return _url(server.sockets[0])


async def _start_api(options: SimulatorOptions, world: World, stack: contextlib.AsyncExitStack) -> str:
    app = web.Application()
    app.on_response_prepare.append(_without_server)
    app.router.add_route("*", "/_simulator/{tail:.*}", Control(world).handle)
    app.router.add_route("*", "/{tail:.*}", Api(world).handle)
    runner = web.AppRunner(
        app,
        access_log=None,
        # Figma's edge answers long URLs itself; the parser must let them through to be answered so.
        max_line_size=_LONGEST_LINE,
        shutdown_timeout=_PATIENCE,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, options.host, options.port, backlog=_BACKLOG)
    try:
        await site.start()
    except OSError as error:
        raise StartError(_taken(options.host, options.port, error)) from error
    return _url_of(runner.addresses[0])


async def _without_server(_: web.Request, response: web.StreamResponse) -> None:
    # Figma's API names no server, aiohttp would.
    response.headers.popall("Server", None)


def _taken(host: str, port: int, error: OSError) -> str:
    return f"cannot listen on {host}:{port}: {os.strerror(error.errno) if error.errno else error}"


def _url(listener: socket.socket) -> str:
    return _url_of(listener.getsockname())


def _url_of(address: tuple[str, int]) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"


def _announce(options: SimulatorOptions, api_url: str, cdn_url: str) -> None:
    if options.ready_file is not None:
        content = msgspec.json.encode({"api_url": api_url, "cdn_url": cdn_url, "pid": os.getpid()})
        temporary = options.ready_file.with_name(f".{options.ready_file.name}.{os.getpid()}")
        try:
            temporary.write_bytes(content)
            temporary.replace(options.ready_file)
        except OSError as error:
            raise StartError(f"cannot write {options.ready_file}: {error.strerror}") from error
    sys.stdout.write(f"Figma API at {api_url}, CDN at {cdn_url}\n")
    sys.stdout.flush()
