"""The jobs page: what waits, what went wrong and why, another attempt; and no word of what a letter says."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.jobs import actions
from cms.jobs.leases import Retry
from cms.jobs.lifecycle import CANCELLED, DONE, FAILED
from cms.jobs.models import Job
from cms.web import mailing
from cms.web.sealing import seal
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

REASON = "The mail server could not be reached, or refused."


def failed(session: Session, desk: Browser) -> int:
    """A letter that no attempt could send, ready for the next."""
    with desk.app.app_context():
        sealed = seal({"to": "reader@example.com", "subject": "Hello", "body": "https://example.com/reset/s3cr3t"})
    actions.add(session, mailing.MAIL, {"sealed": sealed}, at=NOON, label="A new password for The Harbour")
    job = session.scalars(select(Job)).one()
    job.status, job.attempts, job.last_error = FAILED, 8, str(Retry(REASON, "OSError"))
    session.commit()
    return job.id


def status_of(session: Session, job_id: int) -> str:
    found = session.scalars(select(Job.status).where(Job.id == job_id)).one()
    session.rollback()
    return found


def test_the_list_says_what_failed_and_why(desk: Browser, session: Session) -> None:
    failed(session, desk)

    page = desk.get("/admin/jobs/?status=failed").text

    assert "A new password for The Harbour" in page
    assert "The mail server could not be reached, or refused. (OSError)" in page
    assert "1 job" in page
    assert "A new password" not in desk.get("/admin/jobs/?status=done").text


def test_why_it_failed_is_said_in_the_language_of_whoever_asks(desk: Browser, session: Session, owner: User) -> None:
    failed(session, desk)
    owner.locale = "de"
    session.commit()

    assert "Der Mailserver war nicht erreichbar oder hat abgelehnt. (OSError)" in desk.get("/admin/jobs/").text


def test_nobody_reads_there_to_whom_and_what(desk: Browser, session: Session) -> None:
    job_id = failed(session, desk)

    for address in ("/admin/jobs/", f"/admin/jobs/details/?id={job_id}", "/admin/jobs/export/csv/"):
        text = desk.get(address).text
        assert "A new password for The Harbour" in text
        assert "reader@example.com" not in text
        assert "s3cr3t" not in text
    kept = str(session.scalars(select(Job.args)).one())
    assert "reader@example.com" not in kept
    assert "s3cr3t" not in kept


def test_another_attempt_sends_it(desk: Browser, session: Session, outbox: list) -> None:
    job_id = failed(session, desk)

    answer = desk.post(f"/admin/jobs/{job_id}/retry")

    assert answer.status_code == 303
    assert [mail.to for mail in outbox] == [["reader@example.com"]]
    assert outbox[0].extra_headers["Message-ID"].startswith(f"<job-{job_id}-")
    assert status_of(session, job_id) is DONE
    again = desk.post(f"/admin/jobs/{job_id}/retry")
    assert again.status_code == 409
    assert "not possible while the status is “Done”" in again.text


def test_several_are_called_off_at_once_and_the_toast_takes_it_back(desk: Browser, session: Session) -> None:
    job_id = failed(session, desk)

    done = desk.post("/admin/jobs/action/", {"action": "cancel", "rowid": [job_id]})

    assert done.status_code == 303
    assert status_of(session, job_id) is CANCELLED
    page = desk.get(done.location).text
    assert "Undo" in page


def test_jobs_are_in_the_menu_of_whoever_manages_the_settings(desk: Browser, session: Session, make: Make) -> None:
    assert '/admin/jobs/"' in desk.get("/admin/").text
    moderator = make.user("moderator")
    session.commit()
    other = Browser(desk.app).sign_in(moderator)
    assert '/admin/jobs/"' not in other.get("/admin/").text
    assert other.get("/admin/jobs/").status_code == 403
