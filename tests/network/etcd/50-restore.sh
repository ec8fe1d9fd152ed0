# A snapshot, a loss of everything, and the restored cluster under another token.
xenkube etcd set etcd /message Saved
say backup xenkube etcd backup etcd "$folder/snapshot.db"
say backup-status env ETCDCTL_API=3 etcdctl snapshot status "$folder/snapshot.db"
say backup-mode stat -c %a "$folder/snapshot.db"
xenkube etcd set etcd /message Lost
for n in 1 2 3; do stop $n; rm -rf "$folder/data-$n"; cp --sparse=always "$folder/disk.img" "$XENDIR/guests/etcd/node-$n.img"; done
head -c 20000 "$folder/snapshot.db" > "$folder/torn.db"
say restore-torn xenkube etcd restore etcd "$folder/torn.db"
say restore-same xenkube etcd restore etcd "$folder/snapshot.db" --token etcd-token
say restore xenkube etcd restore etcd "$folder/snapshot.db"
say restore-fsck bash -c 'for n in 1 2 3; do dd if="$0/node-$n.img" of="$1" bs=1M iflag=skip_bytes skip=2487222272 conv=sparse status=none; e2fsck -fn "$1"; done' "$XENDIR/guests/etcd" "$folder/root.img"
say restore-owner debugfs -R 'stat /var/lib/etcd/member/snap/db' "$folder/root.img"
for n in 1 2 3; do
  mkdir -m 700 "$folder/data-$n"
  debugfs -R "rdump /var/lib/etcd/member $folder/data-$n" "$XENDIR/guests/etcd/node-$n.img?offset=2487222272" > /dev/null 2>&1
  rm "$XENDIR/guests/etcd/node-$n.img"
  start $n
done
say restored xenkube etcd wait etcd --timeout 120
say restored-get etcdctl_as 1 --endpoints "$(endpoint 2)" get --print-value-only /message
say restored-members xenkube etcd members etcd
say restored-planned xenkube etcd members etcd --offline
