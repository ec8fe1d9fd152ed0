# Certificates that are wrong, on the node alone: what etcd says, in whose log, and what our check says of the same.
# Usage: leaf ROLE SAN WHEN [CA]     makes a certificate by openssl, as node 3's, and puts it on the node
leaf() {
  local role=$1 san=$2 when=$3 ca=${4:-$certs/etcd-ca} target=$folder/node-3/etc/ssl/certs/etcd
  local key=$target/$role-key.pem
  openssl req -newkey rsa:2048 -nodes -keyout "$key" -subj "/CN=etcd-node-3-$role" -out "$folder/leaf.csr" 2>/dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature,keyEncipherment\n' "$san" > "$folder/leaf.ext"
  faketime "$(date -d "$when" '+%Y-%m-%d %H:%M:%S')" openssl x509 -req -in "$folder/leaf.csr" -CA "$ca.pem" -CAkey "$ca-key.pem" -CAcreateserial -CAserial "$folder/serial" -days 2 \
    -extfile "$folder/leaf.ext" -out "$target/$role.pem" 2>/dev/null
}
# Usage: fault NAME WORDS LOG     node 3 with what is on it now
fault() {
  : > "$folder/log-1"; : > "$folder/log-2"; : > "$folder/log-3"
  start 3
  say "$1-etcd" logged "$3" "$2"
  say "$1-own" grep -c -e "$2" "$folder/log-3"
  say "$1" xenkube etcd check etcd
  stop 3
  ignite 3
}
xenkube node refresh etcd/node-3 --step template --step publish --force > /dev/null
stop 3; ignite 3
good=IP:192.168.100.13,DNS:etcd-node-3
leaf peer IP:192.168.100.99,DNS:elsewhere now
fault wrong-peer 'certificate is valid for 192.168.100.99' 1
leaf peer $good '2020-01-01'
fault expired-peer 'certificate has expired or is not yet valid' 1
leaf peer $good '+30 days'
fault future-peer 'certificate has expired or is not yet valid' 1
leaf server IP:192.168.100.99 now
start 3
say wrong-server-etcdctl etcdctl_as 3 --endpoints "$(endpoint 3)" --command-timeout 3s get /message
say wrong-server xenkube etcd check etcd
stop 3; ignite 3
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/other-key.pem" -subj '/CN=other' -days 3 -out "$folder/other.pem" 2>/dev/null
leaf peer $good now "$folder/other"
fault other-authority 'certificate signed by unknown authority' 1
leaf server $good now "$folder/other"
start 3
say other-server-etcdctl etcdctl_as 3 --endpoints "$(endpoint 3)" --command-timeout 3s get /message
say other-server xenkube etcd check etcd
stop 3; ignite 3
cp "$certs/etcd-node-2-peer-key.pem" "$folder/node-3/etc/ssl/certs/etcd/peer-key.pem"
fault other-key 'private key does not match public key' 3
# A key that etcd may not read: root without its powers over files is like any other user here.
chown 65534 "$folder/node-3/etc/ssl/certs/etcd/peer-key.pem"
RESTRICT='setpriv --bounding-set -dac_override,-dac_read_search' fault unreadable 'peer-key.pem: permission denied' 3
# A certificate for another address is found in the files before it reaches the node, and its config is not published.
sed -i 's/192.168.100.13$/192.168.100.99/' "$folder/hosts"
xenkube certificate new etcd/node-3 > /dev/null
sed -i 's/192.168.100.99$/192.168.100.13/' "$folder/hosts"
say wrong-san xenkube certificate check etcd/node-3 --source file
say wrong-san-refused xenkube node refresh etcd/node-3 --step template --step publish
xenkube certificate new etcd/node-3 > /dev/null
xenkube node refresh etcd/node-3 --step template --step publish --force > /dev/null
ignite 3; start 3
say faults-over xenkube etcd wait etcd --timeout 120
