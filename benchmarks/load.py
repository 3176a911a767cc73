"""Load on an HTTP server: clients that each send the same request again as soon as it is answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.measure import CommandFailed


@dataclass(frozen=True)
class Load:
    """What so many clients at once met: latencies in milliseconds, answers in a second."""

    clients: int
    median_ms: float
    p99_ms: float
    per_second: float


def load(host: str, port: int, request: bytes, clients: int, seconds: float) -> Load:
    """Send `request`, a whole HTTP/1.1 message, from each client over a connection of its own.

    Raises:
        CommandFailed: an answer is not 200.
    """
    latencies = asyncio.run(_all_clients(host, port, request, clients, seconds))
    cuts = quantiles(latencies, n=100, method="inclusive")
    return Load(clients, median(latencies) * 1000, cuts[98] * 1000, len(latencies) / seconds)


async def _all_clients(host: str, port: int, request: bytes, clients: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_client(host, port, request, until) for _ in range(clients)))
    return [latency for latencies in found for latency in latencies]


async def _client(host: str, port: int, request: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    latencies = []
    try:
        while (began := time.perf_counter()) < until:
            writer.write(request)
            await _answer(reader)
            latencies.append(time.perf_counter() - began)
    finally:
        writer.close()
    return latencies


async def _answer(reader: asyncio.StreamReader) -> None:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    if status.split()[1] != "200":
        raise CommandFailed(f"the server answered {status}: {body.decode(errors='replace')}")
