# Proves the chain: OEM grub.cfg edited offline -> guest kernel command line ->
# guest fetches its Ignition config from dom0's nginx.
# FLAVOUR (default classic) names the image under /storage/xen/images.
flavour=$(cat flavour 2>/dev/null || echo classic)
g=/storage/xen/guests/etcd; mkdir -p $g
img=$g/node-1.img
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
up "copy image"; cp --sparse=always /storage/xen/images/$flavour.img $img; ls -ls $img
up "parted"; parted -s $img unit B print
iptables -I INPUT -i virbr1 -p tcp --dport 80 -j ACCEPT
root=/var/www/html; [ -d $root ] || root=/srv/www
mkdir -p $root/ignition
cat > $root/ignition/node-1.json <<'J'
{
  "ignition": { "version": "2.2.0" },
  "storage": { "files": [ { "filesystem": "root", "path": "/etc/hostname", "mode": 420, "contents": { "source": "data:,etcd-node-1" } } ] }
}
J
curl -s -o /dev/null -w 'nginx answers %{http_code}\n' http://192.168.100.1/ignition/node-1.json
up "edit OEM offline"
start=$(parted -sm $img unit B print | awk -F: '$6=="OEM"{sub("B","",$2);print $2}')
size=$(parted -sm $img unit B print | awk -F: '$6=="OEM"{sub("B","",$4);print $4}')
mkdir -p /mnt/oem; mount -t ext4 -o loop,offset=$start,sizelimit=$size $img /mnt/oem
dumpe2fs -h $(losetup -j $img -O NAME -n | head -1) 2>/dev/null | grep -E 'features|Inode size|Filesystem state'
printf 'set linux_append="coreos.config.url=http://192.168.100.1/ignition/node-1.json lab.hold=%s"\n' "${HOLD:-20}" > /mnt/oem/grub.cfg
umount /mnt/oem; losetup -j $img
cat > $g/node-1.cfg <<X
bootloader = "pygrub"
name = "etcd-node-1"
memory = "1024"
vcpus = 1
vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
disk = [ '$img,raw,xvda' ]
X
cat $g/node-1.cfg
up "pygrub -n"; /usr/lib/xen-*/bin/pygrub -q -n --debug $img; echo "pygrub exit $?"
up "xl create"; xl -v create $g/node-1.cfg; echo "xl create exit $?"
up "created"; xl list
for i in $(seq 1 120); do
  grep -q 'LABGUEST ready' /var/log/xen/console/guest-etcd-node-1.log 2>/dev/null && break
  xl domid etcd-node-1 >/dev/null 2>&1 || break; sleep 2
done
up "guest ready (or gone)"; xl list; xl vcpu-list; xl network-list etcd-node-1; xl block-list etcd-node-1
for i in $(seq 1 60); do xl domid etcd-node-1 >/dev/null 2>&1 || break; sleep 2; done
up "guest gone"; xl list
echo "--- guest console"; cat /var/log/xen/console/guest-etcd-node-1.log
cp /var/log/xen/console/guest-etcd-node-1.log out/ 2>/dev/null
echo "--- nginx"; cat /var/log/nginx/access.log; echo "--- dnsmasq"; cat /run/lab/dnsmasq.log
echo "--- xl log"; cat /var/log/xen/xl-etcd-node-1.log
up "after: ROOT and ESP"
rs=$(parted -sm $img unit B print | awk -F: '$6=="ROOT"{sub("B","",$2);print $2}')
mount -t ext4 -o loop,ro,offset=$rs $img /mnt/oem && { ls -l /mnt/oem; cat /mnt/oem/boots /mnt/oem/cmdline.1; umount /mnt/oem; }
mount -t vfat -o loop,ro,offset=2097152 $img /mnt/oem && { ls -l /mnt/oem/coreos; umount /mnt/oem; }
grep -q 'LABGUEST config bytes' /var/log/xen/console/guest-etcd-node-1.log
