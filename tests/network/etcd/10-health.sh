# Three members become healthy, and take keys; a new leaf is taken at the next connection, without a restart.
say offline xenkube etcd members etcd --offline
for n in 1 2 3; do start $n; done
say wait xenkube etcd wait etcd --timeout 120
say members xenkube etcd members etcd
say member-list etcdctl_as 1 --endpoints "$(endpoint 1)" member list
say set xenkube etcd set etcd /message Hello
say get xenkube etcd get etcd /message
say get-json xenkube etcd get etcd /message --json
say get-by-etcdctl etcdctl_as 3 --endpoints "$(endpoint 3)" get --print-value-only /message
say check xenkube etcd check etcd
say ports xenkube certificate check etcd --source endpoint
xenkube certificate renew etcd/node-2 > /dev/null
say stale xenkube certificate check etcd/node-2 --source endpoint
say published with_guests certificate publish etcd/node-2
say published-again with_guests certificate publish etcd/node-2
say renewed xenkube certificate check etcd/node-2 --source endpoint
