#!/usr/bin/env bash
# Kills a rolling refresh of two running guests at one of its calls of xl, runs it again, and prints how it ended and what it left:
# the first exit code, the second one, how many guests run, and how many have fetched their configs since.
#   rolling-refresh.sh XENKUBE.DLL FOLDER IMAGE CALL       run by 'unshare --mount'; CALL 0 kills nothing
set -eu
program=$1 folder=$2 image=$3 kill_at=$4
export XENDIR=$folder/xen XENKUBE_XL=$folder/xl
# nginx's log is where it always is, in a /var/log of this run's own.
mount -t tmpfs none /var/log
mkdir -p /var/log/nginx "$XENDIR/guests/etcd" "$XENDIR/nginx" "$folder/domains"
: > /var/log/nginx/access.log
for n in 1 2; do
  cp --sparse=always --reflink=auto "$image" "$XENDIR/guests/etcd/node-$n.img"
  echo 'passwd: {}' > "$XENDIR/guests/etcd/node-$n.ct"
  printf 'name = "etcd-node-%s"\nbootloader = "pygrub"\nmemory = 512\nvif = [ "mac=00:16:3e:4e:31:1%s,bridge=virbr1" ]\ndisk = [ "%s,raw,xvda,rw" ]\n' \
    $n $n "$XENDIR/guests/etcd/node-$n.img" > "$XENDIR/guests/etcd/node-$n.cfg"
  echo "$n" > "$folder/domains/etcd-node-$n"
done
echo 2 > "$folder/count"
# An xl whose guests fetch their configs as soon as they are started.
cat > "$folder/xl" <<'X'
#!/bin/bash
folder=$(dirname "$0"); cd "$folder/domains"
exec 9> "$folder/lock"; flock 9
calls=$(($(cat "$folder/calls" 2>/dev/null || echo 0) + 1)); echo $calls > "$folder/calls"
if [ -f "$folder/kill" ] && [ "$calls" = "$(cat "$folder/kill")" ]; then
  # The call takes place, and the one who made it does not live to see that.
  kill -KILL $PPID
fi
case $1 in
  list)
    if [ "${2:-}" = -l ]; then
      printf '['; comma=
      for name in *; do [ -f "$name" ] || continue
        printf '%s{ "domid": %s, "config": { "c_info": { "name": "%s" }, "disks": [ { "pdev_path": "%s", "readwrite": 1 } ] } }' "$comma" "$(cat "$name")" "$name" "$XENDIR/guests/etcd/${name#etcd-}.img"; comma=,
      done
      echo ']'
    else
      printf 'Name ID Mem VCPUs\tState\tTime(s)\nDomain-0 0 2048 2 r----- 292.6\n'
      for name in *; do [ -f "$name" ] && printf '%s %s 512 1 -b---- 20.6\n' "$name" "$(cat "$name")"; done
    fi;;
  shutdown) [ -f "$2" ] || { echo "$2 is an invalid domain identifier (rc=-6)" >&2; exit 1; }; rm "$2";;
  create)
    name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$2")
    [ -f "$name" ] && { echo "Domain with name \"$name\" already exists." >&2; exit 3; }
    count=$(($(cat "$folder/count") + 1)); echo $count > "$folder/count"; echo $count > "$name"
    printf '192.168.100.1%s - - [%s] "GET /etcd/%s.json HTTP/1.1" 200 20 "-" "Ignition/0.17.2"\n' "${name##*-}" "$(date '+%d/%b/%Y:%H:%M:%S %z')" "${name#etcd-}" >> /var/log/nginx/access.log;;
  uptime) [ -f "$2" ] || exit 1; printf 'Name ID Uptime\n%s %s  0:00:00\n' "$2" "$(cat "$2")";;
esac
exit 0
X
chmod +x "$folder/xl"
export LC_ALL=C
first=0 second=0
[ "$kill_at" = 0 ] || echo "$kill_at" > "$folder/kill"
dotnet "$program" node refresh etcd --restart --timeout 60 > "$folder/first" 2>&1 || first=$?
rm -f "$folder/kill"
dotnet "$program" node refresh etcd --restart --timeout 60 > "$folder/second" 2>&1 || second=$?
echo "$first $second $(ls "$folder/domains" | wc -l) $(sed 's/.*GET \([^ ]*\).*/\1/' /var/log/nginx/access.log | sort -u | wc -l)"
cat "$folder/first" "$folder/second" >&2
