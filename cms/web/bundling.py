"""Scripts and style sheets with what they import put in place, so that a browser asks once and not for each part.

Only what our own files do is understood: `import { a } from "./b.js";`, `export function a` and `@import "c.css";`.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function (\w+))", re.MULTILINE)
_STYLE = re.compile(r'^@import "([\w-]+\.css)";$', re.MULTILINE)


def bundled(path: Path) -> str:
    """The text of a script or a style sheet, whole in itself."""
    if path.suffix == ".css":
        return _STYLE.sub(lambda found: bundled(path.with_name(found[1])), path.read_text("utf-8"))
    parts: dict[str, str] = {}
    main = _script(path, parts)
    return "".join([*parts.values(), main])


def _script(path: Path, parts: dict[str, str]) -> str:
    """The script, with what it imports taken from `parts`, to which those that it names are added."""

    def taken_from(found: re.Match[str]) -> str:
        names, name = found.groups()
        if name not in parts:
            parts[name] = _as_object(name, _script(path.with_name(name), parts))
        return f"const {names} = {_identifier(name)};"

    return _IMPORT.sub(taken_from, path.read_text("utf-8"))


def _as_object(name: str, script: str) -> str:
    """With what it exports as attributes; its own names stay its own."""
    exported = ", ".join(public for _function, public in _EXPORT.findall(script))
    body = _EXPORT.sub(r"\1", script)
    return f"const {_identifier(name)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def _identifier(name: str) -> str:
    """`admin-menus.js` as a name that nobody else uses."""
    return f"of_{re.sub(r'[^a-z]', '_', name)}"
