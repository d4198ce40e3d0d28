"""The conversation as readers see it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.comments import queries, threads
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.posts.rows import EDITIONS
from tests.counting import counted
from tests.factories import Make

PENDING, APPROVED, SPAM, TRASHED = CommentStatus
MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(make: Make) -> Post:
    return make.post(status=PUBLISHED)


def shape(said: list[threads.Said]) -> list[object]:
    return [[one.comment.body_html, *shape(one.answers)] for one in said]


def said_under(session: Session, post_id: int, *, depth: int, after: int | None = None) -> threads.Talk:
    """As the page of a post asks for it, with the post."""
    begun = session.scalar(select(threads.beginning()).select_from(EDITIONS).where(EDITIONS.c.post_id == post_id))
    return threads.talk(session, post_id, begun, depth=depth, after=after)


class Speaker:
    """Says things in the order in which it is told to."""

    def __init__(self, make: Make, post: Post) -> None:
        self.make, self.post, self.at = make, post, make.at

    def say(self, body: str, to: Comment | None = None, **values: object) -> Comment:
        self.at += MINUTE
        parent_id = to.id if to is not None else None
        given = {"status": APPROVED, "created_at": self.at, "body": body, "body_html": body}
        return self.make.comment(self.post, **given | {"parent_id": parent_id} | values)


@pytest.fixture
def speaker(make: Make, post: Post) -> Speaker:
    return Speaker(make, post)


def test_answers_stand_under_what_they_answer_the_oldest_first(session: Session, speaker: Speaker, post: Post) -> None:
    a = speaker.say("a")
    b = speaker.say("b")
    a1 = speaker.say("a1", to=a)
    speaker.say("b1", to=b)
    speaker.say("a1x", to=a1)
    speaker.say("a2", to=a)

    talk = said_under(session, post.id, depth=4)

    assert shape(talk.threads) == [["a", ["a1", ["a1x"]], ["a2"]], ["b", ["b1"]]]
    assert (talk.count, talk.more) == (6, None)


def test_only_approved_comments_are_public_and_counted(session: Session, speaker: Speaker, post: Post) -> None:
    for status in CommentStatus:
        speaker.say(status.value, status=status)

    talk = said_under(session, post.id, depth=4)

    assert shape(talk.threads) == [["approved"]]
    assert talk.count == 1


def test_an_answer_to_what_is_gone_begins_a_thread(session: Session, speaker: Speaker, post: Post) -> None:
    gone = speaker.say("gone", status=TRASHED)
    orphan = speaker.say("orphan", to=gone)
    speaker.say("below", to=orphan)

    talk = said_under(session, post.id, depth=4)

    assert shape(talk.threads) == [["orphan", ["below"]]]
    assert talk.count == 2


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, [["1"], ["2"], ["3"], ["4"], ["5"]]),
        (2, [["1", ["2"], ["3"], ["4"]], ["5"]]),
        (3, [["1", ["2", ["3"], ["4"]]], ["5"]]),
        (10, [["1", ["2", ["3", ["4"]]]], ["5"]]),
    ],
)
def test_below_the_depth_answers_stand_in_a_row_and_say_what_they_answer(
    session: Session, speaker: Speaker, post: Post, depth: int, expected: list[object]
) -> None:
    one = speaker.say("1")
    two = speaker.say("2", to=one)
    three = speaker.say("3", to=two)
    speaker.say("4", to=three)
    speaker.say("5")

    talk = said_under(session, post.id, depth=depth)

    assert shape(talk.threads) == expected
    if depth == 1:
        assert [said.answers_to and said.answers_to.body_html for said in talk.threads] == [None, "1", "2", "3", None]


def test_a_remark_says_what_the_comment_says(
    session: Session, make: Make, speaker: Speaker, post: Post, now: datetime
) -> None:
    member = make.user(display_name="Ines Pellow", avatar_id=make.media().id)
    spoken = {"body": 'A "quote", a \\ and\na line: „ß“ 🦀', "edited_at": now, "is_mention": True}
    of_member = speaker.say(**spoken, author_id=member.id, guest_name="")
    of_guest = speaker.say("b", guest_name="Jo <b>", guest_url="https://example.com/")
    session.commit()

    first, second = (said.comment for said in said_under(session, post.id, depth=4).threads)

    for remark, comment in ((first, of_member), (second, of_guest)):
        for name in set(remark._fields) - {"author"}:
            assert getattr(remark, name) == getattr(comment, name), name
            assert type(getattr(remark, name)) is type(getattr(comment, name)), name
    assert first.author is not None
    assert (first.author.name, first.author.avatar_id) == ("Ines Pellow", member.avatar_id)
    assert second.author is None


def test_a_long_conversation_comes_in_pages_that_miss_nothing(
    session: Session, speaker: Speaker, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "PER_PAGE", 2)
    for number in range(5):
        speaker.say(f"answer {number}", to=speaker.say(f"thread {number}"))

    seen, after = [], None
    for _page in range(3):
        talk = said_under(session, post.id, depth=4, after=after)
        seen += shape(talk.threads)
        after = talk.more
        assert talk.count == 10

    assert seen == [[f"thread {number}", [f"answer {number}"]] for number in range(5)]
    assert after is None


def test_an_imported_answer_older_than_its_question_still_stands_below_it(
    session: Session, speaker: Speaker, post: Post, now: datetime
) -> None:
    question = speaker.say("question")
    speaker.say("answer", to=question, created_at=now - timedelta(days=1))

    assert shape(said_under(session, post.id, depth=4).threads) == [["question", ["answer"]]]


def test_the_whole_conversation_is_one_query(session: Session, make: Make, speaker: Speaker, post: Post) -> None:
    for _number in range(10):
        speaker.say("a", to=speaker.say("b", author_id=make.user().id, guest_name=""))
    session.commit()
    post_id = post.id
    session.expunge_all()

    with counted(session.get_bind()) as statements:
        talk = said_under(session, post_id, depth=4)
        names = [said.comment.author_name for said in talk.threads]

    assert len(statements) == 1
    assert names
    assert all(name.startswith("Person") for name in names)


def test_a_page_of_a_long_conversation_is_two_queries(
    session: Session, speaker: Speaker, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "PER_PAGE", 2)
    for number in range(3):
        speaker.say(f"answer {number}", to=speaker.say(f"thread {number}"))
    session.commit()

    with counted(session.get_bind()) as statements:
        talk = said_under(session, post.id, depth=4)

    assert len(statements) == 2
    assert (len(talk.threads), talk.count) == (2, 6)


def test_only_public_comments_of_the_post_can_be_answered(session: Session, speaker: Speaker, make: Make) -> None:
    public, hidden = speaker.say("a"), speaker.say("b", status=PENDING)

    assert threads.answerable(session, public.post_id, public.id) is public
    assert threads.answerable(session, public.post_id, hidden.id) is None
    assert threads.answerable(session, make.post().id, public.id) is None
    assert threads.answerable(session, public.post_id, 10**30) is None


def test_the_record_of_every_author_comes_in_one_query(session: Session, make: Make, speaker: Speaker) -> None:
    member = make.user()
    mine = speaker.say("new", status=PENDING, author_id=member.id, guest_name="", guest_email="")
    speaker.say("old", author_id=member.id, guest_name="", guest_email="")
    guest = speaker.say("hello", status=SPAM)
    speaker.say("other", status=SPAM)
    speaker.say("third", status=TRASHED)
    nobody = speaker.say("anonymous", guest_email="", guest_name="Anon")
    session.commit()

    with counted(session.get_bind()) as statements:
        records = queries.records(session, [mine, guest, nobody])

    assert len(statements) == 1
    assert records[mine.id] == queries.Record(approved=1, spam=0)
    assert records[guest.id] == queries.Record(approved=0, spam=1)
    assert records[nobody.id] == queries.Record()


def test_all_comments_are_counted_beyond_the_last_thread_too(session: Session, speaker: Speaker, post: Post) -> None:
    speaker.say("a")
    last = speaker.say("b")

    talk = said_under(session, post.id, depth=4, after=last.id)

    assert (talk.threads, talk.count) == ([], 2)


def test_after_a_thread_that_is_gone_a_conversation_begins_anew(session: Session, speaker: Speaker, post: Post) -> None:
    speaker.say("a")

    assert shape(said_under(session, post.id, depth=4, after=4711).threads) == [["a"]]
    owner = speaker.make.owner()
    speaker.say("b", status=PENDING)
    waiting = queries.queue(session, owner, PENDING, after=4711, most=10)
    assert [comment.body for comment in waiting] == ["b"]
