# Another authority: bundle, restart one by one, sign, drop, restart one by one. An old client is let in until the end.
mkdir "$folder/old"; cp "$certs"/etcd-{ca,node-1-client,node-1-client-key}.pem "$folder/old"
old() { env ETCDCTL_API=3 etcdctl --cacert "$certs/etcd-ca.pem" --cert "$folder/old/etcd-node-1-client.pem" --key "$folder/old/etcd-node-1-client-key.pem" \
  --endpoints "$(endpoint 2)" --command-timeout 4s get --print-value-only /message; }
say roll-bundle xenkube certificate roll etcd
say roll-early xenkube certificate roll etcd
say roll-bundled with_guests certificate publish etcd --restart --timeout 90
say roll-switch xenkube certificate roll etcd
say roll-early-drop xenkube certificate roll etcd
say roll-switched with_guests certificate publish etcd
say roll-old-client old
say roll-drop xenkube certificate roll etcd
say roll-dropped with_guests certificate publish etcd --restart --timeout 90
say roll-old-refused old
say roll-old-log logged 2 'certificate signed by unknown authority'
say roll-check xenkube etcd check etcd
say roll-ports xenkube certificate check etcd
say roll-get etcdctl_as 3 --endpoints "$(endpoint 3)" get --print-value-only /message
say roll-restarts sort "$folder/restarts"
say roll-verify openssl verify -x509_strict -CAfile "$certs/etcd-ca.pem" "$certs"/etcd-node-?-{server,peer,client}.pem
say roll-modes stat -c %a "$certs/etcd-ca-key.pem"
