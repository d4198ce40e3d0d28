"""How times are told: by their distance while that says more than a date, in whole words."""

from datetime import timedelta

import pytest
from flask import Flask

from cms.admin.shown import ago, file_size
from cms.web import now
from cms.web.dates import date_words, time_words, whole_moment
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("clean")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "just now"),
        (50, "1 minute ago"),
        (64, "1 minute ago"),
        (59 * 60, "59 minutes ago"),
        (62 * 60, "1 hour ago"),
        (25 * 3600, "1 day ago"),
    ],
)
def test_a_distance_is_told_in_the_largest_unit_that_fits(app: Flask, seconds: int, words: str) -> None:
    with app.test_request_context("/admin/"):
        assert ago(now() - timedelta(seconds=seconds)) == words


def test_dates_are_written_alike_on_every_page(app: Flask) -> None:
    with app.test_request_context("/"):
        assert (date_words(NOON), date_words(NOON, "long")) == (f"{NOON:%-d %b %Y}", f"{NOON:%-d %B %Y}")
        assert time_words(NOON, "short") == f"{NOON:%H:%M}"
        assert date_words(NOON) in whole_moment(NOON)


def test_sizes_are_told_in_the_unit_that_fits(app: Flask) -> None:
    with app.test_request_context("/admin/"):
        assert [file_size(count) for count in (1, 73, 14_890, 3_400_000)] == ["1 byte", "73 bytes", "14.9 kB", "3.4 MB"]
