"""What a text points at over the API: the page above it, its author."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.models import Post
from tests.api.conftest import Of
from tests.api.program import Program
from tests.factories import Make


def test_a_page_lies_below_another(of: Of, session: Session, make: Make) -> None:
    program = of(make.editor())
    about = program.post("/pages", {"title": "About"}).json
    team = program.post("/pages", {"title": "Team", "parent_id": about["id"]})
    for page in (about, team.json):
        program.post(f"/pages/{page['id']}/moves/publish")

    assert Program(program.app).get(f"/pages/{team.json['id']}").json["url"] == "http://localhost/about/team"
    assert program.post("/posts", {"title": "x", "parent_id": about["id"]}).status_code == 422
    assert session.scalar(select(Post.parent_id).where(Post.id == team.json["id"])) == about["id"]


def test_a_post_that_is_given_to_somebody_else_comes_back_as_theirs(of: Of, session: Session, make: Make) -> None:
    ines, program = make.author(), of(make.editor())
    post = make.post(title="The tide clock")
    session.commit()

    given = program.patch(f"/posts/{post.id}", {"author_id": ines.id}, "*")

    assert given.json["author"]["username"] == ines.username
    assert program.get(f"/posts/{post.id}?view=desk").json["author"]["username"] == ines.username
