#!/usr/bin/env bash
# Refreshes a cluster on many hosts by samples/fleet.ps1 and prints the time and the memory of each run. The hosts are network namespaces of
# this machine, each with an address, a name, an sshd with PowerShell's subsystem and a XENDIR of its own.
#   tests/network/fleet.sh [COUNT...]      as root; without a count 5, 10, 20 and 50 hosts
set -euo pipefail
[ "${1:-}" = --inside ] || exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" --inside "$@"
shift
cd "$(dirname "$0")/../.."
root=$PWD
counts=("${@:-5 10 20 50}")
read -ra counts <<< "${counts[*]}"
most=$(printf '%s\n' "${counts[@]}" | sort -n | tail -n 1)
module=${XENKUBE_MODULE:-$root/artifacts/Release/XenKube/XenKube.psd1}
release=$(find "$root/tests/assets/release" -name '*.bin.bz2' | head -n 1)
pwsh=$(command -v pwsh)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
[ -e "$module" ] || { echo "build the module first: dotnet build src/XenKube -c Release" >&2; exit 1; }
image=$folder/image
bzip2 -dc "$release" | dd "of=$image" bs=64K conv=sparse iflag=fullblock status=none
truncate --size %64K "$image"

# What is mounted here, nobody else sees.
mount --make-rprivate /
mkdir -p /run/sshd "$folder/xen" "$folder/hosts"
mount -t tmpfs none /run
mkdir -p /run/sshd /run/netns
ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
cp "$folder/user.pub" "$folder/authorized"
chmod 700 "$folder"
cat > "$folder/sshd_config" <<END
Port 22
HostKey $folder/host
PidFile none
AuthorizedKeysFile $folder/authorized
StrictModes no
PermitRootLogin yes
UsePAM no
MaxStartups 500
Subsystem powershell $pwsh -sshs -NoLogo -NoProfile
END
ip link set lo up
ip link add fleet type bridge
ip addr add 10.77.0.1/16 dev fleet
ip link set fleet up
hosts=()
for ((n = 1; n <= most; n++)); do
  address=10.77.1.$n xen=$folder/hosts/$n
  mkdir -p "$xen/guests/etcd" "$xen/nginx" "$xen/images"
  for node in node-1 node-2; do
    cp --sparse=always --reflink=auto "$image" "$xen/guests/etcd/$node.img"
    echo 'passwd: {}' > "$xen/guests/etcd/$node.ct"
  done
  ip netns add "host-$n"
  ip link add "veth$n" type veth peer name eth0 netns "host-$n"
  ip link set "veth$n" master fleet up
  ip -n "host-$n" addr add "$address/16" dev eth0
  ip -n "host-$n" link set eth0 up
  ip -n "host-$n" link set lo up
  # The XENDIR is at the same place on each host.
  ip netns exec "host-$n" unshare --mount --uts sh -c "hostname host-$n; mount --bind '$xen' '$folder/xen'; exec $(command -v sshd) -D -f '$folder/sshd_config'" &
  hosts+=("root@$address")
done
for host in "${hosts[@]}"; do
  for ((try = 0; try < 200; try++)); do
    (exec 3<> "/dev/tcp/${host#*@}/22") 2> /dev/null && break
    sleep 0.05
  done
done

cat > "$folder/run.ps1" <<'END'
param($Module, $Fleet, $Folder, [string[]] $HostName)
$watch = [Diagnostics.Stopwatch]::StartNew()
$lines = & $Fleet $HostName -Cluster etcd -XenDir "$Folder/xen" -Module $Module -KeyFilePath "$Folder/user" -Option @{
    StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR' }
$seconds = $watch.Elapsed.TotalSeconds
$wrong = @($lines | Where-Object { $_.Nodes -ne 2 -or $_.Failed })
$wrong | Format-Table | Out-String | Write-Host
$peak = [int] ((Get-Content "/proc/$PID/status" | Select-String VmHWM) -replace '\D') / 1024
'{0,5} hosts  {1,7:0.0} s  {2,6:0.00} s for each  {3,5:0} MB in pwsh here  {4} hosts failed' -f $HostName.Count, $seconds, ($seconds / $HostName.Count), $peak, $wrong.Count
exit $wrong.Count
END
echo "$(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), $(uname -r)"
for count in "${counts[@]}"; do
  # The largest sum of what belongs to the hosts' own pwsh while it runs.
  (most=0
    while sleep 0.5; do
      now=$(awk '/^Pss:/ { sum += $2 } END { print int(sum / 1024) }' $(pgrep -f 'pwsh.* -sshs' | sed 's|.*|/proc/&/smaps_rollup|') /dev/null 2> /dev/null) || now=0
      [ "$now" -gt "$most" ] && most=$now && echo "$most" > "$folder/peak"
    done) &
  sampler=$!
  echo 0 > "$folder/peak"
  status=0
  list=$(printf "'%s'," "${hosts[@]:0:count}")
  "$pwsh" -NoProfile -Command "& '$folder/run.ps1' '$module' '$root/samples/fleet.ps1' '$folder' ${list%,}; exit \$LASTEXITCODE" || status=$?
  kill "$sampler"
  wait "$sampler" 2> /dev/null || true
  echo "             $(cat "$folder/peak") MB in the pwsh of the hosts together, at most"
  [ "$status" = 0 ] || exit 1
  # The same again is to find something to do.
  for xen in "$folder"/hosts/*; do
    for node in node-1 node-2; do echo "passwd: {} # $count" > "$xen/guests/etcd/$node.ct"; done
  done
done
