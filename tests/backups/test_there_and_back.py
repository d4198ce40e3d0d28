"""A backup that is made while others write is of one moment, and what is put back from it is whole."""

import threading
from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from cms.accounts.models import UserSession
from cms.audit import sealing
from cms.audit.actions import record
from cms.audit.models import Event
from cms.backups.checking import DAMAGED, LOST, check
from cms.backups.making import make as make_backup
from cms.backups.restoring import restore
from cms.backups.site import Site
from cms.core.errors import Conflict
from cms.core.generation import ASK
from cms.media.models import Media
from cms.media.storage import LocalFolder
from cms.posts.models import Post
from cms.tokens import actions as tokens
from tests.backups.conftest import SECRET, Elsewhere, moment
from tests.factories import Make

Store = Callable[[int], Media]


def known(_head: str) -> bool:
    return True


def test_what_is_put_back_is_what_was_there(
    site: Site, elsewhere: Elsewhere, session: Session, make: Make, stored: Store
) -> None:
    make.post(title="The tide clock")
    media = stored(50)
    session.commit()

    made = make_backup(site, at=moment())
    done = restore(elsewhere.site, made, at=moment(), is_known=known)

    assert (made.manifest.files, done.files, done.missing, done.aside, done.is_same_key) == (1, 1, 0, "", True)
    with Session(elsewhere.engine) as there:
        assert there.scalars(select(Post.title)).all() == ["The tide clock"]
    assert elsewhere.site.storage.exists(media.digest)
    assert elsewhere.site.database.contents().counts == made.manifest.counts


def test_a_site_that_is_written_to_meanwhile_comes_back_whole(
    site: Site, elsewhere: Elsewhere, engine: Engine, session: Session, make: Make, stored: Store
) -> None:
    """Each transaction of the writer adds a post, its event and a file; a copy has all three or none."""
    written, stop = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in count(40):
                media = stored(number)
                post = make.post(title=media.digest)
                session.add(Event(at=make.at, verb="post.create", subject_type="posts", subject_id=post.id))
                session.commit()
                written.set()
                if stop.is_set():
                    return
        except BaseException as error:
            failures.append(error)
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    backups = []
    for _ in range(5):
        written.clear()  # what was written since the copy before is in the next
        assert written.wait(30)
        backups.append(make_backup(site, at=moment()))
    stop.set()
    writer.join(30)

    assert not failures
    counts = [backup.manifest.counts["posts"] for backup in backups]
    assert counts[0] < counts[-1]
    restore(elsewhere.site, backups[2], at=moment(), is_known=known)
    with Session(elsewhere.engine) as there:
        titles, digests = set(there.scalars(select(Post.title))), set(there.scalars(select(Media.digest)))
        events = there.scalar(select(func.count()).where(Event.verb == "post.create"))
        assert titles == digests
        assert len(titles) == events == counts[2]
        assert all(elsewhere.site.storage.exists(digest) for digest in digests)
    assert no_orphans(elsewhere.engine)


def no_orphans(engine: Engine) -> bool:
    """What refers to something refers to something that is there, asked of the rows themselves."""
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for key in inspect(engine).get_foreign_keys(table):
                [column], [target] = key["constrained_columns"], key["referred_columns"]
                parents = f"SELECT {target} FROM {key['referred_table']}"
                rows = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN ({parents})"
                if connection.scalar(text(rows)):
                    return False
    return True


def test_a_site_that_is_there_is_not_overwritten_unless_asked_to_and_is_kept_aside(
    site: Site, engine: Engine, session: Session, make: Make
) -> None:
    make.post(title="Before")
    session.commit()
    made = make_backup(site, at=moment())
    make.post(title="After")
    session.commit()

    with pytest.raises(Conflict, match="There is a site here already"):
        restore(site, made, at=moment(), is_known=known)
    assert session.scalar(select(func.count(Post.id))) == 2
    session.rollback()
    engine.dispose()
    done = restore(site, made, at=moment(), replace=True, is_known=known)

    assert session.scalars(select(Post.title)).all() == ["Before"]
    session.rollback()
    assert titles_aside(site, session, done.aside) == {"Before", "After"}


def titles_aside(site: Site, session: Session, aside: str) -> set[str]:
    if site.database.kind == "sqlite":
        session.execute(text("COMMIT"))
        session.execute(text("ATTACH :aside AS aside"), {"aside": aside})
        found = set(session.scalars(text("SELECT title FROM aside.posts")))
        session.execute(text("DETACH aside"))
        session.execute(text("BEGIN"))
    else:
        name = aside.removeprefix("the schema ")
        found = set(session.scalars(text(f"SELECT title FROM {name}.posts")))
        session.execute(text(f"DROP SCHEMA {name} CASCADE"))
        session.commit()
    return found


def test_pages_that_were_kept_since_are_old_and_nobody_stays_signed_in(
    site: Site, elsewhere: Elsewhere, session: Session, make: Make, engine: Engine
) -> None:
    """The number of the generation never goes back, even where it ran ahead of the clock."""
    person = make.user()
    session.add(
        UserSession(user_id=person.id, digest="d" * 64, created_at=make.at, last_seen_at=make.at, expires_at=make.at)
    )
    make.post()
    session.commit()
    made = make_backup(site, at=moment())
    with engine.begin() as connection:
        connection.execute(text("UPDATE generations SET number = number + 1000000000"))
    ahead = session.scalar(text(ASK))
    session.rollback()
    engine.dispose()

    restore(site, made, at=moment(), replace=True, is_known=known)

    assert session.scalar(text(ASK)) > ahead
    assert session.scalar(select(UserSession.revoked_at)) is not None
    session.rollback()


def test_a_token_that_was_revoked_since_opens_nothing_again(
    site: Site, session: Session, make: Make, engine: Engine
) -> None:
    """Whoever stole it would have it back; one that was never revoked goes on."""
    owner = make.owner()
    session.commit()
    wanted = {"scopes": [], "days": 7, "key": SECRET, "by": owner, "at": make.at}
    stolen, kept = (tokens.create(session, name=name, **wanted)[0] for name in ("Stolen", "Kept"))
    session.commit()
    made = make_backup(site, at=moment())
    tokens.revoke(session, stolen, by=owner, at=make.at)
    session.commit()
    engine.dispose()

    restore(site, made, at=moment(), replace=True, is_known=known)

    session.expire_all()
    assert (stolen.revoked_at is not None, kept.revoked_at) == (True, None)
    session.rollback()


def test_a_backup_of_a_later_version_and_one_that_is_damaged_are_refused(
    site: Site, elsewhere: Elsewhere, session: Session, make: Make
) -> None:
    make.post()
    session.commit()
    made = make_backup(site, at=moment())

    with pytest.raises(Conflict, match="later version"):
        restore(elsewhere.site, made, at=moment(), is_known=lambda _head: False)
    spoil(made.folder / made.manifest.file)
    with pytest.raises(Conflict, match="damaged"):
        restore(elsewhere.site, made, at=moment(), is_known=known)
    assert elsewhere.site.database.is_empty()


def test_a_check_puts_the_database_back_for_a_trial_and_reads_every_file(
    site: Site, session: Session, stored: Store
) -> None:
    media = stored(50)
    session.commit()
    made = make_backup(site, at=moment())

    assert check(site, made, at=moment()).problems == []
    assert site.shelf.get(made.name).checked.restored  # type: ignore[union-attr]

    spoil(site.shelf.files.path(media.digest))
    assert check(site, made, at=moment()).problems == [f"{LOST}\n{media.digest[:12]}"]
    again = make_backup(site, at=moment())
    assert check(site, again, at=moment()).problems == []

    spoil(made.folder / made.manifest.file)
    assert check(site, made, at=moment()).problems == [DAMAGED]


def test_a_file_is_copied_once_and_one_that_the_storage_lost_is_named(
    site: Site, session: Session, stored: Store, storage: LocalFolder
) -> None:
    kept, lost = stored(50).digest, stored(60).digest
    session.commit()
    storage.delete(lost)

    first = make_backup(site, at=moment())
    copied = site.shelf.files.path(kept).stat().st_ino
    make_backup(site, at=moment())

    assert (first.manifest.missing, first.files().keys()) == ([lost], {kept})
    assert site.shelf.files.path(kept).stat().st_ino == copied
    assert list(site.shelf.kept_digests()) == [kept]


def spoil(path: object) -> None:
    with open(str(path), "r+b") as file:
        file.seek(20)
        file.write(b"spoilt")


def test_the_record_that_is_put_back_is_as_it_was_sealed(
    site: Site, elsewhere: Elsewhere, session: Session, make: Make
) -> None:
    for name in ("Sea", "Lake"):
        record(session, "tag.create", make.tag(name), by=make.editor(), at=make.at)
    session.commit()
    seal = sealing.next_seal(session, SECRET, upto=sealing.settled(session), at=make.at)
    assert seal is not None
    session.add(seal)
    session.commit()
    told = sealing.verify(session, SECRET).head

    restore(elsewhere.site, make_backup(site, at=moment()), at=moment(), is_known=known)

    with Session(elsewhere.engine) as there:
        found = sealing.verify(there, SECRET, noted=told)
    assert (found.sealed, found.broken, found.foreign, found.is_known) == (2, [], 0, True)


@pytest.mark.parametrize(("keeps", "live"), [(True, 1), (False, 0)])
def test_where_nothing_tells_which_tokens_were_revoked_since_they_are_counted_or_revoked(
    site: Site, elsewhere: Elsewhere, session: Session, make: Make, keeps: bool, live: int
) -> None:
    owner = make.owner()
    session.flush()
    wanted = {"scopes": [], "days": 7, "key": SECRET, "by": owner, "at": make.at}
    tokens.create(session, name="Stolen", **wanted)
    session.commit()
    made = make_backup(site, at=moment())

    done = restore(elsewhere.site, made, at=moment(), keep_tokens=keeps, is_known=known)

    assert done.tokens == live
    assert len(elsewhere.site.database.contents().tokens) == live
