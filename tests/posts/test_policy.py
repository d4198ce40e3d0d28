"""Who may do what with posts and pages: the single answer and the WHERE clause are one rule."""

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.accounts.builtin import BUILTIN_ROLES
from cms.accounts.models import User
from cms.core.errors import NotFound
from cms.core.permissions import Permission, Scope
from cms.posts import queries
from cms.posts.actions import available_moves
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED, PostMove, PostStatus
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.taxonomy.models import Tag
from tests.factories import Make

P, OWN = Permission, Scope.OWN
SUBMIT, SEND_BACK, PUBLISH, UNPUBLISH, ARCHIVE, RESTORE, TRASH = PostMove
NOTHING: dict[PostStatus, list[PostMove]] = {status: [] for status in PostStatus}


@pytest.fixture
def sea(make: Make) -> Tag:
    return make.tag("Sea")


@pytest.fixture
def town(make: Make) -> Tag:
    return make.tag("Town")


@pytest.fixture
def people(make: Make, sea: Tag, town: Tag) -> list[User | None]:
    """A visitor, each built-in role, somebody switched off, and people whose roles have every shape."""
    shaped = [
        make.user(make.role(*((permission, scope) for permission in P), tags=tags))
        for scope, tags in product(Scope, ((), (sea,), (sea, town)))
    ]
    single = [make.user(make.role(permission)) for permission in (P.POST_VIEW, P.POST_EDIT, P.PAGE_MANAGE)]
    several = make.user(make.role((P.POST_EDIT, OWN), tags=(sea,)), make.role(P.POST_VIEW, tags=(town,)), "contributor")
    builtin = [make.user(role.name) for role in BUILTIN_ROLES]
    return [None, make.user(), make.user("owner", active=False), *builtin, *shaped, *single, several]


@pytest.fixture
def posts(session: Session, make: Make, people: list[User | None], sea: Tag, town: Tag) -> list[Post]:
    """Posts and pages of some of them and of a stranger: of every status and tag, in the trash and not."""
    for author in [*(person for person in people[3:] if person), make.author()]:
        for tags, trashed_at in product(([sea], [town], [sea, town], []), (None, make.at)):
            make.post(author=author, tags=tags, trashed_at=trashed_at)
    for author, kind, status in product([people[5], people[-1], make.author()], PostKind, PostStatus):
        make.post(author=author, kind=kind, status=status, tags=[sea])
        make.post(author=author, kind=kind, status=status, trashed_at=make.at)
    session.commit()
    return list(session.scalars(select(Post).options(selectinload(Post.tags))))


def test_the_list_and_the_single_post_agree_about_every_right_of_everybody(
    session: Session, people: list[User | None], posts: list[Post]
) -> None:
    sizes = set()
    for person, permission in product(people, P):
        policy = PostPolicy(person)
        listed = set(session.scalars(select(Post).where(policy.where(permission))))
        assert listed == {post for post in posts if policy.may(permission, post)}, (person, permission)
        sizes.add(len(listed))
    assert {0, len(posts)} < sizes


def test_the_list_and_the_single_post_agree_on_who_may_look(
    session: Session, people: list[User | None], posts: list[Post]
) -> None:
    for person in people:
        policy = PostPolicy(person)
        listed = set(session.scalars(select(Post).where(policy.viewable())))
        assert listed == {post for post in posts if policy.may_view(post)}, person


def test_visitors_and_people_switched_off_may_nothing(
    session: Session, people: list[User | None], posts: list[Post]
) -> None:
    for nobody in (None, people[2]):
        policy = PostPolicy(nobody)
        assert session.scalars(select(Post).where(policy.viewable())).all() == []
        assert not any(policy.may(permission) or policy.may_create(kind) for permission in P for kind in PostKind)
        assert not any(policy.may_move(move, posts[0]) or policy.may_set_author(posts[0]) for move in PostMove)


@pytest.mark.parametrize(
    ("role", "mine", "moves"),
    [
        ("owner", False, {DRAFT: [SUBMIT, PUBLISH, ARCHIVE, TRASH], IN_REVIEW: [SEND_BACK, PUBLISH, ARCHIVE, TRASH]}),
        ("editor", False, {PUBLISHED: [PUBLISH, UNPUBLISH, ARCHIVE, TRASH], ARCHIVED: [RESTORE, TRASH]}),
        ("author", True, {DRAFT: [SUBMIT, PUBLISH, ARCHIVE, TRASH], IN_REVIEW: [SEND_BACK, PUBLISH, ARCHIVE, TRASH]}),
        ("author", True, {PUBLISHED: [PUBLISH, UNPUBLISH, ARCHIVE, TRASH], ARCHIVED: [RESTORE, TRASH]}),
        ("author", False, NOTHING),
        ("contributor", True, {DRAFT: [SUBMIT, ARCHIVE, TRASH], IN_REVIEW: [SEND_BACK, ARCHIVE, TRASH]}),
        ("contributor", True, {PUBLISHED: [], ARCHIVED: [RESTORE, TRASH]}),
        ("contributor", False, NOTHING),
        ("moderator", False, NOTHING),
    ],
)
def test_each_role_is_offered_its_moves(
    make: Make, role: str, mine: bool, moves: dict[PostStatus, list[PostMove]]
) -> None:
    person = make.user(role)

    for status, offered in moves.items():
        post = make.post(status=status, author=person if mine else make.author())
        assert available_moves(post, to=person) == offered


@pytest.mark.parametrize("status", PostStatus)
def test_out_of_the_trash_there_is_one_way(make: Make, status: PostStatus) -> None:
    writer = make.contributor()
    post = make.post(status=status, author=writer, trashed_at=make.at)

    assert available_moves(post, to=writer) == available_moves(post, to=make.editor()) == [RESTORE]
    assert available_moves(post, to=make.moderator()) == []


def test_pages_know_one_right_and_whoever_sees_posts_sees_them(make: Make) -> None:
    page = make.page(status=PUBLISHED)
    keeper = PostPolicy(make.user(make.role(P.PAGE_MANAGE)))
    writer = PostPolicy(make.user(make.role(*(right for right in P if right is not P.PAGE_MANAGE))))

    assert all(keeper.may_move(move, page) for move in PostMove)
    assert keeper.may_view(page)
    assert keeper.may_create(PostKind.PAGE)
    assert keeper.may_set_author(page)
    assert not keeper.may_create(PostKind.POST)
    assert writer.may_view(page)
    assert not any(writer.may_move(move, page) for move in PostMove)
    assert not writer.may_create(PostKind.PAGE)
    assert not writer.may_set_author(page)


def test_only_who_may_edit_all_posts_gives_one_to_somebody_else(make: Make, sea: Tag) -> None:
    post = make.post(tags=[sea])

    assert PostPolicy(make.owner()).may_set_author(post)
    assert PostPolicy(make.editor()).may_set_author(post)
    for limited in (make.role(P.POST_EDIT, tags=(sea,)), make.role((P.POST_EDIT, OWN)), make.roles["moderator"]):
        assert "change the author" in PostPolicy(make.user(limited)).may_set_author(post).reason


def test_a_refusal_names_the_right_the_roles_and_whom_to_ask(make: Make) -> None:
    writer = make.contributor()

    reason = PostPolicy(writer).may_move(PUBLISH, make.post(author=writer)).reason

    assert reason == "This needs the right “Publish posts”. Your roles (Contributor) do not have it; these do: " + (
        "Editor, Owner."
    )


def test_what_one_may_not_see_is_not_there(session: Session, make: Make) -> None:
    post = make.post()

    with pytest.raises(NotFound):
        queries.get(session, post.id, viewer=make.contributor())
    with pytest.raises(NotFound):
        queries.get(session, post.id, viewer=None)
    assert queries.get(session, post.id, viewer=make.moderator(), for_update=True) is post


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_an_impossible_number_is_not_found(session: Session, make: Make, number: int) -> None:
    with pytest.raises(NotFound):
        queries.get(session, number, viewer=make.owner())
    assert queries.revision(session, make.post(), number) is None
