"""What takes the focus because it may have to be moved sideways has a name."""

import pytest

from cms.posts.lifecycle import PUBLISHED
from cms.site.prose import named

pytestmark = pytest.mark.usefixtures("clean")


def test_code_that_is_scrolled_by_keys_says_what_it_is(browser, session, make):
    make.post(slug="it", status=PUBLISHED, body="```python\nif x: pass\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    session.commit()

    page = browser.get("/posts/it").text

    assert '<pre tabindex="0" role="group" aria-label="Source code">' in page
    assert '<div class="scroll" role="region" tabindex="0" aria-label="' in page
    assert page.count('tabindex="0"') == 2


def test_a_text_about_code_stays_a_text(app):
    with app.test_request_context():
        assert "role" not in named('<p>&lt;pre tabindex="0"&gt;</p>')
