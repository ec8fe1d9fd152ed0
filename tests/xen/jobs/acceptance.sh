# The guide on a real Xen, by the xenkube command line: from an image file to a config that the guest has fetched, twice, and
# the guards. Everything is held against what others say: xl, the guest's console, nginx's log, iptables-save, dnsmasq's leases.
export XENDIR=/storage/xen PATH=/job:$PATH
cd /job; chmod 755 xenkube 2>/dev/null
passed=0; failed=0
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
ok() { # TEXT COMMAND...
  local text=$1; shift
  if "$@" > /tmp/last 2>&1; then passed=$((passed+1)); up "ok: $text"; else failed=$((failed+1)); up "NOT OK: $text"; sed 's/^/    | /' /tmp/last | tail -30; fi
}
refused() { # TEXT PATTERN COMMAND...
  local text=$1 pattern=$2; shift 2
  if "$@" > /tmp/last 2>&1; then failed=$((failed+1)); up "NOT OK: $text (it was not refused)"; sed 's/^/    | /' /tmp/last | tail; return; fi
  if grep -q "$pattern" /tmp/last; then passed=$((passed+1)); up "ok: $text: $(grep "$pattern" /tmp/last | head -1 | cut -c1-160)"; else failed=$((failed+1)); up "NOT OK: $text (for another reason)"; sed 's/^/    | /' /tmp/last | tail; fi
}
show() { up "$ $*"; "$@" 2>&1 | sed 's/^/    /'; return ${PIPESTATUS[0]}; }
console=/var/log/xen/console/guest-etcd-node-1.log
on_console() { grep -q "$1" $console 2>/dev/null; }
wait_console() { local i; for i in $(seq 1 150); do on_console "$1" && return 0; sleep 2; done; tail -5 $console; return 1; }

up "the host"
show xenkube host plan
ok "host apply" xenkube host apply --remove-default-site
ok "host apply again changes nothing" bash -c 'xenkube host apply --remove-default-site --json | jq -e "map(select(.isChanged)) | length == 0"'
ok "iptables has the guide's three edits" bash -c 'iptables-save > /tmp/ipt; grep -q -- "--dports 22,80 -j ACCEPT" /tmp/ipt && grep -q -- "--dports 22,80,8080 -j ACCEPT" /tmp/ipt && [ $(grep -c -- "--dports 53,67,123 -j ACCEPT" /tmp/ipt) = 2 ]'
ok "90 reservations beside the one that was there" bash -c '[ $(wc -l < /var/lib/dnsmasq/virbr1/hostsfile) = 91 ] && head -1 /var/lib/dnsmasq/virbr1/hostsfile | grep -q "00:16:3e:ee:ee:01,192.168.100.254"'
ok "ntpsec serves the guests" grep -qx "restrict 192.168.100.0 mask 255.255.255.0 kod limited nomodify noquery" /etc/ntpsec/ntp.conf
ok "nginx accepts the site" nginx -t
ok "host check finds nothing that fails" bash -c 'xenkube host check | tee /tmp/check; ! grep -q FAIL /tmp/check'

up "the nodes"
ok "key import" xenkube key import lab-key.asc
rmdir $XENDIR/guests/etcd 2>/dev/null
ok "cluster new" xenkube cluster new etcd
ok "node new, two nodes from one decode" xenkube node new etcd/node-1 etcd/node-2 --image 1520.9.0
ok "parted reads the disk" bash -c 'parted -sm $XENDIR/guests/etcd/node-1.img unit B print | grep -q "^9:2487222272B:4754243583B:2267021312B:ext4:ROOT"'
ok "guest new" xenkube guest new etcd/node-1 etcd/node-2 --first-address 192.168.100.11
ok "node-1.cfg is the guide's" diff $XENDIR/guests/etcd/node-1.cfg - <<X
bootloader = "pygrub"
name = "etcd-node-1"
memory = "1024"
vcpus = 1
vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
disk = [ '/storage/xen/guests/etcd/node-1.img,raw,xvda' ]
X
cat > $XENDIR/guests/etcd/node-1.ct <<'X'
storage:
  files:
    - filesystem: "root"
      path:       "/etc/hostname"
      mode:       0644
      contents:
        inline: etcd-node-1
X
ok "node refresh" xenkube node refresh etcd/node-1 --linux-append lab.hold=240
ok "e2fsck finds nothing on OEM" bash -c 'e2fsck -fn "$XENDIR/guests/etcd/node-1.img?offset=2285895680"'
ok "e2fsck finds nothing on ROOT" bash -c 'e2fsck -fn "$XENDIR/guests/etcd/node-1.img?offset=2487222272"'

up "the first start"
ok "guest start --wait address" xenkube guest start etcd/node-1 --wait address --timeout 280
show xenkube guest list
ok "guest list says what xl says" bash -c '[ "$(xenkube guest list --json | jq -r ".[] | select(.name == \"etcd-node-1\") | .id")" = "$(xl domid etcd-node-1)" ]'
ok "the guest is ready" wait_console "LABGUEST ready"
ok "its kernel was given the URL" on_console "LABGUEST cmdline: .*coreos.first_boot=detected .*coreos.config.url=http://192.168.100.1/etcd/node-1.json"
sum=$(sha256sum < $XENDIR/nginx/etcd/node-1.json | cut -d' ' -f1)
ok "it fetched what is published, byte for byte" on_console "LABGUEST config bytes: .* sha256: $sum"
ok "it was leased 192.168.100.11" on_console "LABGUEST eth0 address: 192.168.100.11/24"
ok "nginx served it to that address" grep -q '^192.168.100.11 .*"GET /etcd/node-1.json HTTP/1.[01]" 200' /var/log/nginx/access.log

up "the guards"
refused "refresh of a running guest" "in use\|attached\|loop\|domain\|running" xenkube node refresh etcd/node-1
refused "removal of a running node" "in use\|attached\|loop\|domain\|running" xenkube node remove etcd/node-1
sed 's/etcd-node-1/thief/; s/4e:31:11/4e:31:77/' $XENDIR/guests/etcd/node-1.cfg > $XENDIR/guests/etcd/thief.cfg
refused "a second guest on one image" "image .* in use by the running guest etcd-node-1" xenkube guest start etcd/thief
rm -f $XENDIR/guests/etcd/thief.cfg
sed -i 's/4e:31:12/zz:31:12/' $XENDIR/guests/etcd/node-2.cfg
refused "a wrong MAC address" "not a MAC address" xenkube guest start etcd/node-2
sed -i 's/zz:31:12/4e:31:12/; s/"1024"/"lots"/' $XENDIR/guests/etcd/node-2.cfg
refused "memory that is no number" "memory" xenkube guest start etcd/node-2
sed -i 's/"lots"/"65536"/' $XENDIR/guests/etcd/node-2.cfg
refused "more memory than the host has" "memory" xenkube guest start etcd/node-2
sed -i 's/"65536"/"1024"/; s/virbr1/virbr9/' $XENDIR/guests/etcd/node-2.cfg
refused "a bridge that is missing" "virbr9" xenkube guest start etcd/node-2
sed -i 's/virbr9/virbr1/' $XENDIR/guests/etcd/node-2.cfg

up "stop, a second config, start"
ok "guest stop --force --wait gone" xenkube guest stop etcd/node-1 --force --wait gone --timeout 120
ok "guest stop again: nothing to do" xenkube guest stop etcd/node-1
ok "xl knows it no longer" bash -c '! xl domid etcd-node-1'
ok "nothing is left attached" bash -c '[ -z "$(losetup -j $XENDIR/guests/etcd/node-1.img)" ]'
cat >> $XENDIR/guests/etcd/node-1.ct <<'X'
    - path: /etc/ntp.conf
      filesystem: root
      mode: 0644
      contents:
        inline: |
          server 192.168.100.1
          restrict default nomodify nopeer noquery limited kod
systemd:
  units:
    - name: systemd-timesyncd.service
      mask: true
    - name: ntpd.service
      enable: true
X
ok "node refresh" xenkube node refresh etcd/node-1 --linux-append lab.hold=60
new=$(sha256sum < $XENDIR/nginx/etcd/node-1.json | cut -d' ' -f1)
ok "the config is another one" [ "$new" != "$sum" ]
cp $console out/console-1.log; : > $console
ok "guest start --wait" xenkube guest start etcd/node-1 --wait running --timeout 200
ok "the guest is ready" wait_console "LABGUEST ready"
ok "Ignition runs again" on_console "LABGUEST cmdline: .*coreos.first_boot=detected"
ok "it fetched the second config, byte for byte" on_console "LABGUEST config bytes: .* sha256: $new"
ok "it is the same disk" on_console "LABGUEST root: boot number 2"
cp $console out/console-2.log
ok "guest stop: the guest shuts down by itself or by request" xenkube guest wait etcd/node-1 --wait gone --timeout 200
ok "the list says Halted" bash -c '[ "$(xenkube guest list --json | jq -r ".[] | select(.name == \"etcd-node-1\") | .state" | tr A-Z a-z)" = halted ]'
for step in time firewall reservations; do ok "host undo $step" xenkube host undo $step; done
ok "the firewall is as it was" bash -c 'iptables-save | tee /tmp/ipt; grep -q -- "-A INPUT -p tcp .*--dport 22 .*-j ACCEPT" /tmp/ipt && ! grep -q "22,80[ ,]" /tmp/ipt'
cp -r /var/log/nginx/access.log $XENDIR/guests/etcd/*.cfg out/ 2>/dev/null
up "$passed passed, $failed failed"
[ $failed = 0 ]
