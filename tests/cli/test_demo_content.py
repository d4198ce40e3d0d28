"""The demo magazine is whole: everything it refers to is there, at whatever hour it is loaded."""

import re
from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from cms.core.permissions import Permission

CONTENT = Path(__file__).parents[2] / "cms" / "cli" / "demo" / "content"
WORKING_COPY = "<!-- working copy -->"
HELD_BECAUSE = {"first_comment", "links", "word", "fast", "duplicate", "moderation_on"}
ROLES = {"owner", "editor", "author", "contributor", "moderator", None}
MAX_IMAGE_BYTES = 120_000
MAX_DEPTH = 4
# The same content must make sense when it is loaded just after midnight and just before.
HOURS = [datetime(2024, 3, 10, hour, minute) for hour, minute in [(0, 0), (0, 40), (9, 15), (23, 59)]]

Record = dict[str, Any]


def listed(name: str) -> Any:
    return yaml.safe_load((CONTENT / f"{name}.yaml").read_text(encoding="utf-8"))


def articles(folder: str) -> dict[str, Record]:
    found = {}
    for path in sorted((CONTENT / folder).glob("*.md")):
        nothing, matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
        assert nothing == "", path.name
        found[path.stem] = {**yaml.safe_load(matter), "body": body}
    return found


def flat_comments() -> list[Record]:
    by_post = listed("comments")
    del by_post["guests"]
    return [{**comment, "post": slug} for slug, comments in by_post.items() for comment in comments]


def moment(text: str, now: datetime) -> datetime:
    if match := re.fullmatch(r"-(\d+)([mh])", text):
        number = int(match[1])
        return now - (timedelta(minutes=number) if match[2] == "m" else timedelta(hours=number))
    match = re.fullmatch(r"([+-][1-9]\d*)d (\d\d:\d\d)", text)
    assert match, f"not a relative time: {text}"
    return datetime.combine(now.date() + timedelta(days=int(match[1])), time.fromisoformat(match[2]))


POSTS = articles("posts")
PAGES = articles("pages")
EVERYTHING = {**POSTS, **PAGES}
COMMENTS = flat_comments()
GUESTS = listed("comments")["guests"]
PEOPLE = {person["username"]: person for person in listed("people")}
TAGS = {tag["slug"]: tag for tag in listed("tags")}
SERIES = {series["slug"]: series for series in listed("series")}
IMAGES = {image["file"]: image for image in listed("images")}
ROLES_MADE = listed("roles")
every_article = pytest.mark.parametrize("slug", EVERYTHING)


def test_there_is_something_for_every_screen() -> None:
    assert (len(PEOPLE), len(TAGS), len(COMMENTS), len(PAGES)) == (8, 15, 150, 6)
    assert 34 <= len(POSTS) <= 40
    assert Counter(comment["status"] for comment in COMMENTS) == {
        "approved": 105,
        "pending": 18,
        "spam": 20,
        "trashed": 7,
    }
    assert sum("trashed" in image for image in IMAGES.values()) == 1
    assert ROLES_MADE
    statuses = Counter(post["status"] for post in POSTS.values())
    assert statuses.keys() == {"draft", "in_review", "published", "archived", "trashed"}
    assert min(statuses.values()) >= 2
    published = [post for post in POSTS.values() if post["status"] == "published"]
    assert sum(post["published"].startswith("+") for post in published) >= 2
    assert {post["expires"][0] for post in published if "expires" in post} == {"+", "-"}
    assert sum(bool(post.get("pending_change")) for post in POSTS.values()) == 2


def test_the_demo_accounts_are_the_five_that_are_promised() -> None:
    accounts = {person["email"]: person["role"] for person in PEOPLE.values() if person["account"]}
    assert accounts == {
        f"{role}@example.com": role for role in ["owner", "editor", "author", "contributor", "moderator"]
    }
    assert {person["role"] for person in PEOPLE.values()} <= ROLES
    assert all(person["active"] != ("left" in person) for person in PEOPLE.values())
    assert len({person["email"] for person in PEOPLE.values()}) == len(PEOPLE)


def test_a_role_refers_only_to_what_exists() -> None:
    for role in ROLES_MADE:
        assert set(role["permissions"]) <= {permission.value for permission in Permission}
        assert set(role["tags"]) <= TAGS.keys()
        assert set(role["people"]) <= PEOPLE.keys()


@every_article
def test_an_article_refers_only_to_what_exists(slug: str) -> None:
    article = EVERYTHING[slug]
    writers = [article["author"], *(revision["by"] for revision in article.get("revisions", []))]
    assert set(writers) <= PEOPLE.keys()
    assert set(article.get("tags", [])) <= TAGS.keys()
    assert article.get("series") in {None, *SERIES}
    assert article.get("parent") in {None, *PAGES}
    assert article.get("featured") in {None, *IMAGES}
    assert set(re.findall(r"\]\(\.\./images/([^ )]+)", article["body"])) <= IMAGES.keys()


@every_article
def test_an_article_links_only_to_addresses_of_this_site_that_exist(slug: str) -> None:
    addresses = {f"/posts/{post}" for post in POSTS} | {page_address(page) for page in PAGES}
    links = set(re.findall(r"\]\((/[^)\s]*)\)", EVERYTHING[slug]["body"]))
    assert links <= addresses


def page_address(slug: str) -> str:
    parent = PAGES[slug].get("parent")
    return (page_address(parent) if parent else "") + f"/{slug}"


@every_article
def test_an_article_is_complete_save_where_the_gap_is_marked(slug: str) -> None:
    article = EVERYTHING[slug]
    assert article["slug"] == slug
    assert article["title"]
    assert article["body"].strip()
    assert bool(article["summary"]) != bool(article.get("summary_missing"))
    if "featured" in article:
        assert bool(article["alt"]) != bool(article.get("alt_missing"))
    for picture in re.findall(r"!\[(.*?)\]", article["body"]):
        assert picture


def test_two_summaries_and_one_description_are_missing_on_purpose() -> None:
    assert sum("summary_missing" in article for article in EVERYTHING.values()) == 2
    assert sum("alt_missing" in article for article in EVERYTHING.values()) == 1
    assert [file for file, image in IMAGES.items() if not image["alt"]] == ["seal-rock.webp"]


def test_no_two_articles_share_a_slug() -> None:
    assert len(EVERYTHING) == len(POSTS) + len(PAGES)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in [*EVERYTHING, *TAGS])


@every_article
def test_live_texts_are_long_enough_to_read(slug: str) -> None:
    article = EVERYTHING[slug]
    live, _, working = article["body"].partition(f"\n{WORKING_COPY}\n")
    if slug in POSTS and article["status"] == "published":
        assert 250 <= len(live.split()) <= 1200
    assert bool(article.get("pending_change")) == bool(working) == ("working" in article)
    assert live.strip() != working.strip()


@every_article
def test_footnotes_meet_their_marks(slug: str) -> None:
    for text in EVERYTHING[slug]["body"].split(WORKING_COPY):
        assert Counter(re.findall(r"\[\^(\w+)\](?!:)", text)) == Counter(re.findall(r"^\[\^(\w+)\]:", text, re.M))


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_the_life_of_an_article_is_in_order_at_any_hour(now: datetime) -> None:
    for slug, article in EVERYTHING.items():
        life = [article[key] for key in ("published", "expires") if key in article]
        assert life or "changed" in article, slug
        moments = [moment(text, now) for text in life]
        assert moments == sorted(moments), slug
        saves = [revision["at"] for revision in article.get("revisions", [])]
        saves += [article[key] for key in ("changed",) if key in article]
        saves += [article["working"]["at"]] if "working" in article else []
        saved = [moment(text, now) for text in saves]
        assert saved == sorted(saved), slug
        assert all(when <= now for when in saved), slug
        assert ("changed" in article) == (article["status"] != "published"), slug


@pytest.mark.parametrize("file", IMAGES)
def test_a_picture_is_small_and_decodes(file: str) -> None:
    path = CONTENT / "images" / file
    assert path.stat().st_size < MAX_IMAGE_BYTES
    with Image.open(path) as picture:
        picture.load()
        assert picture.size == ((512, 512) if file == "logo.webp" else (1600, 1000))
    assert (CONTENT / "images" / "src" / file).with_suffix(".svg").is_file()


def test_every_picture_is_in_the_library_and_every_face_is_there() -> None:
    assert {path.name for path in (CONTENT / "images").glob("*.webp")} == IMAGES.keys()
    assert {image["uploaded_by"] for image in IMAGES.values()} <= PEOPLE.keys()
    faces = [person["avatar"] for person in PEOPLE.values() if "avatar" in person]
    assert len(faces) == 5
    for face in faces:
        with Image.open(CONTENT / "images" / face) as picture:
            picture.load()
            assert picture.size == (256, 256)


def test_the_parents_of_tags_come_before_them() -> None:
    seen: set[str | None] = {None}
    for tag in TAGS.values():
        assert tag["description"]
        assert tag.get("parent") in seen
        seen.add(tag["slug"])


def test_every_series_has_its_parts_in_the_order_in_which_they_appeared() -> None:
    now = datetime(2026, 3, 2, 12)
    for slug in SERIES:
        parts = sorted((post["part"], post["published"]) for post in POSTS.values() if post.get("series") == slug)
        assert [number for number, _published in parts] == [1, 2, 3]
        days = [moment(published, now) for _number, published in parts]
        assert days == sorted(days)


def test_a_comment_refers_only_to_what_exists() -> None:
    ids = {comment["id"]: comment for comment in COMMENTS}
    assert len(ids) == len(COMMENTS)
    for comment in COMMENTS:
        assert comment["post"] in POSTS, comment["id"]
        assert ("author" in comment) != ("guest" in comment), comment["id"]
        assert comment.get("author") in {None, *PEOPLE}, comment["id"]
        assert comment.get("guest") in {None, *GUESTS}, comment["id"]
        if "parent" in comment:
            assert ids[comment["parent"]]["post"] == comment["post"], comment["id"]
    assert {comment.get("guest") for comment in COMMENTS} >= GUESTS.keys()


def test_threads_are_up_to_four_deep_and_no_deeper() -> None:
    parents = {comment["id"]: comment.get("parent") for comment in COMMENTS}

    def depth(comment: str) -> int:
        parent = parents[comment]
        return 1 if parent is None else 1 + depth(parent)

    assert max(depth(comment) for comment in parents) == MAX_DEPTH


def test_a_comment_in_sight_never_answers_one_that_is_not() -> None:
    status = {comment["id"]: comment["status"] for comment in COMMENTS}
    for comment in COMMENTS:
        if comment["status"] == "approved" and "parent" in comment:
            assert status[comment["parent"]] == "approved", comment["id"]


def test_held_comments_say_why_and_spam_has_a_score() -> None:
    reasons: set[str] = set()
    for comment in COMMENTS:
        held = set(comment.get("held_because", []))
        assert bool(held) == (comment["status"] == "pending"), comment["id"]
        assert ("score" in comment) == (comment["status"] == "spam"), comment["id"]
        assert 0 < comment.get("score", 1) <= 1
        reasons |= held
    assert reasons == HELD_BECAUSE


@pytest.mark.parametrize("now", HOURS, ids=str)
def test_a_comment_is_later_than_its_post_and_than_what_it_answers(now: datetime) -> None:
    written = {comment["id"]: moment(comment["at"], now) for comment in COMMENTS}
    for comment in COMMENTS:
        post = POSTS[comment["post"]]
        assert post["status"] in {"published", "archived"}, comment["id"]
        assert moment(post["published"], now) < written[comment["id"]] <= now, comment["id"]
        if "parent" in comment:
            assert written[comment["parent"]] < written[comment["id"]], comment["id"]


def test_no_link_or_address_leads_to_anybody_real() -> None:
    texts = [path.read_text(encoding="utf-8") for path in CONTENT.rglob("*") if path.suffix in {".md", ".yaml"}]
    hosts = {host for text in texts for host in re.findall(r"(?:https?://|@)([\w-]+(?:\.[\w-]+)+)", text)}
    assert hosts
    assert all(host == "example.com" or host.endswith((".example", ".invalid")) for host in hosts)


def test_redirects_lead_somewhere_or_are_gone_but_for_the_one_that_today_names() -> None:
    redirects = listed("redirects")
    assert {redirect["status"] for redirect in redirects} == {301, 302, 410}
    assert len({redirect["from"] for redirect in redirects}) == len(redirects) == 6
    for redirect in redirects:
        targets = [redirect[key] for key in ("to", "post") if key in redirect]
        assert len(targets) == (0 if redirect["status"] == 410 else 1)
        assert redirect.get("post") in {None, *EVERYTHING}
    targets = [redirect["to"] for redirect in redirects if "to" in redirect]
    assert [to for to in targets if to not in {f"/posts/{slug}" for slug in POSTS}] == ["/join-the-crew"]


def test_the_menus_lead_to_tags_and_pages() -> None:
    settings = listed("settings")
    addresses = {f"/tags/{slug}" for slug in TAGS} | {page_address(slug) for slug in PAGES}
    assert {entry["url"] for entry in settings["menu"] + settings["footer_menu"]} <= addresses
    assert settings["logo"] in IMAGES
