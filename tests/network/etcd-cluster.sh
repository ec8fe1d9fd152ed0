#!/usr/bin/env bash
# A real etcd cluster over TLS at the guide's addresses: a bridge in a network name space of its own, and a name space for each of three
# members. Certificates, addresses, token and state are those of XenKube's own config: the environment is taken from the transpiled units.
# Prints a line for each case: its name, the exit code, and what was said.
#   etcd-cluster.sh XENKUBE.DLL FOLDER [PROGRAM ARGUMENT...]        run by 'unshare --net'
set -eu
program=$1 folder=$2
export XENDIR=$folder/xen XENKUBE_XL=$folder/xl GOMAXPROCS=1 PATH=$folder/bin:$PATH
mkdir -p "$XENDIR"/{images,keys,guests/etcd,nginx/etcd}
certs=$XENDIR/guests/etcd/certs
pids=()
declare -A members
trap 'touch "$folder"/stopped-{1,2,3}; kill $(cat "$folder"/pid-* 2>/dev/null) "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
xenkube() { dotnet "$program" "$@"; }
say() { local name=$1 code=0; shift; said=$("$@" 2>&1) || code=$?; printf '%s\t%s\t%s\n' "$name" "$code" "${said//$'\n'/ | }"; }

ip link set lo up
ip link add virbr1 type bridge
ip address add 192.168.100.1/24 dev virbr1
ip link set virbr1 up
for n in 1 2 3; do
  unshare --net sleep 600 > /dev/null 2>&1 & pids+=($!); eval "host$n=$!"
  while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
  ip link add "vif$n" type veth peer name eth0 netns $!
  ip link set "vif$n" master virbr1 up
  nsenter --net --target $! sh -c "ip link set lo up; ip address add 192.168.100.1$n/24 dev eth0; ip link set eth0 up"
  printf 'name = "etcd-node-%s"\nbootloader = "pygrub"\nmemory = 512\nvif = [ "mac=00:16:3e:4e:31:1%s,bridge=virbr1" ]\ndisk = [ "%s,raw,xvda,rw" ]\n' \
    $n $n "$XENDIR/guests/etcd/node-$n.img" > "$XENDIR/guests/etcd/node-$n.cfg"
  echo "00:16:3e:4e:31:1$n,192.168.100.1$n" >> "$folder/hosts"
done
echo "{ \"reservationsFile\": \"$folder/hosts\" }" > "$XENDIR/xenkube.json"
inside() { local pid="host$1"; shift; nsenter --net --target "${!pid}" "$@"; }

xenkube cluster new etcd --force --etcd node-1 node-2 node-3 > /dev/null
xenkube certificate new etcd > /dev/null
xenkube node refresh etcd --step template --step publish > /dev/null

# What Ignition does on a node: files below a directory of its own, and the environment of the units.
ignite() {
  python3 - "$XENDIR/nginx/etcd/node-$1.json" "$folder/node-$1" <<'PYTHON'
import json, os, re, shlex, sys, urllib.parse, base64
config, root = json.load(open(sys.argv[1])), sys.argv[2]
def text(source):
    head, body = source[5:].split(',', 1)
    return base64.b64decode(body) if head.endswith(';base64') else urllib.parse.unquote_to_bytes(body)
for file in config['storage']['files']:
    path = root + file['path']
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, file.get('mode', 0o644)), 'wb') as out: out.write(text(file['contents']['source']))
words = []
for unit in config['systemd']['units']:
    for dropin in unit.get('dropins', []):
        for line in dropin.get('contents', '').replace('\\\n', ' ').split('\n'):
            words += [w for w in re.findall(r'^Environment="(.*)"$', line)]
            if line.startswith('ExecStart=/'): words += ['ARG ' + w for w in shlex.split(line)[1:] if w.startswith('--')]
with open(root + '/environment', 'w') as out:
    for word in words:
        out.write(('ARGS+=(%s)\n' % shlex.quote(word[4:])) if word.startswith('ARG ') else ('export %s\n' % shlex.quote(word.replace('=/', '=' + root + '/'))))
PYTHON
}
# As systemd does (Restart=always): an etcd that ends is started again until the unit is stopped.
start() {
  mkdir -p -m 700 "$folder/data-$1"
  rm -f "$folder/stopped-$1"
  ( ARGS=(); . "$folder/node-$1/environment"; export ETCD_DATA_DIR=$folder/data-$1
    while [ ! -e "$folder/stopped-$1" ]; do
      # The unit has the variable of the host name; the config has the name on the command line.
      # Restricted as a test wants it.
      nsenter --net --target "$(eval echo \$host$1)" ${RESTRICT:-} etcd "${ARGS[@]}" &
      echo $! > "$folder/pid-$1"
      wait $! || true
      sleep 0.3
    done ) >> "$folder/log-$1" 2>&1 &
  members[$1]=$!
}
stop() { touch "$folder/stopped-$1"; kill "$(cat "$folder/pid-$1")" 2>/dev/null || true; wait "${members[$1]}" 2>/dev/null || true; unset "members[$1]"; }
etcdctl_as() { local n=$1; shift; env ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$certs/etcd-node-$n-client.pem" --key "$certs/etcd-node-$n-client-key.pem" "$@"; }
endpoint() { echo "https://192.168.100.1$1:2379"; }
# Waits for words in the log of a member, and prints the line.
logged() { local i; for i in $(seq 100); do grep -m 1 -e "$2" "$folder/log-$1" && return; sleep 0.2; done; return 1; }

# A guest that runs, by an xl that says so, and an ssh that does on the node what is asked: with the node's files in the place of this
# host's in a name space of its own, the member's own log, and a systemctl that restarts the member. Before it does, etcdctl counts the
# members that are healthy.
mkdir -p "$folder/bin"
printf '#!/bin/sh\nexec "$@"\n' > "$folder/bin/sudo"
printf '#!/bin/sh\nexec tail -n 400 "%s/log-$NODE"\n' "$folder" > "$folder/bin/journalctl"
cat > "$folder/bin/systemctl" <<SYSTEMCTL
#!/bin/sh
old=\$(cat "$folder/pid-\$NODE")
echo "\$NODE: \$(ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$certs/etcd-node-1-client.pem" --key "$certs/etcd-node-1-client-key.pem" \
  --endpoints $(endpoint 1),$(endpoint 2),$(endpoint 3) endpoint health 2>&1 | grep -c 'is healthy') healthy" >> "$folder/restarts"
kill "\$old"
while [ "\$(cat "$folder/pid-\$NODE")" = "\$old" ]; do sleep 0.1; done
SYSTEMCTL
cat > "$folder/bin/ssh" <<SSH
#!/bin/sh
while [ "\$1" = -o ]; do shift 2; done
export NODE=\${1#core@192.168.100.1}; shift
exec unshare --mount sh -c 'mount --bind "$folder/node-'"\$NODE"'/etc/ssl" /etc/ssl; exec sh -c "\$1"' sh "\$*"
SSH
chmod 755 "$folder"/bin/*
# An xl that remembers which domains it created.
mkdir "$folder/domains"; ln -s "$(realpath "$(dirname "$0")/../Pester/stand-in-xl.sh")" "$folder/xl-memory"
# Runs a command while the guests of all nodes run.
with_guests() {
  local n code=0
  for n in 1 2 3; do truncate -s 1M "$XENDIR/guests/etcd/node-$n.img"; done
  XENKUBE_XL=$folder/xl-up xenkube "$@" || code=$?
  rm "$XENDIR"/guests/etcd/node-*.img; return $code
}

for n in 1 2 3; do ignite $n; done
if [ $# -gt 2 ]; then
  # Another program has its turn once the members are healthy.
  for n in 1 2 3; do start $n; done
  xenkube etcd wait etcd --timeout 120
  shift 2; "$@"; exit
fi
for part in "$(dirname "$0")"/etcd/*.sh; do . "$part"; done
