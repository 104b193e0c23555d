"""Requests a second of a list's page and of the form for reporting, at 1 and 16 connections; ours by Granian, too.

    python -m bench.throughput --size 10k

The servers are asked in turns, there and back. Beside what a second brought stands the processor time of each request
at the server, which tells more where the machine does other things, too: who asks takes processor time as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from bench.__main__ import SIZES
from bench.data.filled import copies
from bench.figures import ratio
from bench.own import Own
from bench.products import Bare, Builder, Product
from bench.run import expected_of, started
from bench.running import Running
from bench.served import GRANIAN

CONNECTIONS = (1, 16)
SECONDS, ROUNDS = 2.0, 6
OK = 200


class OwnByGranian(Own):
    """The product, which Granian serves."""

    key, name = "granian", "Avviksflyt by Granian"
    told = GRANIAN

    @property
    def there(self) -> bool:
        """Whether Granian is installed beside the product."""
        return (self.bin / "granian").exists()

    def command(self) -> Sequence[str]:
        """Granian's own command; what deploy/with_granian.py tells it is in `told`."""
        return (str(self.bin / "granian"), "bench.serve:make")


ALL: tuple[type[Product], ...] = (Own, OwnByGranian, Bare, Builder)


def pages(running: Running) -> Iterator[tuple[str, str, str]]:
    """(what it is, its address, the cookies of whoever asks)."""
    product = running.product
    yield "list", product.list(1), running.handler.cookies
    yield "form", product.form_path, ""


def asked(port: int, path: str, cookies: str, until: float) -> int:
    """How many times one connection was answered until then."""
    connection, answers = HTTPConnection("127.0.0.1", port, timeout=60), 0
    while time.perf_counter() < until:
        connection.request("GET", path, headers={"Cookie": cookies})
        answer = connection.getresponse()
        answer.read()
        if answer.status != OK:
            raise RuntimeError(f"{path}: {answer.status}")
        answers += 1
    connection.close()
    return answers


def second(running: Running, path: str, cookies: str, connections: int) -> tuple[float, float]:
    """(requests a second, milliseconds of the server's processor time for each)."""
    began, cpu = time.perf_counter(), running.server.cpu()
    with ThreadPoolExecutor(connections) as hands:
        until = began + SECONDS
        all_of_them = [hands.submit(asked, running.server.port, path, cookies, until) for _ in range(connections)]
        answers = sum(each.result() for each in all_of_them)
    return answers / (time.perf_counter() - began), (running.server.cpu() - cpu) * 1000 / answers


def measured(running: Sequence[Running], rounds: int) -> dict[tuple[str, int], dict[str, list[tuple[float, float]]]]:
    """Of each page and number of connections what every product did, round by round."""
    found: dict[tuple[str, int], dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for nth in range(rounds + 1):
        for each in running[:: -1 if nth % 2 else 1]:
            for what, path, cookies in pages(each):
                for connections in CONNECTIONS:
                    done = second(each, path, cookies, connections)
                    if nth:
                        found[what, connections][each.product.key].append(done)
    return found


def tell(found: dict[tuple[str, int], dict[str, list[tuple[float, float]]]]) -> None:
    """Print the table."""
    print("| page | connections | product | requests a second | of ours | ms of processor time | of ours |")
    print("|---|---|---|---|---|---|---|")
    for (what, connections), products in found.items():
        for key, rounds in products.items():
            rates, costs = zip(*rounds, strict=True)
            ours = list(zip(*products["own"], strict=True))
            rate, cost = statistics.median(rates), statistics.median(costs)
            beside = f"{rate:.0f} | {ratio(ours[0], rates)} | {cost:.1f} | {ratio(ours[1], costs)}"
            print(f"| {what} | {connections} | {key} | {beside} |")


def main() -> None:
    """Fill, start, measure."""
    parser = argparse.ArgumentParser(prog="bench.throughput", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    os.environ.setdefault("PASSWORD_HASH_METHOD", "scrypt:1024:8:1")
    with copies(chosen.database, SIZES[chosen.size]) as data:
        products = [each(data, expected_of(data)) for each in ALL]
        with started([each for each in products if each.there]) as running:
            tell(measured(running, chosen.rounds))


if __name__ == "__main__":
    main()
