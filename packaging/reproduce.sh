#!/usr/bin/env bash
# Makes the packages twice, of what is committed, and compares them byte by byte: in two folders with names of other lengths, in another time
# zone, with another umask and another language. Ends with 1 where a package differs, and keeps both.   Usage: packaging/reproduce.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -z "$(git status --porcelain)" ] || echo "changes that are not committed are left out" >&2
work=$(mktemp -d)
first=$work/one second=$work/a/folder/with/a/longer/name
make_packages() { # FOLDER TZ UMASK LANGUAGE
  git clone -q . "$1"
  echo "$1: ${2}, umask $3, $4"
  (umask "$3" && cd "$1" && TZ=$2 LC_ALL=$4 nice packaging/package.sh > "$work/log" 2>&1) || { tail -n 20 "$work/log" >&2; exit 1; }
}
make_packages "$first" UTC 022 C
make_packages "$second" Asia/Tokyo 077 tr_TR.UTF-8
status=0
for package in "$first"/artifacts/packages/*; do
  name=$(basename "$package")
  if cmp -s "$package" "$second/artifacts/packages/$name"; then
    echo "$(sha256sum < "$package" | cut -c1-16)  $name: the same bytes"
  else
    echo "$name differs: $package $second/artifacts/packages/$name" >&2
    status=1
  fi
done
diff <(ls "$first/artifacts/packages") <(ls "$second/artifacts/packages") >&2 || status=1
if [ "$status" = 0 ]; then rm -rf "$work"; else echo "see what differs with diffoscope, or: cmp -l; both are in $work" >&2; fi
exit "$status"
