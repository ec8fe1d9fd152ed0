#!/bin/bash
# An xl with a memory, for the tests of the guest cmdlets: its domains are files in $XL_STATE, one a domain, named like it.
# It prints what xl prints; what a real xl says and how it ends was recorded in tests/fixtures/xl.
state=${XL_STATE:?}
echo "$*" >> "$state/.calls"
value() { sed -n "s/^$1 *= *[\"']\?\([^\"']*\)[\"']\? *\$/\1/p" "$2"; }
need() { [ -f "$state/$1" ] || { echo "$1 is an invalid domain identifier (rc=-6)" >&2; exit 1; }; }
case $1 in
  create)
    for config; do :; done
    if [ -n "$XL_DELAY" ]; then
      # How many are being created at once, for the throttle limit.
      : > "$state/.active.$$"; ls -A "$state" | grep -c '^.active' >> "$state/.at-once"; sleep "$XL_DELAY"; rm "$state/.active.$$"
    fi
    name=$(value name "$config")
    [ -f "$state/$name" ] && { echo "Domain with name $name already exists." >&2; exit 3; }
    # Two that start at once are two domains.
    exec 9> "$state/.lock"; flock 9
    count=$(($(cat "$state/.count" 2>/dev/null || echo 0) + 1)); echo $count > "$state/.count"
    flock -u 9
    disk=$(sed -n "s/^disk *= *\[ *'\([^,]*\),.*/\1/p" "$config")
    mac=$(sed -n "s/^vif *= *\[ *'mac=\([^,]*\),.*/\1/p" "$config")
    flags=r-----; [[ " $* " == *" -p "* ]] && flags=--p---
    printf '%s\t%s\t%s\t%s\n' "$count" "$flags" "$disk" "$mac" > "$state/.new.$$"; mv "$state/.new.$$" "$state/$name"
    echo "Parsing config from $config" >&2;;
  list)
    if [ "$2" = -l ]; then
      printf '[ { "domid": 0, "config": { "c_info": { "name": "Domain-0" } } }'
      for file in "$state"/*; do [ -f "$file" ] || continue
        IFS=$'\t' read -r id flags disk mac < "$file"
        printf ', { "domid": %s, "config": { "c_info": { "name": "%s" }, "disks": [ { "pdev_path": "%s", "readwrite": 1 } ], "nics": [ { "mac": "%s" } ] } }' "$id" "${file##*/}" "$disk" "$mac"
      done
      echo ' ]'
    else
      printf 'Name                                        ID   Mem VCPUs\tState\tTime(s)\n'
      printf 'Domain-0                                     0  2048     2     r-----     292.6\n'
      for file in "$state"/*; do [ -f "$file" ] || continue
        IFS=$'\t' read -r id flags disk mac < "$file"
        printf '%-40s %5s  1024     1     %s      20.6\n' "${file##*/}" "$id" "$flags"
      done
    fi;;
  shutdown|destroy) need "$2"; rm -f "$state/$2";;
  reboot) need "$2"; id=$(($(cat "$state/.count") + 1)); echo $id > "$state/.count"; sed -i "s/^[0-9]*/$id/" "$state/$2";;
  pause) need "$2"; sed -i 's/r-----/--p---/' "$state/$2";;
  unpause) need "$2"; sed -i 's/--p---/r-----/' "$state/$2";;
  console) need "$2"; echo "$2 login: ";;
  info) printf 'xen_version            : 4.17.6\nxen_major              : 4\nxen_minor              : 17\nfree_memory            : 4096\n';;
  *) echo "xl: unknown command" >&2; exit 1;;
esac
