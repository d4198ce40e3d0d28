"""The codings that texts are sent in, and which of them an Accept-Encoding allows."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
import zstandard

PLAIN, GZIP, BROTLI, ZSTD = "identity", "gzip", "br", "zstd"
#: The one that a browser takes wins, in this order.
CODINGS = (ZSTD, BROTLI, GZIP)
ZSTD_LEVEL, BROTLI_QUALITY, GZIP_LEVEL = 3, 5, 6

PACK: dict[str, Callable[[bytes], bytes]] = {
    # A copy, since the library leaves the room behind what it wrote, for which it took as much as the text needs.
    ZSTD: lambda body: bytes(memoryview(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body))),
    BROTLI: lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    GZIP: lambda body: gzip.compress(body, GZIP_LEVEL, mtime=0),
}


@lru_cache(maxsize=512)
def taken(accept: str, among: tuple[str, ...] = CODINGS) -> str:
    """The first of these that an Accept-Encoding allows; plain text goes to whoever allows none."""
    weights = {}
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    return next((coding for coding in among if weights.get(coding, anything) > 0), PLAIN)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
