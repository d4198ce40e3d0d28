"""What a WordPress export holds, read from a small one and from the real one."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from cms.core.markdown import render_article
from cms.importers.parsed import ItemKind, ItemStatus, ParsedCommentKind, ParsedCommentStatus, ParsedSite, Severity
from cms.importers.words import lost_words, visible_words


def item(site: ParsedSite, source_id: str):
    return next(item for item in site.items if item.source_id == source_id)


def test_a_post_keeps_its_dates_address_author_and_summary(small_site: ParsedSite) -> None:
    ferry = item(small_site, "10")

    assert (ferry.kind, ferry.status, ferry.slug) == (ItemKind.POST, ItemStatus.PUBLISHED, "night-ferry")
    assert ferry.published_at == datetime(2024, 2, 3, 21, 30, tzinfo=UTC)
    assert ferry.modified_at == datetime(2024, 2, 5, 8, 0, tzinfo=UTC)
    assert ferry.title == "The night ferry"
    assert ferry.summary == "A crossing in the dark."
    assert (ferry.author, ferry.featured, ferry.seo_description) == ("ada", "20", "Across at night")
    assert ferry.old_paths == ("/2024/02/03/night-ferry/", "/2024/02/03/the-ferry/")


def test_people_are_those_named_and_those_who_only_sign(small_site: ParsedSite) -> None:
    assert [(person.source_id, person.name, person.email) for person in small_site.people] == [
        ("ada", "Ada Moor", "ada@old.example.com"),
        ("ghostwriter", "ghostwriter", ""),
    ]


def test_categories_become_tags_with_parents_that_exist(small_site: ParsedSite) -> None:
    tags = {tag.source_id: tag for tag in small_site.tags}

    assert tags["category:ferries"].parent_id == "category:boats"
    assert tags["category:lost"].parent_id is None
    assert tags["category:boats"].name == "Boats & Ships"
    assert tags["category:boats"].description == "All that floats."
    assert item(small_site, "10").tags == ("category:ferries", "post_tag:night", "post_tag:unlisted")
    assert not tags["post_tag:unlisted"].is_category


def test_every_kind_of_comment_arrives_but_a_plugins_own_records(small_site: ParsedSite) -> None:
    comments = {comment.source_id: comment for comment in item(small_site, "10").comments}

    assert list(comments) == ["100", "101", "102", "103"]
    assert comments["101"].parent_source_id == "100"
    assert comments["102"].parent_source_id is None
    assert comments["102"].kind is ParsedCommentKind.PINGBACK
    assert [comment.status for comment in comments.values()] == [
        ParsedCommentStatus.APPROVED,
        ParsedCommentStatus.PENDING,
        ParsedCommentStatus.APPROVED,
        ParsedCommentStatus.SPAM,
    ]
    assert comments["100"].name == "Bo & Co"
    assert comments["100"].body == "I missed it.\n\n**Twice**"


def test_what_was_protected_or_private_is_a_draft(small_site: ParsedSite) -> None:
    protected = item(small_site, "12")

    assert protected.password_protected
    assert protected.status is ItemStatus.DRAFT
    assert any("password" in note.what for note in protected.notes)


def test_a_post_without_title_or_date_has_a_name_and_no_date(small_site: ParsedSite) -> None:
    nameless = item(small_site, "13")

    assert nameless.title == "Without a title, and without a date that anybody could use."
    assert nameless.published_at is None
    assert nameless.old_paths == ()


def test_pages_know_their_parents_even_when_those_come_later(small_site: ParsedSite) -> None:
    team = item(small_site, "16")

    assert (team.kind, team.parent_source_id, team.position) == (ItemKind.PAGE, "15", 2)


def test_attachments_bring_what_was_said_about_them(small_site: ParsedSite) -> None:
    ferry = next(attachment for attachment in small_site.attachments if attachment.source_id == "20")

    assert (ferry.alt, ferry.caption, ferry.parent_id) == ("A white ferry", "The old ferry", "10")


def test_the_report_names_what_was_left_out_and_where(small_site: ParsedSite) -> None:
    left = {(note.item, note.what) for note in small_site.all_notes() if note.severity is Severity.LEFT_OUT}

    assert ("", "1 × nav_menu_item") in left
    assert ("", "1 × auto-draft") in left
    assert ("Post 10 “The night ferry”", "blocks that WordPress fills: latest-posts") in left
    assert ("Post 10 “The night ferry”", "custom fields: weather") in left
    assert ("Post 11 “Classic notes”", "[contact-form-7]") in left


def test_blocks_become_markdown(small_site: ParsedSite) -> None:
    body = item(small_site, "10").body

    assert 'The ferry leaves at **ten**, and "nobody" waits[^1].' in body
    assert "[^1]: Nobody but *gulls*." in body
    assert "Tickets are sold on board." in body  # a reusable block, kept elsewhere in the file
    assert "| South \\| West | 23:10 |" in body
    assert "<summary>Timetable</summary>" in body
    assert "Adults pay four" in body  # said only in the settings of a plugin's block
    assert "Bring a coat." in body
    assert 'alt="A white ferry"' in body  # from the library, since the post said nothing
    assert '<a href="https://video.example.net/watch?v=1">' in body


def test_classic_text_keeps_its_lines_shortcodes_and_lists(small_site: ParsedSite) -> None:
    body = item(small_site, "11").body

    assert "First line\\\nsecond line\n\nA second paragraph with `[gallery]`, \\[gallery\\], an aside \\[sic\\]" in body
    assert "<figcaption>A <b>caption</b> kept</figcaption>" in body
    assert (
        '![A white ferry](https://old.example.com/wp-content/uploads/2024/02/ferry.png "The old ferry")\n![quay]'
        in body
    )
    assert '<audio controls src="https://old.example.com/wp-content/uploads/horn.mp3">' in body
    assert '<video controls src="https://old.example.com/wp-content/uploads/wake.mp4"' in body
    assert "<https://video.example.net/watch?v=2>" in body
    assert "<https://photos.example.net/p/3>" in body
    assert "**Mind the gap**\n\nBoxed *words*" in body
    assert "<https://video.example.net/4>" in body
    assert "\\[via https://news.example.net/5\\]" in body  # a remark between brackets is no shortcode
    assert '```php\n<?php echo "[gallery]"; ?>\n```' in body
    assert "[A map](https://maps.example.net/embed?x=1)" in body
    assert "never" not in body
    assert "- one\n- two\n\n3. three\n\n1) again one" in body
    assert "> Said so.\n>\n> <cite>Someone</cite>" in body
    assert "After the fold.\n\n---\n\nLast page" in body


def test_no_post_of_the_small_export_loses_a_word(small_site: ParsedSite) -> None:
    for post in small_site.items:
        assert lost_words(post.words, visible_words(render_article(post.body).html)) == []


def test_everything_in_the_real_export_arrives(theme_test_site: ParsedSite) -> None:
    posts = [item for item in theme_test_site.items if item.kind is ItemKind.POST]
    comments = [comment for item in theme_test_site.items for comment in item.comments]

    assert len(theme_test_site.people) == 2
    assert len(posts) == 58
    assert len(theme_test_site.items) - len(posts) == 21
    assert Counter((post.status, post.password_protected) for post in posts) == {
        (ItemStatus.PUBLISHED, False): 55,
        (ItemStatus.SCHEDULED, False): 1,
        (ItemStatus.DRAFT, False): 1,
        (ItemStatus.DRAFT, True): 1,
    }
    assert sum(tag.is_category for tag in theme_test_site.tags) == 68
    declared = [note for note in theme_test_site.notes if note.what.startswith("tag “")]
    assert sum(not tag.is_category for tag in theme_test_site.tags) == 110 + len(declared)
    assert len(comments) == 33
    assert sum(comment.status is ParsedCommentStatus.PENDING for comment in comments) == 3
    assert sum(comment.parent_source_id is not None for comment in comments) == 10
    assert sum(comment.kind is not ParsedCommentKind.COMMENT for comment in comments) == 4
    assert {item.author for item in theme_test_site.items} == {"themedemos", "themereviewteam"}


def test_no_post_of_the_real_export_loses_a_word(theme_test_site: ParsedSite) -> None:
    for post in theme_test_site.items:
        shown = visible_words(render_article(post.body).html)
        assert (post.title, lost_words(post.words, shown)) == (post.title, [])


@pytest.mark.parametrize(
    ("source_id", "said"),
    [
        ("555", '![Bell on Wharf](https://wpthemetestdata.files.wordpress.com/2008/06/100_5478.jpg "Bell on wharf'),
        ("587", "<audio controls"),
        ("21", "<video controls"),
        ("568", "Chunk of resinous blackboy husk, Clarkson"),
        ("1738", '<a href="https://youtu.be/ex8fMxXJDJw">'),
        ("1749", '<blockquote class="pull">'),
        ("8", "<tfoot>"),
    ],
)
def test_galleries_captions_embeds_and_players_of_the_real_export_are_shown(
    theme_test_site: ParsedSite, source_id: str, said: str
) -> None:
    assert said in item(theme_test_site, source_id).body
