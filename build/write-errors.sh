#!/usr/bin/env bash
# Writes docs/errors.md from the list of error ids. Run this after an error id was added or changed.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet run --project build/XenKube.Help -c Release -- --errors docs/errors.md
