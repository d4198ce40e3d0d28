"""Plain text written so that Markdown shows exactly that text, with as few backslashes as it takes."""

import re

#: Where a character would begin markup: emphasis, code, links, HTML, entities, strike-through.
RISKY = re.compile(
    r"""
      \\(?=[!-/:-@\[-`{-~]|\n|$)   # a backslash before punctuation or a line's end
    | [*`\[\]]
    | (?<![^\W_])_ | _(?![^\W_])   # an underscore that is not inside a word
    | ~(?=~) | (?<=~)~
    | <(?=[A-Za-z/!?]|$)
    | &(?=\#?\w+;)
    | (?<=\s)\#(?=\#*\s*$)         # would close a heading
    """,
    re.VERBOSE,
)
#: What a line must not begin with.
LINE_START = re.compile(r"^(?P<space>[ \t]*)(?:(?P<mark>[#>|:=~+-])|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$))")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"\\|]+[^\s<>\"\\|.,;:!?'’”)\]}*_]")
TRICKY = re.compile(r"[*_~`\[\]\\]")


def escape_text(text: str, *, begins_line: bool = True, in_link: bool = False, in_table: bool = False) -> str:
    """Addresses in the text stay whole and become links, as readers expect of them."""
    pieces = []
    position = 0
    for found in () if in_link else WEB_ADDRESS.finditer(text):
        pieces.append(RISKY.sub(r"\\\g<0>", text[position : found.start()]))
        pieces.append(f"<{found[0]}>" if TRICKY.search(found[0]) else found[0])
        position = found.end()
    pieces.append(RISKY.sub(r"\\\g<0>", text[position:]))
    first, *others = "".join(pieces).split("\n")
    lines = [LINE_START.sub(_line_start, first) if begins_line else first]
    escaped = "\n".join([*lines, *(LINE_START.sub(_line_start, line) for line in others)])
    return re.sub(r"(?<!\\)\|", r"\\|", escaped) if in_table else escaped


def _line_start(found: re.Match[str]) -> str:
    if found["mark"]:
        return f"{found['space']}\\{found['mark']}"
    return f"{found['space']}{found['number']}\\{found['dot']}"


def link_target(url: str) -> str:
    """An address as Markdown takes it between the parentheses of a link."""
    url = re.sub(r"[\x00-\x20\x7f<>|\\]", lambda found: f"%{ord(found[0]):02X}", url.strip())
    return f"<{url}>" if not url or re.search(r"[()]", url) else url


def link_title(title: str) -> str:
    """The part after the address, or nothing."""
    title = re.sub(r"\s+", " ", title).strip()
    if not title:
        return ""
    return ' "' + re.sub(r'[\\"<&`]', r"\\\g<0>", title) + '"'


def code_span(text: str) -> str:
    """Text between as many backticks as it needs; white space runs count as one space."""
    text = re.sub(r"\s+", " ", text)
    if not text.strip():
        return text
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest or (text[0] == text[-1] == " ") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def code_block(text: str, language: str = "") -> str:
    """A fenced block whose fence is longer than any inside."""
    text = text.strip("\n").replace("\t", "    ") if not text.strip() else text.removeprefix("\n").rstrip()
    longest = max((len(run) for run in re.findall(r"(?m)^\s*(`{3,})", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def chomped(text: str) -> tuple[str, str, str]:
    """White space at the ends belongs outside the markup."""
    inner = text.strip(" \n")
    if not inner:
        return ("", "", " " if text else "")
    return (" " if text[0] in " \n" else "", inner, " " if text[-1] in " \n" else "")


def trimmed(text: str, *, keep_spaces: bool = False) -> str:
    """Without line breaks that break nothing, at either end."""
    text = re.sub(r"(?:[ ]*\\\n)+\s*$", "", re.sub(r"^\s*(?:\\\n\s*)+", "", text))
    return text if keep_spaces else text.strip(" \t\n")
