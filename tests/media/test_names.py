import pytest

from cms.media.names import filename_for, title_for


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Night ferry, at the quay.JPG", "night-ferry-at-the-quay.png"),
        ("../../../../tmp/pwn.png", "pwn.png"),
        ("C:\\Users\\me\\pwn.png", "pwn.png"),
        (".htaccess", "htaccess.png"),
        ("con.png", "con-file.png"),
        ("shell.php.png", "shell-php.png"),
        ("\u202egnp.exe", "gnp.png"),
        ("a;b\r\nSet-Cookie: x.png", "a-b-set-cookie-x.png"),
        ("é 中.png", "e-zhong.png"),
        ("ok.png ", "ok.png"),
        ("|id.png", "id.png"),
        ("🙂.png", "file.png"),
        ("", "file.png"),
        ("x" * 500 + ".png", "x" * 80 + ".png"),
    ],
)
def test_a_file_gets_a_name_that_is_safe_everywhere(sent: str, kept: str) -> None:
    assert filename_for(sent, "png") == kept


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("folder/Night_ferry (final).JPG", "Night ferry (final)"),
        ("\u202egnp.exe", "gnp"),
        ("<img src=x>.png", "<img src=x>"),
        ("two\nlines\x00.png", "two lines"),
        ("x" * 500 + ".png", "x" * 200),
    ],
)
def test_people_see_the_name_that_was_sent_without_what_is_invisible(sent: str, shown: str) -> None:
    assert title_for(sent) == shown
