"""The words for events: what things are called, what was done to them, and which of their fields changed."""

from cms.core.i18n import N_, _
from cms.posts.fields import LABELS as POST_LABELS
from cms.settings.declared import BY_KEY

NOUNS = {
    "posts": N_("Post or page"),
    "tags": N_("Tag"),
    "media": N_("File"),
    "media_folders": N_("Folder"),
    "comments": N_("Comment"),
    "users": N_("Person"),
    "roles": N_("Role"),
    "redirects": N_("Redirect"),
    "settings": N_("Settings"),
    "jobs": N_("Job"),
    "api_tokens": N_("Access token"),
    "webhooks": N_("Webhook"),
    "backups": N_("Backup"),
    "subscribers": N_("Subscriber"),
}

VERBS = {
    "create": N_("created"),
    "save": N_("changed"),
    "update": N_("changed"),
    "edit": N_("changed"),
    "change": N_("changed"),
    "submit": N_("submitted"),
    "send_back": N_("sent back"),
    "publish": N_("published"),
    "unpublish": N_("unpublished"),
    "archive": N_("archived"),
    "restore": N_("restored"),
    "trash": N_("moved to the trash"),
    "delete": N_("deleted"),
    "reassign": N_("reassigned"),
    "approve": N_("approved"),
    "spam": N_("marked as spam"),
    "hold": N_("held again"),
    "add": N_("added"),
    "describe": N_("described"),
    "replace": N_("replaced"),
    "crop": N_("cropped"),
    "turn": N_("turned"),
    "bring_back": N_("brought back an earlier version of"),
    "move": N_("moved"),
    "merge": N_("merged into another"),
    "separate": N_("separated again"),
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
    "sign_in_failed": N_("failed to sign in as"),
    "sign_up": N_("signed up as"),
    "revoke_session": N_("ended a session of"),
    "revoke_sessions": N_("ended the sessions of"),
    "change_password": N_("changed the password of"),
    "reset_password": N_("reset the password of"),
    "first_password": N_("chose the first password of"),
    "ask_for_email": N_("asked for another address of"),
    "second_factor_on": N_("set up a second factor of"),
    "second_factor_off": N_("removed a second factor of"),
    "add_passkey": N_("added a passkey to"),
    "remove_passkey": N_("removed a passkey from"),
    "new_recovery_codes": N_("made new recovery codes of"),
    "use_recovery_code": N_("used a recovery code of"),
    "set_roles": N_("changed the roles of"),
    "send_link": N_("sent a link for a password to"),
    "invite": N_("invited"),
    "deactivate": N_("deactivated"),
    "activate": N_("activated"),
    "anonymise": N_("anonymised"),
    "import": N_("imported"),
    "retry": N_("tried again"),
    "cancel": N_("called off"),
    "revoke": N_("revoked"),
    "switch_on": N_("switched on"),
    "switch_off": N_("switched off"),
    "reveal": N_("saw the secret of"),
    "renew": N_("made a new secret of"),
    "ping": N_("sent a test to"),
    "replay": N_("sent a message again to"),
    "make": N_("asked for"),
    "check": N_("asked for a check of"),
    "join": N_("became a"),
    "leave": N_("is no longer a"),
    "remove": N_("removed"),
}

#: Fields that stand in no form.
MORE_LABELS = {
    "status": N_("Status"),
    "published_at": N_("First published"),
    "trashed_at": N_("In the trash since"),
    "editions": N_("Shown to readers"),
    "note": N_("Note"),
    "folder_id": N_("Folder"),
    "height": N_("Height"),
    "width": N_("Width"),
    "via": N_("With"),
    "email": N_("E-mail address"),
    "username": N_("Username"),
    "display_name": N_("Name"),
    "bio": N_("About them"),
    "timezone": N_("Time zone"),
    "locale": N_("Language"),
    "roles": N_("Roles"),
    "passkey": N_("Passkey"),
    "address": N_("Network address"),
    "agent": N_("Browser"),
    "guest_name": N_("Name"),
    "guest_email": N_("E-mail address"),
    "guest_url": N_("Web address"),
    "edited_at": N_("Edited"),
    "held_because": N_("Held because"),
    "score": N_("Likelihood of spam"),
    "name": N_("Name"),
    "description": N_("Description"),
    "posts": N_("Posts"),
    "children": N_("Tags below it"),
    "into_id": N_("Merged into"),
    "label": N_("Name"),
    "grants": N_("Rights"),
    "second_factor_required": N_("Asks for a second factor"),
    "filename": N_("File name"),
    "digest": N_("Digest of its bytes"),
    "mime": N_("Type"),
    "bytes": N_("Size in bytes"),
    "kind": N_("Kind"),
    "alt": N_("Description"),
    "caption": N_("Caption"),
    "decorative": N_("Only decoration"),
    "focal_x": N_("Point of focus, from the left"),
    "focal_y": N_("Point of focus, from the top"),
    "from_path": N_("Old address"),
    "to_path": N_("Leads to"),
    "post_id": N_("Follows the post"),
    "run_at": N_("Next attempt"),
    "attempts": N_("Attempts"),
    "hits": N_("Times followed"),
    "last_hit_at": N_("Last followed"),
    "approval_requested_at": N_("Waited for approval since"),
    "moderated_at": N_("Moderated"),
    "moderated_by_id": N_("Moderated by"),
    "active": N_("Active"),
    "password": N_("Password"),
    "avatar_id": N_("Portrait"),
    "app": N_("Codes from an app"),
    "left": N_("Recovery codes left"),
    "purpose": N_("What the link is for"),
    "sessions": N_("Open sessions"),
    "scopes": N_("Rights"),
    "expires_at": N_("Good until"),
    "revoked_at": N_("Revoked"),
    "url": N_("Address"),
    "events": N_("Told of"),
    "message_id": N_("Message"),
    "secret_shown_at": N_("Secret shown"),
}

#: The same for fields that have another name in one kind of subject.
LABELS_OF = {("tags", "parent_id"): N_("Parent"), ("media_folders", "parent_id"): N_("Lies in")}


def act_of(verb: str) -> str:
    """The second half of a verb in words; an unknown one shows as it is."""
    act = verb.rpartition(".")[2]
    return _(VERBS[act]) if act in VERBS else act.replace("_", " ")


def label_of(field: str, kind: str = "") -> str:
    """What a field is called, in a kind of subject where that matters; an unknown one shows as it is."""
    label = (
        LABELS_OF.get((kind, field))
        or MORE_LABELS.get(field)
        or POST_LABELS.get(field)
        or (BY_KEY[field].label if field in BY_KEY else None)
    )
    return _(label) if label else field.replace("_", " ").capitalize()
