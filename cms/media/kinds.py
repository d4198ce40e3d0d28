"""What a file is, by its bytes: its name and what the browser says about it are never asked."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cms.media.models import MediaKind

HEAD = 4096
#: Layer and version of an MPEG audio frame → kilobits a second by index, and samples in a frame.
_MP3_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_SAMPLING = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP4_AUDIO = frozenset((b"M4A ", b"M4B "))
_MP4_VIDEO = frozenset(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV")
)
_AVIF = frozenset((b"avif", b"avis"))
_HEIC = frozenset((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"))
_OGG_SOUND = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")


@dataclass(frozen=True)
class FileType:
    """A type that is taken; `decoder` names Pillow's where the file is an image and written again."""

    kind: MediaKind
    mime: str
    extension: str
    decoder: str = ""


IMAGE, SOUND, FILM = MediaKind.IMAGE, MediaKind.AUDIO, MediaKind.VIDEO

JPEG = FileType(IMAGE, "image/jpeg", "jpg", "JPEG")
PNG = FileType(IMAGE, "image/png", "png", "PNG")
GIF = FileType(IMAGE, "image/gif", "gif", "GIF")
WEBP = FileType(IMAGE, "image/webp", "webp", "WEBP")
AVIF = FileType(IMAGE, "image/avif", "avif", "AVIF")
PDF = FileType(MediaKind.DOCUMENT, "application/pdf", "pdf")
MP3 = FileType(SOUND, "audio/mpeg", "mp3")
M4A = FileType(SOUND, "audio/mp4", "m4a")
OGG = FileType(SOUND, "audio/ogg", "ogg")
WAV = FileType(SOUND, "audio/wav", "wav")
FLAC = FileType(SOUND, "audio/flac", "flac")
MP4 = FileType(FILM, "video/mp4", "mp4")
WEBM = FileType(FILM, "video/webm", "webm")

#: What a rewritten image comes out as.
BY_DECODER = {written.decoder: written for written in (JPEG, PNG, WEBP)}
#: For the `accept` of file fields; only a help, the bytes decide.
ACCEPTED = (JPEG, PNG, GIF, WEBP, AVIF, PDF, MP3, M4A, OGG, WAV, FLAC, MP4, WEBM)


def type_of(file: BinaryIO) -> FileType | None:
    """The type of a seekable file, or None where it is none of those taken; leaves the file at its beginning."""
    file.seek(0)
    head = file.read(HEAD)
    found = next((kind for test, kind in _TESTS if test(head)), None)
    if found is None and _is_mp3(file, head):
        found = MP3
    file.seek(0)
    return found


def is_heic(head: bytes) -> bool:
    """What telephones of one maker send: refused, but with a hint."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == form


def _brand(brands: frozenset[bytes]) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


def _is_avif(head: bytes) -> bool:
    """By the main brand, or among the compatible ones of a file that only says it holds pictures."""
    if not is_heic(head):
        return _brand(_AVIF)(head)
    length = min(struct.unpack(">I", head[:4])[0], 256)
    return head[8:12] in (b"mif1", b"msf1") and any(head[at : at + 4] in _AVIF for at in range(16, length, 4))


def _is_ogg(head: bytes) -> bool:
    return head.startswith(b"OggS") and any(head[28:].startswith(codec) for codec in _OGG_SOUND)


def _is_webm(head: bytes) -> bool:
    """An EBML header whose document type is WebM; Matroska in general is not taken."""
    return head.startswith(b"\x1aE\xdf\xa3") and b"\x42\x82\x84webm" in head[:64]


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


_TESTS: tuple[tuple[Callable[[bytes], bool], FileType], ...] = (
    (_starts(b"\xff\xd8\xff"), JPEG),
    (_starts(b"\x89PNG\r\n\x1a\n"), PNG),
    (_starts(b"GIF87a", b"GIF89a"), GIF),
    (_riff(b"WEBP"), WEBP),
    (_is_avif, AVIF),
    (_starts(*(b"%%PDF-%d." % version for version in (1, 2))), PDF),
    (_starts(b"fLaC\x00"), FLAC),
    (_riff(b"WAVE"), WAV),
    (_is_ogg, OGG),
    (_brand(_MP4_AUDIO), M4A),
    (_brand(_MP4_VIDEO), MP4),
    (_is_webm, WEBM),
)


def _is_mp3(file: BinaryIO, head: bytes) -> bool:
    """Two frames in a row, after the tag where there is one: a single frame's two bytes prove nothing."""
    start = 0
    if head.startswith(b"ID3") and len(head) >= 10 and max(head[6:10]) < 128:
        start = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    first = _mp3_frame_length(file, start)
    return first > 0 and _mp3_frame_length(file, start + first) > 0


def _mp3_frame_length(file: BinaryIO, start: int) -> int:
    """Bytes of the layer III frame that begins there; 0 where none does."""
    file.seek(start)
    header = file.read(4)
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    kilobits = _MP3_RATES[3 if version == 3 else 2][rate]
    samples = 144_000 if version == 3 else 72_000
    return samples * kilobits // _MP3_SAMPLING[version][sampling] + (header[2] >> 1 & 1)
