#!/usr/bin/env bash
# Says, a line each, what a run of the tests left behind and where, and removes it. Called by tests/run.sh with
#   XENKUBE_TEST_RUN      the folder of the run: start (a file as old as the run), tmp and home
#   XENKUBE_TEST_MEMORY   the folder of the run in memory, where there is one
set -uo pipefail
run=${XENKUBE_TEST_RUN:?} memory=${XENKUBE_TEST_MEMORY:-}

# Every process of the run inherits the variable. A process that was told to end gets a moment to do so.
processes() {
  local file pid
  for file in $(grep -lz "^XENKUBE_TEST_RUN=$run\$" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${file#/proc/}; pid=${pid%/environ}
    case " $ours " in *" $pid "*) continue;; esac
    [ "$(ps -o stat= -p "$pid" 2>/dev/null | cut -c1)" = Z ] || [ ! -e "/proc/$pid" ] || [ "$(ps -o ppid= -p "$pid" | tr -d ' ')" = $$ ] || echo "$pid"
  done
}
ours=$$
for ((pid = $$; pid > 1; )); do pid=$(ps -o ppid= -p "$pid" | tr -d ' '); [ "$pid" ] || break; ours="$ours $pid"; done
for _ in {1..20}; do left=$(processes); [ "$left" ] || break; sleep 0.25; done
for pid in $left; do
  line=$(tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null) || continue
  echo "process $pid: ${line:0:200}"
  kill -9 "$pid" 2>/dev/null
done

while read -r target source; do
  case "$target $source" in *"$run"/*|*"${memory:-$run}"/*) echo "mount: $source on $target"; umount "$target" 2>/dev/null;; esac
done < <(findmnt -rno TARGET,SOURCE)
while read -r device file; do
  case $file in "$run"/*|"${memory:-$run}"/*) echo "loop device: $device of $file"; losetup -d "$device" 2>/dev/null;; esac
done < <(losetup -nO NAME,BACK-FILE 2>/dev/null)
# The tests name a network namespace after their run.
for space in $(ip netns list 2>/dev/null | cut -d' ' -f1 | grep "^xk-${run##*.}-"); do
  echo "network namespace: $space"; ip netns delete "$space"
done

# Files: in the places of the run, where the tests remove what they made; pwsh and .NET keep caches of their own there.
list() { find "$@" -printf '%p (%s bytes, by %u)\n' 2>/dev/null | sort | head -n 20; }
list "$run/tmp" -mindepth 1 -maxdepth 1 -not -name 'clr-debug-pipe-*' -not -name 'dotnet-diagnostic-*' -not -name 'CoreFxPipe_PSHost*' -not -name .dotnet -not -name '.NET*' \
  -not -name VBCSCompiler -not -name 'MSBuildTemp*' -not -name 'NuGetScratch*' | sed 's/^/file: /'
[ "$memory" ] && list "$memory" -mindepth 1 -maxdepth 1 | sed 's/^/file: /'
list "$run/home" -mindepth 1 -type f -not -path "$run/home/.cache/powershell/*" -not -path "$run/home/.local/share/powershell/*" -not -path "$run/home/.dotnet/*" | sed 's/^/file: /'

# Files beside them: what bears our name in the temporary folders of the machine, unless somebody else is at work with XenKube there;
# backups of files of this run; and what changed in the places of the host that XenKube is made to change, and in the data of the tests.
others() {
  local pid
  for pid in $(pgrep -u "$(id -u)" -if 'xenkube|pwsh'); do
    case " $ours " in *" $pid "*) continue;; esac
    grep -qz "^XENKUBE_TEST_RUN=$run\$" "/proc/$pid/environ" 2>/dev/null || [ ! -e "/proc/$pid" ] || echo "$pid"
  done
}
if [ "$(others)" ]; then
  echo "/tmp, /var/tmp and /dev/shm were not looked at: others are at work with XenKube here" >&2
else
  for place in /tmp /var/tmp /dev/shm; do
    list "$place" -mindepth 1 -maxdepth 1 -user "$(id -u)" -newer "$run/start" -name 'xenkube*' -not -name 'xenkube-tests.*' -not -name 'xenkube-anywhere.*'
  done | sed 's/^/file beside: /'
fi
grep -rls "$run/" /var/backups/xenkube 2>/dev/null | sed 's/^/backup: /'
for place in /etc/nginx /etc/iptables /etc/ntp.conf /etc/ntpsec /etc/chrony /etc/dnsmasq.conf /etc/dnsmasq.d /var/lib/dnsmasq /storage/xen ~+/tests/assets ~+/tests/corpus ~+/tests/fixtures; do
  [ -e "$place" ] && list "$place" -type f -newer "$run/start"
done | sed 's/^/file beside: /'
exit 0
