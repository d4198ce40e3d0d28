"""Every permission there is, declared once with its name and a sentence of help; roles are made of these."""

from dataclasses import dataclass
from enum import StrEnum

from cms.core.i18n import N_


class Permission(StrEnum):
    """A noun and a verb; the value is what grants are stored as."""

    POST_VIEW = "post.view"
    POST_CREATE = "post.create"
    POST_EDIT = "post.edit"
    POST_SUBMIT = "post.submit"
    POST_REVIEW = "post.review"
    POST_PUBLISH = "post.publish"
    POST_DELETE = "post.delete"
    POST_SEO = "post.seo"
    PAGE_MANAGE = "page.manage"
    TAG_MANAGE = "tag.manage"
    MEDIA_UPLOAD = "media.upload"
    MEDIA_MANAGE = "media.manage"
    REDIRECT_MANAGE = "redirect.manage"
    COMMENT_MODERATE = "comment.moderate"
    COMMENT_BAN = "comment.ban"
    USER_VIEW = "user.view"
    USER_MANAGE = "user.manage"
    ROLE_MANAGE = "role.manage"
    SETTINGS_MANAGE = "settings.manage"
    AUDIT_VIEW = "audit.view"
    AUDIT_UNDO = "audit.undo"
    IMPORT_RUN = "import.run"
    EXPORT_RUN = "export.run"
    BACKUP_RUN = "backup.run"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of a right, not a secret
    WEBHOOK_MANAGE = "webhook.manage"


class Scope(StrEnum):
    """How far a grant reaches: everything, or what the holder made."""

    ANY = "any"
    OWN = "own"


@dataclass(frozen=True)
class About:
    """How a permission is shown: its group in the matrix, its name, its help, and which limits make sense for it."""

    group: str
    label: str
    help: str
    scoped: bool = False
    tag_limited: bool = False


ABOUT: dict[Permission, About] = {
    Permission.POST_VIEW: About(
        N_("Posts"), N_("See posts"), N_("Read drafts and history in the back office."), True, True
    ),
    Permission.POST_CREATE: About(N_("Posts"), N_("Create posts"), N_("Start a new draft.")),
    Permission.POST_EDIT: About(
        N_("Posts"),
        N_("Edit posts"),
        N_("Change the working text; readers see it once published."),
        True,
        True,
    ),
    Permission.POST_SUBMIT: About(N_("Posts"), N_("Submit posts"), N_("Hand a draft in for review."), True, True),
    Permission.POST_REVIEW: About(
        N_("Posts"), N_("Review posts"), N_("Send a submitted post back with a note."), True, True
    ),
    Permission.POST_PUBLISH: About(
        N_("Posts"),
        N_("Publish posts"),
        N_("Put a post before readers, schedule it, take it back."),
        True,
        True,
    ),
    Permission.POST_DELETE: About(
        N_("Posts"), N_("Trash posts"), N_("Move a post to the trash and restore it."), True, True
    ),
    Permission.POST_SEO: About(
        N_("Posts"),
        N_("Edit search details"),
        N_("Change what search engines and shared links show."),
        True,
        True,
    ),
    Permission.PAGE_MANAGE: About(N_("Pages"), N_("Manage pages"), N_("Create, change, publish and trash pages.")),
    Permission.TAG_MANAGE: About(
        N_("Tags"), N_("Manage tags"), N_("Create, rename, describe and delete tags and series.")
    ),
    Permission.MEDIA_UPLOAD: About(N_("Media"), N_("Upload media"), N_("Add images and files to the library.")),
    Permission.MEDIA_MANAGE: About(
        N_("Media"), N_("Manage media"), N_("Change descriptions of files and trash them."), True
    ),
    Permission.REDIRECT_MANAGE: About(N_("Site"), N_("Manage redirects"), N_("Say where old addresses lead.")),
    Permission.COMMENT_MODERATE: About(
        N_("Conversation"),
        N_("Moderate comments"),
        N_("Approve comments, mark them as spam, trash and restore them. “Own” means comments on own posts."),
        True,
        True,
    ),
    Permission.COMMENT_BAN: About(
        N_("Conversation"), N_("Ban commenters"), N_("Stop an account, address or network from commenting.")
    ),
    Permission.USER_VIEW: About(N_("People"), N_("See people"), N_("See accounts and their roles.")),
    Permission.USER_MANAGE: About(
        N_("People"),
        N_("Manage people"),
        N_("Add people, give them roles, deactivate them. Nobody can give a right that they lack."),
    ),
    Permission.ROLE_MANAGE: About(
        N_("People"),
        N_("Manage roles"),
        N_("Decide what each role may do. Nobody can grant a right that they lack."),
    ),
    Permission.SETTINGS_MANAGE: About(
        N_("Site"), N_("Change settings"), N_("Change title, look, comment rules and all other settings.")
    ),
    Permission.AUDIT_VIEW: About(
        N_("Oversight"), N_("See activity"), N_("See who changed what and when, in every area.")
    ),
    Permission.AUDIT_UNDO: About(
        N_("Oversight"),
        N_("Undo from activity"),
        N_("Reverse a recorded change, where the same right allows it."),
    ),
    Permission.IMPORT_RUN: About(N_("Oversight"), N_("Import"), N_("Bring lists in from files, row by row.")),
    Permission.EXPORT_RUN: About(N_("Oversight"), N_("Export"), N_("Download lists as files.")),
    Permission.BACKUP_RUN: About(N_("Oversight"), N_("Back up"), N_("Make backups and check them.")),
    Permission.TOKEN_MANAGE: About(
        N_("Oversight"), N_("Manage tokens"), N_("See and revoke everybody's access tokens.")
    ),
    Permission.WEBHOOK_MANAGE: About(
        N_("Oversight"), N_("Manage webhooks"), N_("Decide which programs are told of changes.")
    ),
}
