"""Comments with their threads, dates and statuses; pingbacks and trackbacks among them."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import search
from cms.comments.fields import MAX_EMAIL, MAX_NAME
from cms.comments.lifecycle import APPROVED, TRASHED, CommentStatus
from cms.comments.models import Comment
from cms.core.i18n import _
from cms.core.markdown import render_comment
from cms.core.text import printable
from cms.importers.html.text import escape_text
from cms.importers.lines import one_line
from cms.importers.loading.known import known
from cms.importers.loading.people import People
from cms.importers.loading.texts import origin_of, shortened, web_address
from cms.importers.parsed import (
    Notebook,
    ParsedComment,
    ParsedCommentKind,
    ParsedItem,
    ParsedSite,
    above_first,
    sound_parents,
)
from cms.importers.report import Report
from cms.posts.models import Post

URL_LENGTH = 500


class Comments:
    """Writes the comments of an import, also those that are new on a post of an earlier one."""

    def __init__(self, session: Session, report: Report, people: People, *, at: datetime) -> None:
        self._session = session
        self._report = report
        self._people = people
        self._at = at

    def write(self, site: ParsedSite, item: ParsedItem, post_id: int) -> None:
        """The whole conversation of one post."""
        if not item.comments:
            return
        post = self._session.get_one(Post, post_id)
        here = self._here(site, item)
        notebook = Notebook(item.label)
        ids = dict(here)
        for comment in _answers_last(item.comments):
            if comment.source_id in here:
                self._report.known["comments"] += 1
                continue
            row = self._row(site, comment, post, notebook)
            row.parent_id = ids.get(comment.parent_source_id or "")
            self._session.add(row)
            self._session.flush()
            search.put(self._session, search.COMMENTS, row.id, row.guest_name, row.body)
            ids[comment.source_id] = row.id
            self._count(comment, row)
        self._report.take(notebook)

    def _here(self, site: ParsedSite, item: ParsedItem) -> dict[str, int]:
        origins = {self._origin(site, comment): comment.source_id for comment in item.comments}
        query = select(Comment.origin, Comment.id)
        return {
            origins[origin]: comment_id for origin, comment_id in known(self._session, query, Comment.origin, origins)
        }

    def _row(self, site: ParsedSite, comment: ParsedComment, post: Post, notebook: Notebook) -> Comment:
        member = self._people.member(comment.email) if comment.by_member else None
        name = one_line(comment.name)
        body = printable(comment.body).strip()
        if len(name) > MAX_NAME:
            notebook.changed(_("comment %(number)s", number=comment.source_id), _("Its long name begins its text."))
            body = f"{escape_text(name)}\n\n{body}"
        status = CommentStatus(comment.status.value)
        return Comment(
            post_id=post.id,
            author_id=member.id if member is not None else None,
            guest_name="" if member is not None else shortened(name, MAX_NAME) or _("Anonymous"),
            guest_email="" if member is not None else _email(comment.email),
            guest_url=web_address(comment.url, URL_LENGTH),
            body=body,
            body_html=render_comment(body),
            status=status,
            moderated_at=self._at if status is TRASHED else None,
            held_because=[],
            is_mention=comment.kind is not ParsedCommentKind.COMMENT,
            created_at=comment.created_at or post.published_at or post.created_at,
            origin=self._origin(site, comment),
        )

    def _count(self, comment: ParsedComment, row: Comment) -> None:
        came = self._report.came
        came["comments"] += 1
        came["unapproved"] += row.status is not APPROVED
        came["replies"] += row.parent_id is not None
        came["mentions"] += row.is_mention

    def _origin(self, site: ParsedSite, comment: ParsedComment) -> str:
        return origin_of(site.origin, "comment", comment.source_id)


def _email(text: str) -> str:
    """What stands in the column is an address or nothing."""
    try:
        address: str = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError:
        return ""
    folded = address.casefold()
    return folded if len(folded) <= MAX_EMAIL else ""


def _answers_last(comments: tuple[ParsedComment, ...]) -> list[ParsedComment]:
    """Every comment after the one that it answers, else in the order of the file."""
    by_id = {comment.source_id: comment for comment in comments}
    parents = sound_parents({comment.source_id: comment.parent_source_id for comment in comments})
    return [by_id[source_id] for source_id in above_first(parents)]
