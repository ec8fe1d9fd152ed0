#!/usr/bin/env python3
"""Draws a terminal session, as script(1) recorded it, as an SVG.   Usage: draw.py TYPESCRIPT SVG FOLDER

FOLDER is the recording's own temporary folder: its name is left out of the picture, so that two recordings differ only in
what the commands printed."""
import re
import sys

from rich.console import Console
from rich.text import Text

typescript, svg, folder = sys.argv[1:]
with open(typescript, encoding="utf-8") as file:
    lines = file.read().replace("\r\n", "\n").split("\n")
lines = [line for line in lines if not line.startswith(("Script started on", "Script done on"))]
session = "\n".join(lines).replace(folder, "")
# Colours stay; titles, cursor keys and the like have no place in a still picture.
session = re.sub(r"\x1b\][^\x07]*\x07|\x1b\[\?[0-9;]*[hl]|\x1b[=>]|\x1b\[[0-9;]*[ABCDGHJK]", "", session)
session = re.sub(r"\n{3,}", "\n\n", session).strip("\n")
console = Console(record=True, width=104, file=open("/dev/null", "w"), force_terminal=True, color_system="truecolor", legacy_windows=False)
console.print(Text.from_ansi(session), soft_wrap=False)
console.save_svg(svg, title="XenKube")
