"""Our own small files, style and scripts, at ``/static/<version>/<name>``: kept by browsers for a year.

The version is of all files together, so that a module's ``import "./api.js"`` finds the file it was made with.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from connector.app.http import Request, Response

PREFIX = "/static/"
_FOLDER = Path(__file__).parents[1] / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
_FOREVER = "public, max-age=31536000, immutable"


def answer(request: Request) -> Response | None:
    """The file; None if there is no such one. Its name is looked up, never joined to a path.

    A page that was loaded before a deploy asks for an older version: it gets today's file, which nobody may keep.
    """
    asked, _, name = request.path.removeprefix(PREFIX).partition("/")
    content = _files().get(name)
    if content is None:
        return None
    lifetime = _FOREVER if asked == version() else "no-store"
    return Response(200, content, {"Content-Type": _TYPES[Path(name).suffix], "Cache-Control": lifetime})


@cache
def version() -> str:
    digest = hashlib.sha256()
    for name, content in sorted(_files().items()):
        digest.update(f"{name}\0{content}\0".encode())
    return digest.hexdigest()[:12]


@cache
def _files() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in _FOLDER.iterdir() if path.suffix in _TYPES}
