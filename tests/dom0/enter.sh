#!/usr/bin/env bash
# Runs a command in a dom0 of its own: own /etc, /var, /srv, /storage and /run in memory, an own network with the guests' bridge
# at 192.168.100.1, nginx, and stand-ins for xl and systemctl (bin/). Root is not needed. When the command ends, everything that
# it changed or started is gone; the folders of the real machine are seen through, but for those named above.
#   Usage: tests/dom0/enter.sh COMMAND [ARGUMENT...]
# Exit code: that of the command; 75 when this machine cannot have such a place, with the reason on standard error.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd "$here/../.." && pwd -P)
cannot() { echo "no dom0 for tests on this machine: $*" >&2; exit 75; }

if [ "${XENKUBE_DOM0_STAGE:-}" != inside ]; then
  PATH=$PATH:/usr/sbin:/sbin
  for tool in unshare ip nginx iptables-restore debugfs; do
    command -v "$tool" >/dev/null || cannot "$tool is not installed"
  done
  namespaces=(--mount --net --pid --fork --kill-child)
  [ "$(id -u)" = 0 ] || namespaces+=(--user --map-root-user)
  reason=$(unshare "${namespaces[@]}" true 2>&1) || cannot "$reason"
  root=$(mktemp -d)
  trap 'rmdir "$root"' EXIT
  # What is mounted inside is never seen outside, so that only the empty folder is left to be removed.
  XENKUBE_DOM0_STAGE=inside XENKUBE_DOM0_ROOT=$root unshare "${namespaces[@]}" --propagation private "${BASH_SOURCE[0]}" "$@"
  exit
fi

set -e
root=$XENKUBE_DOM0_ROOT
unset XENKUBE_DOM0_STAGE XENKUBE_DOM0_ROOT
mount -t tmpfs -o mode=755 dom0 "$root"
own=(etc var srv storage run)
for entry in /*; do
  name=${entry#/}
  case " ${own[*]} proc " in *" $name "*) mkdir -p "$root$entry"; continue;; esac
  if [ -L "$entry" ]; then ln -s "$(readlink "$entry")" "$root$entry"
  elif [ -d "$entry" ]; then mkdir "$root$entry"; mount --rbind "$entry" "$root$entry" 2>/dev/null || true
  fi
done
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"

# The machine's own /etc, as far as it can be read, without what a dom0 gets from the guide.
cp -a /etc/. "$root/etc" 2>/dev/null || true
rm -rf "$root"/etc/{nginx,iptables,ntp.conf,ntpsec,chrony}
mkdir -p "$root"/etc/{nginx/{sites-available,sites-enabled},iptables,systemd/system} "$root/run/lock" "$root/storage/xen" \
  "$root"/var/{backups,cache,lib/{nginx,dnsmasq/virbr1,misc},log/{nginx,xen/console},tmp,www/html}
chmod 1777 "$root/var/tmp"
cp -r "$here/etc/." "$root/etc/"
ln -s ../sites-available/default "$root/etc/nginx/sites-enabled/default"
touch "$root"/etc/systemd/system/{nginx,dnsmasq@virbr1,netfilter-persistent,ntp}.service "$root/var/log/nginx/access.log"
# The time service that starts with the system, whatever else this machine has installed.
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
rm -f "$root"/etc/systemd/system/multi-user.target.wants/{chrony,ntpsec,openntpd}.service
for unit in ntp nginx netfilter-persistent; do ln -sf "../$unit.service" "$root/etc/systemd/system/multi-user.target.wants/$unit.service"; done
mkdir -p "$root/srv/mirror"
cp -r "$repository/tests/assets/release" "$root/srv/mirror/coreos"

# What this run itself needs and may have in one of those folders.
for needed in "$repository" "${HOME:-/}" "${TMPDIR:-/tmp}" "${DOTNET_ROOT:-/usr}" "$(dirname "$(readlink -f "$(command -v "$1")")")"; do
  case $needed in /etc*|/var*|/srv*|/storage*|/run*) mkdir -p "$root$needed"; mount --rbind "$needed" "$root$needed";; esac
done

ip link set lo up
# Guests have no network cards here, so that the machine answers at all addresses of their network itself.
ip address add 192.168.100.1/24 dev lo
ip link add virbr1 type bridge 2>/dev/null || ip link add virbr1 type dummy 2>/dev/null || true
if [ -e "/sys/class/net" ] && ip link show virbr1 >/dev/null 2>&1; then ip address add 192.168.100.1/24 dev virbr1; ip link set virbr1 up; fi
echo 1 > "$root/proc/sys/net/ipv4/ip_forward" 2>/dev/null || true

export XL_STATE=/run/xl KUBECONFIG=/storage/xen/kubeconfig PATH="$here/bin:$PATH:/usr/sbin:/sbin" XENKUBE_DOM0=1
mkdir "$root/run/xl"
unset XENDIR XENKUBE_XL http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
if [ -d "$root$PWD" ]; then here=$PWD; else here=/; fi
exec chroot "$root" env -C "$here" "$@"
