# Captures what xl prints of domains that have ended and whose xl is not there any more, and of starts for which libxl did not wait:
# out/xl/NAME.{cmd,stdout,stderr,exit}
g=/storage/xen/guests/etcd; d=$PWD/out/xl; mkdir -p $g $d; cd $g
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
cap() { # NAME COMMAND...
  local n=$1; shift; up "$n: $*"
  printf '%s\n' "$*" > $d/$n.cmd
  timeout 300 "$@" > $d/$n.stdout 2> $d/$n.stderr < /dev/null; echo $? > $d/$n.exit
  sed 's/^/    /' $d/$n.stdout $d/$n.stderr | grep -v '^ *[]{}"[]' | head -20
}
console=/var/log/xen/console/guest-etcd-node-1.log
said() { local i; for i in $(seq 1 150); do grep -q "$1" $console 2>/dev/null && return 0; sleep 2; done; up "not said: $1"; tail -3 $console; return 1; }
state() { local i; for i in $(seq 1 60); do xl list etcd-node-1 2>/dev/null | grep -q "$1" && return 0; sleep 2; done; up "not in the state $1"; xl list; return 1; }
lose_xl() { pkill -9 -f 'xl create .*etcd-node-1.cfg'; sleep 2; pgrep -af 'xl create'; }
mkdir -p /var/www/html/ignition; echo '{"ignition":{"version":"2.2.0"}}' > /var/www/html/ignition/node-1.json
cp --sparse=always /storage/xen/images/classic.img etcd-node-1.img
mkdir -p /mnt/oem; mount -t ext4 -o loop,offset=2285895680,sizelimit=134217728 etcd-node-1.img /mnt/oem
echo 'set linux_append="coreos.config.url=http://192.168.100.1/ignition/node-1.json lab.hold=9000"' > /mnt/oem/grub.cfg; umount /mnt/oem
cat > etcd-node-1.cfg <<X
bootloader = "pygrub"
name = "etcd-node-1"
memory = "1024"
vcpus = 1
vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
disk = [ '$g/etcd-node-1.img,raw,xvda' ]
X

### domains whose xl is gone
for verb in shutdown reboot; do
  : > $console
  xl create etcd-node-1.cfg; said 'LABGUEST ready'
  lose_xl
  cap $verb-without-xl xl $verb etcd-node-1
  state '[-p]s[-r]-'
  cap list-$verb-without-xl xl list
  cap list-long-$verb-without-xl xl list -l
  sleep 60
  cap list-$verb-without-xl-later xl list
  cap create-beside-$verb-without-xl xl create etcd-node-1.cfg
  cap $verb-again-without-xl xl $verb etcd-node-1
  cap destroy-$verb-without-xl xl destroy etcd-node-1
  sleep 3; cap list-after-destroy-$verb-without-xl xl list
done

### starts that take longer than libxl waits
daemon=$(pgrep -x xenconsoled); kill -STOP $daemon
cap create-console-timeout xl create etcd-node-1.cfg
kill -CONT $daemon; xl destroy etcd-node-1 2> /dev/null; sleep 3
mv /etc/xen/scripts/block /etc/xen/scripts/block.real; printf '#!/bin/sh\nexec sleep 300\n' > /etc/xen/scripts/block; chmod 755 /etc/xen/scripts/block
cap create-script-timeout xl create etcd-node-1.cfg
mv /etc/xen/scripts/block.real /etc/xen/scripts/block
xl destroy etcd-node-1 2> /dev/null; sleep 3; xl list
exit 0
