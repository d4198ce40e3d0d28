"""Files: added, described, trashed, and known to readers where a live text shows them."""

import io

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from tests.api.conftest import Of
from tests.api.program import Program, ids
from tests.factories import Make


def picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(file, "PNG")
    file.seek(0)
    return file


def test_a_file_is_added_described_and_trashed(of: Of, make: Make) -> None:
    program = of(make.editor())
    sent = {"file": (picture(), "Night ferry.png"), "alt": "A ferry by night"}

    made = program.ask("POST", "/media", data=sent, content_type="multipart/form-data")
    path = f"/media/{made.json['id']}"
    described = program.patch(path, {"caption": "1954", "focal_x": 0.25}, made.headers["ETag"])
    trashed = program.post(f"{path}/moves/trash")
    twice = program.post(f"{path}/moves/trash")
    restored = program.post(f"{path}/moves/restore")

    assert (made.status_code, made.json["alt"], made.json["width"]) == (201, "A ferry by night", 40)
    assert (described.json["caption"], described.json["focal_x"]) == ("1954", 0.25)
    assert trashed.json["trashed_at"] is not None
    assert twice.status_code == 409
    assert restored.json["trashed_at"] is None
    assert program.delete(path, program.etag(path)).status_code == 204
    assert ids(program, "/media?view=desk&trashed=true") == [made.json["id"]]


@pytest.mark.parametrize("content", [None, (b"", ""), (b"MZ\x90", "a.png")])
def test_what_is_no_file_of_ours_is_refused(of: Of, make: Make, content: tuple[bytes, str] | None) -> None:
    sent = {"file": (io.BytesIO(content[0]), content[1])} if content else {}
    answer = of(make.editor()).ask("POST", "/media", data=sent, content_type="multipart/form-data")

    assert answer.status_code == 422


def test_a_file_sent_again_with_its_key_is_added_once(of: Of, make: Make, session: Session) -> None:
    program, key = of(make.editor()), {"Idempotency-Key": "one"}
    answers = [
        program.ask(
            "POST", "/media", data={"file": (picture(), "a.png")}, content_type="multipart/form-data", headers=key
        )
        for _number in range(2)
    ]

    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_readers_know_of_images_above_live_texts(stranger: Program, of: Of, session: Session, make: Make) -> None:
    shown, hidden = make.media(), make.media()
    make.post(featured_media_id=shown.id, status=PUBLISHED)
    make.post(featured_media_id=hidden.id)
    session.commit()

    assert ids(stranger, "/media") == [shown.id]
    assert stranger.get("/media?trashed=true").json["error"]["fields"].keys() == {"trashed"}
    assert stranger.get(f"/media/{hidden.id}").status_code == 404
    assert set(ids(of(make.author()), "/media?view=desk&kind=image")) == {shown.id, hidden.id}
    assert of(make.moderator()).get("/media?view=desk").status_code == 403
