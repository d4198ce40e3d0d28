from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.permissions import Permission
from cms.media.models import Media
from cms.media.policy import MediaPolicy
from tests.factories import Make


def test_the_list_and_the_single_file_agree_on_who_may_look_and_change(session: Session, make: Make) -> None:
    people = [make.owner(), make.editor(), make.author(), make.contributor(), make.moderator(), make.user()]
    library = [make.media(uploaded_by_id=person.id) for person in people] + [make.media()]

    for viewer in (None, *people):
        policy = MediaPolicy(viewer)
        seen = set(session.scalars(select(Media).where(policy.viewable())))
        managed = set(session.scalars(select(Media).where(policy.where(Permission.MEDIA_MANAGE))))
        assert seen == {media for media in library if policy.may_view(media)}
        assert managed == {media for media in library if policy.may(Permission.MEDIA_MANAGE, media)}
