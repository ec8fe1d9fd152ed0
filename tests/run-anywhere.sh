#!/usr/bin/env bash
# Runs the tests under the conditions in which they must hold as well: other days, time zones and cultures, other users, umasks,
# temporary folders and terminals, a busy machine, beside each other. A case is a condition, or several at once with commas
# between them. Each ends with its count.
#
# Usage: tests/run-anywhere.sh [-v] [-c Release|Debug] [--short | --part XUNIT/PESTER] [CASE...]
#   CASE     default: every condition, one after the other
#              2027-02-03  2028-02-29  2038-02-01   the clock says so (libfaketime; any other day can be given)
#              Asia/Kolkata  America/St_Johns       the time zone (any other can be given)
#              de_DE  tr_TR  th_TH                  the culture (any other of /usr/share/i18n/locales can be given)
#              root  user                           who runs them; the user is made, and removed again
#              umask                                077
#              tmpfs                                TMPDIR on another file system
#              terminal  no-terminal                80 columns; no terminal and no standard input
#              busy                                 nice 19 beside two busy loops
#              twice                                two runs at once
#   --part   only this part: a --filter of dotnet test, a slash, and files of tests/Pester with commas between them; either may be "none"
#   --short  what .ci/run checks: a small part, under all conditions in two runs
#   -v       prints what each run prints
#
# The build must be there (./build.ps1 or ./test.sh). Examples:
#   tests/run-anywhere.sh th_TH
#   tests/run-anywhere.sh --part 'FullyQualifiedName~Hosting/TimeServer,IgnitionSite' user 2038-02-01,Asia/Kolkata
set -uo pipefail
cd "$(dirname "$0")/.."

readonly short_part='FullyQualifiedName~TimestampTests|FullyQualifiedName~BackupStore|FullyQualifiedName~DhcpReservations|FullyQualifiedName~SigningKey/DhcpReservation,SigningKey'
readonly short_cases=(root,2028-02-29,Asia/Kolkata,tr_TR,terminal user,2038-02-01,America/St_Johns,th_TH,umask,tmpfs,no-terminal,busy)
readonly every_case=(2027-02-03 2028-02-29 2038-02-01 Asia/Kolkata America/St_Johns de_DE tr_TR th_TH root user umask tmpfs terminal no-terminal busy twice)

verbose= configuration=Release part= cases=()
while [ $# -gt 0 ]; do
  case $1 in
    -v) verbose=1; shift;;
    -c) configuration=$2; shift 2;;
    --part) part=$2; shift 2;;
    --short) part=$short_part cases=("${short_cases[@]}"); shift;;
    -*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 2;;
    *) cases+=("$1"); shift;;
  esac
done
[ ${#cases[@]} -gt 0 ] || cases=("${every_case[@]}")

arguments=(-c "$configuration")
case $part in
  '') arguments+=(--xunit 'FullyQualifiedName~.');;
  */*)
    xunit=${part%/*} pester=${part##*/}
    if [ "$pester" = none ]; then arguments+=(--no-pester); else arguments+=(--pester "$pester"); fi
    if [ "$xunit" = none ]; then arguments+=(--no-xunit); else arguments+=(--xunit "$xunit"); fi;;
  *) echo "--part: XUNIT/PESTER" >&2; exit 2;;
esac
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
pwsh=${XENKUBE_TEST_PWSH:-$(dotnet pwsh -NoProfile -NonInteractive -Command '[IO.Path]::Combine($PSHOME, "pwsh")' | tail -n 1)}

work=$(mktemp -d "${TMPDIR:-/tmp}/xenkube-anywhere.XXXXXX")
chmod 755 "$work"
user= shm= why= loops=()
cleanup() {
  [ ${#loops[@]} = 0 ] || kill "${loops[@]}" 2>/dev/null
  loops=()
  [ -z "$user" ] || { userdel "$user" 2>/dev/null; user=; }
  rm -rf "$work" ${shm:+"$shm"}
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# A copy of the checkout with all that was built, and of pwsh, that a user made for the run owns.
make_user() {
  [ -n "$user" ] && return
  user=xktest$((RANDOM % 100000))
  useradd --system --user-group --no-create-home --home-dir "$work/user" --shell /bin/bash "$user" || return 1
  mkdir "$work/user" "$work/user/tmp"
  tar -c --exclude=./.git --exclude=obj --exclude=./artifacts/packages --exclude=./artifacts/test-images --exclude=./artifacts/boot-build . | tar -x -C "$work/user" --one-top-level=checkout
  cp -r "$(dirname "$pwsh")" "$work/user/pwsh"
  chown -R "$user:$user" "$work/user"
}

# Sets what a condition asks for, or says why this machine cannot have it.
condition() {
  local library now
  case $1 in
    [12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9])
      library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null | head -n 1)
      [ "$library" ] || { why="libfaketime is not installed (apt install faketime)"; return 1; }
      # An offset: every process sees the same clock, which goes on, and so do the times of files. What waits, waits by the
      # real one.
      environment+=("LD_PRELOAD=$library" "FAKETIME=+$(($(date -d "$1 10:00" +%s) - $(date +%s)))" FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 FAKE_UTIME=1);;
    */*) [ -e "/usr/share/zoneinfo/$1" ] || { why="there is no time zone $1 here"; return 1; }
      environment+=("TZ=$1");;
    [a-z][a-z]_[A-Z][A-Z])
      [ -e "/usr/share/i18n/locales/$1" ] || { why="there are no locales here (apt install locales)"; return 1; }
      [ -d "$work/locales/$1.UTF-8" ] || { mkdir -p "$work/locales"; localedef -i "$1" -f UTF-8 "$work/locales/$1.UTF-8" || { why="localedef cannot make it"; return 1; }; }
      environment+=("LOCPATH=$work/locales" "LANG=$1.UTF-8" "LC_ALL=$1.UTF-8");;
    root) [ "$(id -u)" = 0 ] || { why="this is not root"; return 1; };;
    user)
      # Whoever runs this without being root is a user already.
      [ "$(id -u)" != 0 ] || { make_user || { why="no user can be made here"; return 1; }; who=user; }
      may_skip='only root *|this machine *|no immutable files here|nobody may not read the program';;
    umask) mask=077;;
    tmpfs)
      [ -w /dev/shm ] && [ "$(stat -c %d /dev/shm)" != "$(stat -c %d "$work")" ] || { why="/dev/shm is not another file system here"; return 1; }
      shm=${shm:-$(mktemp -d /dev/shm/xenkube-anywhere.XXXXXX)}; chmod 1777 "$shm"
      environment+=("TMPDIR=$shm");;
    terminal) command -v script > /dev/null || { why="script is not installed"; return 1; }
      terminal=80;;
    no-terminal) terminal=none;;
    busy) nice=19;;
    twice) times=2;;
    *) why="there is no such condition"; return 1;;
  esac
}

# Runs the tests as the conditions say; its output is that of tests/run.sh.
run_tests() {
  local command=(env XENKUBE_TESTS_STRICT=1 "XENKUBE_TESTS_MAY_SKIP=$may_skip") checkout=$PWD
  [ "$nice" ] && command+=(nice -n "$nice")
  if [ "$who" = user ]; then
    checkout=$work/user/checkout
    command+=(setpriv "--reuid=$user" "--regid=$user" --init-groups env "HOME=$work/user" "TMPDIR=$work/user/tmp" "XENKUBE_TEST_PWSH=$work/user/pwsh/pwsh" LC_ALL= LANG=C.UTF-8)
  else
    command+=(env "XENKUBE_TEST_PWSH=$pwsh")
  fi
  command+=("${environment[@]}")
  (
    cd "$checkout" || exit
    [ "$mask" ] && umask "$mask"
    case $terminal in
      none) exec setsid --wait "${command[@]}" tests/run.sh ${verbose:+-v} "${arguments[@]}" < /dev/null;;
      '') exec "${command[@]}" tests/run.sh ${verbose:+-v} "${arguments[@]}";;
      *) line=$(printf '%q ' "${command[@]}" tests/run.sh -v "${arguments[@]}")
        exec script -qefc "stty cols $terminal rows 24; $line" /dev/null < /dev/null;;
    esac
  )
}

failed=0
for case in "${cases[@]}"; do
  environment=() who= mask= terminal= nice= times=1 may_skip=
  for name in ${case//,/ }; do
    if ! condition "$name"; then echo "$case: not run: $why"; failed=1; continue 2; fi
  done
  if [ "$nice" ]; then for _ in 1 2; do sh -c 'while :; do :; done' & loops+=($!); done; fi
  runs=()
  for ((i = 1; i <= times; i++)); do
    if [ "$verbose" ]; then run_tests | tee "$work/log$i" & else run_tests > "$work/log$i" 2>&1 & fi
    runs+=($!)
  done
  for ((i = 1; i <= times; i++)); do
    wait "${runs[i - 1]}"; status=$?
    # Without what a terminal is told.
    count=$(sed 's/\x1b[=>]//g; s/\x1b\[[0-9;?]*[A-Za-z]//g; s/\r//g' "$work/log$i" | tail -n 1)
    [[ $count =~ ^[0-9]+\ passed,\ 0\ failed,\ [0-9]+\ skipped$ ]] || status=1
    if [ $status != 0 ]; then failed=1; [ "$verbose" ] || sed 's/^/    /' "$work/log$i"; fi
    echo "$case: $count"
  done
  [ ${#loops[@]} = 0 ] || { kill "${loops[@]}"; wait "${loops[@]}" 2>/dev/null; loops=(); }
done
exit $failed
