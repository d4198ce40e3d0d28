"""Metrics of a site that several processes serve."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Served
from tests.exposition import counted_in


def scraped(served: Served) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/metrics", timeout=10) as answer:
        return counted_in(answer.read().decode())


SEARCHES = "copydesk_requests_total{'endpoint': 'site.search', 'method': 'GET', 'status': '200'}"


def test_whichever_process_is_asked_tells_of_all(start: Callable[..., Served], installation: Path) -> None:
    """Of workers that were killed as well; a new start begins at 0 and removes what was left."""
    served = start("serve", "--workers", "3")
    served.until_up()
    for _number in range(30):
        served.get("/search?q=harbour")
    assert [scraped(served)[SEARCHES] for _number in range(9)] == [30] * 9

    [folder] = (installation / "metrics").glob("serve-*")
    killed = served.workers()[0]
    os.kill(killed, signal.SIGKILL)
    until = time.monotonic() + 30
    while list(folder.glob(f"gauge_livesum_{killed}.db")) and time.monotonic() < until:
        time.sleep(0.1)
    assert not list(folder.glob(f"gauge_livesum_{killed}.db"))
    assert scraped(served)[SEARCHES] == 30
    assert 0 <= scraped(served)["copydesk_database_connections"] <= 3 * 4
    assert served.stop() == 0

    again = start("serve")
    again.until_up()
    assert SEARCHES not in scraped(again)
    assert [place.name for place in (installation / "metrics").glob("serve-*")] != [folder.name]
    assert not folder.exists()
    assert again.stop() == 0
