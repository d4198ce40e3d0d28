"""Starts the programs that rewrite and shape images, and words their refusals."""

import json
import logging
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO

from cms.core.errors import CmsError, Invalid, TooLarge
from cms.core.i18n import _
from cms.media.kinds import BY_DECODER, FileType

log = logging.getLogger(__name__)

REWRITING, SHAPING, SHEETING = (Path(__file__).with_name(f"{name}.py") for name in ("rewriting", "shaping", "sheeting"))
SECONDS = 20
#: One image at a time for each process of ours, so that ten at once do not need ten times the memory.
_turn = threading.Lock()
#: Readers who wait for smaller copies do not keep editors from uploading.
_shaping_turn = threading.Lock()


def rewritten(file: BinaryIO, kind: FileType, megapixels: int) -> tuple[BinaryIO, FileType, int, int]:
    """A new file made of the pixels alone, what it is, its width and height; Invalid or TooLarge where it cannot be."""
    with tempfile.TemporaryFile() as source, _turn:
        while chunk := file.read(1024 * 1024):
            source.write(chunk)
        source.seek(0)
        target = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
        try:
            answer = _run(source, target, REWRITING, kind.decoder, str(megapixels))
            if "refused" in answer:
                raise _refusal(answer, kind.decoder)
        except CmsError:
            target.close()
            raise
    target.seek(0)
    return target, BY_DECODER[answer["format"]], answer["width"], answer["height"]


def shaped(file: BinaryIO, plan: dict[str, Any]) -> tuple[BinaryIO, dict[str, Any]] | None:
    """A new file, and what it is; None for an animation, which is left as it is. The plan is that of `shaping`."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    try:
        with _shaping_turn:
            answer = _run(file, target, SHAPING, json.dumps(plan))
    except CmsError:
        target.close()
        raise
    if "refused" in answer:
        target.close()
        return None
    target.seek(0)
    return target, answer


def composed(file: BinaryIO, plan: str) -> BinaryIO:
    """Many squares in one picture; the plan is that of `sheeting`."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    try:
        with _shaping_turn:
            _run(file, target, SHEETING, plan)
    except CmsError:
        target.close()
        raise
    target.seek(0)
    return target


def _run(source: BinaryIO, target: BinaryIO, program: Path, *arguments: str) -> dict[str, Any]:
    done = None
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and programs; arguments are names and numbers
            [sys.executable, "-I", str(program), *arguments],
            stdin=source,
            stdout=target,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError) as fault:
        _log(fault, done)
        raise Invalid(
            _("This image is damaged, cut short or not what its beginning says. Save it again and retry.")
        ) from None
    return answer


def _log(fault: Exception, done: subprocess.CompletedProcess[bytes] | None) -> None:
    """Most often the image is damaged, as its sender is told; but a machine that lacks something looks the same."""
    if done is None:
        log.warning("image helper: %s", type(fault).__name__)
    else:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        log.warning("image helper ended with %s: %s", done.returncode, said[-1])


def _refusal(answer: dict[str, Any], decoder: str) -> CmsError:
    most = answer["most"]
    match answer["refused"]:
        case "pixels":
            return TooLarge(
                _(
                    "This %(format)s image has more than %(most)s megapixels, the most that is taken. "
                    "Make it smaller and try again.",
                    format=decoder,
                    most=most,
                )
            )
        case "frames":
            return Invalid(_("This animation has more than %(most)s frames. Send it as a video.", most=most))
        case _:
            return Invalid(_("This animation is too large. Make it smaller, or send it as a video."))
