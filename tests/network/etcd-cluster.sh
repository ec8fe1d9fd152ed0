#!/usr/bin/env bash
# A real etcd cluster over TLS at the guide's addresses: a bridge in a network name space of its own, and a name space for each of three
# members. Certificates, addresses, token and state are those of XenKube's own config: the environment is taken from the transpiled units.
# Prints a line for each case: its name, the exit code, and what was said.
#   etcd-cluster.sh XENKUBE.DLL FOLDER        run by 'unshare --net'
set -eu
program=$1 folder=$2
export XENDIR=$folder/xen XENKUBE_XL=$folder/xl GOMAXPROCS=1
mkdir -p "$XENDIR"/{images,keys,guests/etcd,nginx/etcd}
certs=$XENDIR/guests/etcd/certs
pids=()
declare -A members
trap 'kill "${pids[@]}" "${members[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT
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
start() {
  mkdir -p -m 700 "$folder/data-$1"
  ( ARGS=(); . "$folder/node-$1/environment"; export ETCD_DATA_DIR=$folder/data-$1
    # The unit has the variable of the host name; the config has the name on the command line.
    exec nsenter --net --target "$(eval echo \$host$1)" etcd "${ARGS[@]}" ) >> "$folder/log-$1" 2>&1 &
  members[$1]=$!
}
stop() { kill "${members[$1]}"; wait "${members[$1]}" 2>/dev/null || true; unset "members[$1]"; }

# A guest that runs, by an xl that says so, and an ssh that does on the node what is asked: with the node's files in the place of this
# host's, in a name space of its own.
mkdir -p "$folder/bin"
printf '#!/bin/sh\nexec "$@"\n' > "$folder/bin/sudo"
cat > "$folder/bin/ssh" <<SSH
#!/bin/sh
while [ "\$1" = -o ]; do shift 2; done
n=\${1#core@192.168.100.1}; shift
exec unshare --mount sh -c 'mount --bind "$folder/node-'"\$n"'/etc/ssl" /etc/ssl; exec sh -c "\$1"' sh "\$*"
SSH
chmod 755 "$folder/bin/sudo" "$folder/bin/ssh"
with_guest() {
  truncate -s 1M "$XENDIR/guests/etcd/node-2.img"
  PATH=$folder/bin:$PATH XENKUBE_XL=$folder/xl-up xenkube certificate "$@"; local code=$?
  rm "$XENDIR/guests/etcd/node-2.img"; return $code
}

for n in 1 2 3; do ignite $n; done
say offline xenkube etcd members etcd --offline
for n in 1 2 3; do start $n; done
say wait xenkube etcd wait etcd --timeout 120
say members xenkube etcd members etcd
say member-list env ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$certs/etcd-node-1-client.pem" --key "$certs/etcd-node-1-client-key.pem" \
  --endpoints https://192.168.100.11:2379 member list
say set xenkube etcd set etcd /message Hello
say get xenkube etcd get etcd /message
say get-by-etcdctl env ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$certs/etcd-node-3-client.pem" --key "$certs/etcd-node-3-client-key.pem" \
  --endpoints https://192.168.100.13:2379 get --print-value-only /message
say check xenkube etcd check etcd
say ports xenkube certificate check etcd --source endpoint
# A new leaf is taken at the next connection, without a restart.
xenkube certificate renew etcd/node-2 > /dev/null
say stale xenkube certificate check etcd/node-2 --source endpoint
say published with_guest publish etcd/node-2
say published-again with_guest publish etcd/node-2
say renewed xenkube certificate check etcd/node-2 --source endpoint
stop 3
say one-down xenkube etcd check etcd
say one-down-get xenkube etcd get etcd /message
stop 2
say two-down xenkube etcd check etcd
say two-down-set xenkube etcd set etcd /message Nobody
say two-down-remove xenkube etcd remove etcd/node-3
start 2; start 3
say back xenkube etcd wait etcd --timeout 120
say repair-healthy xenkube etcd repair etcd/node-3
# A member that lost its data: it is replaced, joins with the state existing, and gets another id.
stop 3; rm -rf "$folder/data-3"
say repair xenkube etcd repair etcd/node-3
xenkube node refresh etcd/node-3 --step template --step publish > /dev/null
ignite 3
say joining grep -o 'existing' "$folder/node-3/environment"
start 3
say repaired xenkube etcd wait etcd --timeout 120
say repaired-get env ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$certs/etcd-node-3-client.pem" --key "$certs/etcd-node-3-client-key.pem" \
  --endpoints https://192.168.100.13:2379 get --print-value-only /message
say repaired-members xenkube etcd members etcd
say settled grep -c joining "$XENDIR/guests/etcd/cluster.json"
stop 3
# A certificate for another address: the useful words are in the log of the other members, and the check of the files says it before.
sed -i 's/192.168.100.13$/192.168.100.99/' "$folder/hosts"
xenkube certificate new etcd/node-3 > /dev/null
sed -i 's/192.168.100.99$/192.168.100.13/' "$folder/hosts"
say wrong-san xenkube certificate check etcd/node-3 --source file
cp "$certs/etcd-node-3-peer.pem" "$folder/node-3/etc/ssl/certs/etcd/peer.pem"; cp "$certs/etcd-node-3-peer-key.pem" "$folder/node-3/etc/ssl/certs/etcd/peer-key.pem"
: > "$folder/log-1"
start 3; sleep 5
say wrong-san-etcd grep -o 'certificate is valid for 192.168.100.99, not 192.168.100.13' "$folder/log-1" "$folder/log-2" --max-count 1
say wrong-san-refused xenkube node refresh etcd/node-3 --step template --step publish
