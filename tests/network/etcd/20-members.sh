# Members that are down, lost or replaced. What must not be done is refused.
say refresh-two with_guests node refresh etcd/node-1 etcd/node-2 --restart --throttle-limit 2
stop 3
say one-down xenkube etcd check etcd
say one-down-etcdctl etcdctl_as 1 --endpoints "$(endpoint 1),$(endpoint 2),$(endpoint 3)" --command-timeout 3s endpoint health
say one-down-get xenkube etcd get etcd /message
say refresh-next with_guests node refresh etcd/node-1 --restart
# The disk was made again: etcd ends with the state new, since the others know the member.
mv "$folder/data-3" "$folder/kept-3"
start 3
say lost-etcd logged 3 'has already been bootstrapped'
stop 3
cp --sparse=always "$folder/disk.img" "$XENDIR/guests/etcd/node-3.img"
say lost xenkube guest start etcd/node-3
# The same with the state existing, and without being added again: etcd panics in raft, and the others go on.
rm -rf "$folder/data-3"; : > "$folder/log-3"
sed -i 's/initial-cluster-state=new/initial-cluster-state=existing/' "$folder/node-3/environment"
start 3
say panic-etcd logged 3 'panic: tocommit([0-9]*) is out of range'
say panic-others etcdctl_as 1 --endpoints "$(endpoint 1),$(endpoint 2)" --command-timeout 5s endpoint health
say panic-members etcdctl_as 1 --endpoints "$(endpoint 1)" member list
say panic xenkube etcd check etcd
say panic-start xenkube guest start etcd/node-3
stop 3
# Another token makes another cluster of it, which the others ignore for ever.
rm -rf "$folder/data-3"; : > "$folder/log-1"; ignite 3
sed -i 's/\(initial-cluster-token=\)[^ )]*/\1another-token/' "$folder/node-3/environment"
start 3
say token-etcd logged 1 'request sent was ignored (cluster ID mismatch'
say token-own logged 3 'request sent was ignored (cluster ID mismatch'
say token xenkube etcd check etcd
stop 3; ignite 3
rm "$XENDIR/guests/etcd/node-3.img"; rm -rf "$folder/data-3"; mv "$folder/kept-3" "$folder/data-3"
stop 2
say two-down xenkube etcd check etcd
say two-down-etcdctl etcdctl_as 1 --endpoints "$(endpoint 1)" --command-timeout 3s put /message Nobody
say two-down-set xenkube etcd set etcd /message Nobody
say two-down-remove xenkube etcd remove etcd/node-3
start 2; start 3
say back xenkube etcd wait etcd --timeout 120
say repair-healthy xenkube etcd repair etcd/node-3
# A member that lost its data: it is replaced, joins with the state existing, and gets another id.
stop 3; rm -rf "$folder/data-3"
cp --sparse=always "$folder/disk.img" "$XENDIR/guests/etcd/node-3.img"
# What a guest does when xl creates its domain: Ignition with the published config, then etcd.
( until [ -e "$folder/domains/etcd-node-3" ]; do sleep 0.1; done; ignite 3; start 3; wait ) & members[3]=$!
say repair env XENKUBE_XL="$folder/xl-memory" XL_STATE="$folder/domains" dotnet "$program" etcd repair etcd/node-3 --timeout 120
rm "$XENDIR/guests/etcd/node-3.img"
say joining grep -o 'existing' "$folder/node-3/environment"
say repaired xenkube etcd check etcd
say repaired-get etcdctl_as 3 --endpoints "$(endpoint 3)" get --print-value-only /message
say repaired-members xenkube etcd members etcd
say settled grep -c joining "$XENDIR/guests/etcd/cluster.json"
