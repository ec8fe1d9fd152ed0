#!/usr/bin/env bash
# Records docs/tour/tour.svg, the picture of README.md: runs tour.ps1 in a terminal of its own and draws what it printed.
# Needs pwsh, python3-rich (apt-get install python3-rich) and the built module (dotnet build -c Release).
#   Usage: docs/tour/record.sh
set -euo pipefail
cd "$(dirname "$0")"
for tool in pwsh script; do command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }; done
/usr/bin/python3 -c 'import rich' 2> /dev/null || { echo "python3-rich is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A terminal of a fixed size, so that each recording breaks its lines alike.
TERM=xterm-256color COLORTERM=truecolor POWERSHELL_TELEMETRY_OPTOUT=1 XENDIR=$work/xen \
  script --quiet --return --command "stty cols 104 rows 50; pwsh -NoLogo -NoProfile -File tour.ps1" "$work/typescript" > /dev/null
/usr/bin/python3 draw.py "$work/typescript" tour.svg "$work"
echo "docs/tour/tour.svg: $(stat -c %s tour.svg) bytes"
