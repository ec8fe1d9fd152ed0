#!/usr/bin/env bash
# Waits for guests on a real bridge: in a network name space of its own, with a name space for each guest, and an xl that says that both
# guests run. Prints a line for each case: its name, the exit code, and what the command said.
#   guest-waits.sh XENKUBE.DLL FOLDER        run by 'unshare --net'
set -eu
program=$1 folder=$2
export XENDIR=$folder/xen XENKUBE_XL=$folder/xl
mkdir -p "$XENDIR/guests/etcd"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT

ip link set lo up
ip link add virbr1 type bridge
ip address add 192.168.100.1/24 dev virbr1
ip link set virbr1 up

# host NUMBER MAC: a machine on the bridge that has no address yet.
host() {
  unshare --net sleep 600 > /dev/null 2>&1 & pids+=($!); eval "host$1=$!"
  # It has a name space of its own as soon as that is not this one.
  while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
  ip link add "vif$1" type veth peer name eth0 address "$2" netns $!
  ip link set "vif$1" master virbr1 up
  nsenter --net --target $! ip link set eth0 up
}
inside() { local pid="host$1"; shift; nsenter --net --target "${!pid}" "$@"; }
# Without a route back a guest answers ARP and nothing else, as behind a firewall that drops.
arp_only() { inside "$1" ip address add "192.168.100.$2/32" dev eth0; }
address() { inside "$1" ip address add "192.168.100.$2/24" dev eth0; }
gone() { inside "$1" ip address flush dev eth0; }
remembered() { ip neighbour show 192.168.100.11 dev virbr1; }

for n in 1 2; do
  truncate -s 1M "$XENDIR/guests/etcd/node-$n.img"
  printf 'name = "etcd-node-%s"\nbootloader = "pygrub"\nmemory = 512\nvif = [ "mac=00:16:3e:4e:31:1%s,bridge=virbr1" ]\ndisk = [ "%s,raw,xvda,rw" ]\n' \
    $n $n "$XENDIR/guests/etcd/node-$n.img" > "$XENDIR/guests/etcd/node-$n.cfg"
  echo "00:16:3e:4e:31:1$n,192.168.100.1$n" >> "$folder/hosts"
done
echo "{ \"reservationsFile\": \"$folder/hosts\" }" > "$XENDIR/xenkube.json"

wait_for() {
  local name=$1 code=0; shift
  said=$(dotnet "$program" guest wait "$@" 2>&1 >/dev/null) || code=$?
  printf '%s\t%s\t%s\n' "$name" "$code" "${said//$'\n'/ }"
}

host 1 00:16:3e:4e:31:11; host 2 00:16:3e:4e:31:12; host 3 52:54:00:12:34:56
arp_only 1 11; address 2 12
wait_for arp-only etcd/node-1 --wait address --timeout 30
wait_for two-guests etcd/node-1 etcd/node-2 --wait address --timeout 30

# The last run of the guest has answered just now, and the guest that is waited for has no address: the entry is all there is of it.
gone 1
remembered | grep -q 'REACHABLE\|STALE\|DELAY' || { echo "there is no entry of the last run: the case proves nothing"; exit 2; }
wait_for stale etcd/node-1 --wait address --timeout 3
address 1 11
for _ in {1..100}; do
  python3 -c 'import socket; socket.socket().connect_ex(("192.168.100.11", 22))'
  if remembered | grep -q REACHABLE; then break; fi
  sleep 0.1
done
gone 1
remembered | grep -q REACHABLE || { echo "the entry of the last run is not fresh: the case proves nothing"; exit 2; }
wait_for fresh etcd/node-1 --wait address --timeout 3

# Another host has taken the address, and has an ssh server.
address 3 11
nsenter --net --target "$host3" python3 -c '
import socket
server = socket.create_server(("", 22))
while True:
    client, _ = server.accept()
    client.sendall(b"SSH-2.0-other\r\n")
    client.close()' > /dev/null 2>&1 & pids+=($!)
ip neighbour flush dev virbr1
wait_for other etcd/node-1 --wait address --timeout 4
wait_for other-ssh etcd/node-1 --wait ssh --timeout 4
gone 3; ip neighbour flush dev virbr1

# The guest answers after the time of the first wait and within that of the second.
{ sleep 8; arp_only 1 11; } > /dev/null 2>&1 &
wait_for late etcd/node-1 --wait address --timeout 1
wait_for later etcd/node-1 --wait address --timeout 60
