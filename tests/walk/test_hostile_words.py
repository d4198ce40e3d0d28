"""The same hostile words in everything that people can name, then every page that can be reached by following links."""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.core.permissions import Permission
from cms.posts.actions import save
from cms.posts.lifecycle import PUBLISHED
from cms.redirects.models import Redirect
from cms.settings.models import SettingValue
from tests.browser import Browser
from tests.factories import Make
from tests.site.test_hostile import faults

P = Permission
WORDS = [
    "</title></textarea><script>alert(1)</script>",
    '"\' onmouseover=alert(1) x="><img src=x onerror=alert(1)> %(x)s %s %',
]
#: So many pages of one kind are enough.
ALIKE = 6
#: Elements of ours; what is inside them, and on them, is looked at as well.
OURS = ("<script>", "<svg>", "<template>")


@pytest.mark.parametrize("words", WORDS, ids=["markup", "attributes and formats"])
def test_no_page_of_site_and_desk_is_made_to_run_or_to_fail_by_a_name(
    browser: Browser, session: Session, make: Make, words: str
) -> None:
    browser.sign_in(name_everything(session, make, words))

    waiting, seen, alike = ["/", "/admin/", "/account", "/feed.atom", f"/admin/posts/?search={words}"], set(), Counter()
    while waiting:
        url = waiting.pop(0)
        kind = re.sub(r"\d+", "#", url.partition("?")[0])
        if url in seen or alike[kind] >= ALIKE:
            continue
        seen.add(url)
        alike[kind] += 1
        answer = browser.get(url)
        assert answer.status_code < 500, url
        if answer.mimetype == "text/html":
            assert [fault for fault in faults(answer.text) if fault not in OURS] == [], url
            waiting += links_in(url, answer.text)
    assert len(seen) > 60


def name_everything(session: Session, make: Make, words: str) -> User:
    """An owner, in a site where all that has a name has this one."""
    line = words[:80]
    owner = make.user("owner", display_name=line, bio=words)
    author = make.user(make.role(P.POST_EDIT, label=line, description=words), display_name=line, bio=words)
    tag = make.tag(words, slug="tag", description=words)
    media = make.media(title=words, alt=words, caption=words, uploaded_by_id=author.id)
    told = dict.fromkeys(("title", "summary", "body", "seo_title", "seo_description", "featured_alt"), words)
    post = make.post(**told, author=author, status=PUBLISHED, tags=[tag], featured_media_id=media.id)
    save(session, post, {"title": f"{words} again"}, base_version=post.version, by=owner, at=make.at, note=words)
    make.post(**told, author=author, trashed_at=make.at)
    page = make.page(title=words, body=words, author=author, status=PUBLISHED)
    make.page(title=words, author=author, parent_id=page.id)
    comment = make.comment(post, guest_name=line, agent=words, body=words, held_because=[words])
    make.comment(post, parent_id=comment.id, guest_name=line, body=words, status=APPROVED)
    make.user(make.role(P.POST_PUBLISH, tags=(tag,), label=f"{words[:70]} 2"))
    targets = {"to_path": f"/{words}"}, {"post_id": post.id}
    for number, target in enumerate(targets):
        session.add(
            Redirect(from_path=f"/{number}{words}", status=301, created_at=make.at, updated_at=make.at, **target)
        )
    site = {"title": line, "tagline": words, "about": words, "menu": [f"{words} | /tags/tag"], "privacy_note": words}
    session.add_all(SettingValue(key=key, value=value, updated_at=make.at) for key, value in site.items())
    session.commit()
    return owner


def links_in(url: str, page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    running = [script for script in soup.find_all("script") if script.get("type") != "application/ld+json"]
    assert not [script for script in running if script.get_text(strip=True)], url
    assert not soup.select("img[src=x]"), url
    targets = (urlsplit(urljoin(f"http://localhost{url}", str(link["href"]))) for link in soup.find_all("a", href=True))
    ours = (part for part in targets if part.netloc == "localhost" and not part.path.startswith("/media/"))
    return [f"{part.path}?{part.query}" if part.query else part.path for part in ours]
