# The module in pwsh on a real Xen: installed by the package, found by its name, used in one session, in jobs, on a terminal, by a user
# without root and from outside. A file "parts" beside the job names the parts to run after the guide; without one all of them run.
export HOME=/root XENDIR=/storage/xen
cd /job
here=/job/pwsh
# .NET and pwsh as the registry's package has them, where any user can read them.
tar -C /opt -xf /storage/pwsh.tar
cat > /usr/local/bin/pwsh <<'X'
#!/bin/sh
export DOTNET_ROOT=/opt/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
# In emulation each change of a page's rights is dear, and so is each method that is compiled twice.
export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 DOTNET_GCgen0size=0x4000000
export XENDIR="${XENDIR-/storage/xen}"
exec /opt/dotnet/dotnet /opt/pwsh/pwsh.dll "$@"
X
chmod 755 /usr/local/bin/pwsh
dpkg -i ./*.deb || exit 1
# A release as a mirror has it.
mirror=/storage/mirror/amd64-usr/1520.9.0; mkdir -p $mirror
mv /storage/xen/images/coreos-1520.9.0.bin.bz2 $mirror/coreos_production_xen_image.bin.bz2
mv /storage/xen/images/coreos-1520.9.0.bin.bz2.sig $mirror/coreos_production_xen_image.bin.bz2.sig
rmdir $XENDIR/guests/etcd 2>/dev/null
useradd -m anna
chmod 755 /job "$here"; chmod 644 "$here"/*
export TERM=dumb
up() { echo "[$(cut -d' ' -f1 /proc/uptime)] == $*"; }

in_session() { # PART...: in one session, after each other
  pwsh -NoProfile -NoLogo -Command "\$ErrorActionPreference = 'Stop'; . $here/rows.ps1; foreach (\$part in '$*'.Split()) { \"[\$((Get-Content /proc/uptime).Split(' ')[0])] == \$part\"; . \"$here/\$part.ps1\" }" || echo "[0] NOT OK: the session ended before its end"
}
part_terminal() { up terminal; python3 $here/terminal.py; }
part_user() {
  up user; before=$(stat -c '%Y %i' $XENDIR/guests/etcd/node-1.img)
  su anna -s /bin/bash -c "TERM=dumb pwsh -NoProfile -NoLogo -Command '. $here/rows.ps1; . $here/user.ps1'"
  if xl domid etcd-node-1 > /dev/null; then echo "[$(cut -d' ' -f1 /proc/uptime)] ok: the guest still runs"; else echo "[0] NOT OK: the guest is gone"; fi
}
part_outside() {
  up outside
  echo 'Subsystem powershell /usr/local/bin/pwsh -sshs -NoLogo -NoProfile' >> /etc/ssh/sshd_config; systemctl restart ssh
  touch out/outside.ready
  for i in $(seq 600); do [ ! -f out/outside.done ] || break; sleep 1; done
  cat out/outside.txt 2>/dev/null
  [ -f out/outside.done ] || echo "[0] NOT OK: nobody came from outside"
}
{
  # Parts of the session that follow each other are in one session. A rolling refresh ends with its guest stopped, so it comes last.
  session=guide
  for part in $(cat parts 2>/dev/null || echo states session server services terminal user outside races rolling); do
    case $part in
      terminal|user|outside) [ -z "$session" ] || in_session $session; session=; part_$part;;
      guide) ;;
      *) session="$session $part";;
    esac
  done
  [ -z "$session" ] || in_session $session
} 2>&1 | tee /tmp/rows
cp -r $XENDIR/guests/etcd/*.cfg /var/log/nginx/access.log out/ 2>/dev/null
passed=$(grep -c '^\[[0-9.]*\] ok: ' /tmp/rows) failed=$(grep -c '^\[[0-9.]*\] NOT OK: ' /tmp/rows)
echo "[$(cut -d' ' -f1 /proc/uptime)] $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 12 ]
