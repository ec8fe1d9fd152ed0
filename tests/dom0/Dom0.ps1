# A dom0 as the guide leaves it, inside of enter.sh: dot-sourced by what runs there.
$ErrorActionPreference = 'Stop'
if (-not $env:XENKUBE_DOM0) { throw 'run this inside of tests/dom0/enter.sh' }
$ProgressPreference = 'SilentlyContinue'
$Repository = (Resolve-Path "$PSScriptRoot/../..").Path
Import-Module $env:XENKUBE_MODULE

$Kept = '/run/kept'
$Parts = '/etc/nginx', '/etc/iptables', '/etc/ntp.conf', '/var/lib/dnsmasq', '/var/backups', '/storage/xen'

function Save-Dom0([string] $Stage) {
    foreach ($part in $Parts) {
        $null = New-Item -ItemType Directory -Force "$Kept/$Stage$(Split-Path $part)"
        cp -a --sparse=always $part "$Kept/$Stage$part"
    }
}

# Brings the host's files back to a stage, without domains and servers.
function Restore-Dom0([string] $Stage) {
    Set-Location /
    Dismount-NodeDisk *
    Stop-IgnitionServer
    Remove-Item Env:/XENDIR -ErrorAction Ignore
    foreach ($part in $Parts) {
        rm -rf $part
        cp -a --sparse=always "$Kept/$Stage$part" $part
    }
    rm -rf /run/xl /run/systemctl.calls
    mkdir /run/xl
    Set-Content /var/log/nginx/access.log $null -NoNewline
    if ($Stage -eq 'silent') { systemctl stop nginx } else { systemctl restart nginx }
}

# What the guests' ssh servers would do: greet at an address while its domain runs. One listener serves all addresses, because
# all of them are this host's own here.
function Start-GuestSsh {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, 22)
    $listener.Start()
    $null = Start-ThreadJob -Name GuestSsh {
        $listener = $using:listener
        while ($true) {
            try { $client = $listener.AcceptTcpClient() } catch { return }
            $number = ([Net.IPEndPoint]$client.Client.LocalEndPoint).Address.ToString().Split('.')[3]
            $domains = Get-ChildItem /run/xl -File -ErrorAction Ignore | ForEach-Object { Get-Content -Raw $_ -ErrorAction Ignore }
            if ($domains -match "\tr-----\t.*:$number\s*$") { $client.GetStream().Write([Text.Encoding]::ASCII.GetBytes("SSH-2.0-OpenSSH_7.5`r`n")) }
            $client.Close()
        }
    }
    $listener
}

# The stages: 'new', an empty XENDIR that trusts one key; 'bare', the same with an image and nodes; 'reserved', with reservations
# too; 'ready', with all that the guide sets up; 'silent', which is ready but has no nginx.
function Initialize-Dom0 {
    $env:XENDIR = '/storage/xen'
    $release = '/srv/mirror/coreos/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2'
    # The mirror's images are the sample image, signed by the sample's key.
    $null = Import-SigningKey $Repository/tests/assets/Sample_Image_Signing_Key.asc
    systemctl start nginx
    systemctl start dnsmasq@virbr1
    Save-Dom0 new

    $null = New-Item -ItemType Directory /storage/xen/images
    Copy-Item $release /storage/xen/images/coreos-1520.9.0.bin.bz2
    Copy-Item "$release.sig" /storage/xen/images/coreos-1520.9.0.bin.bz2.sig
    $null = New-Cluster etcd
    $null = New-Node etcd node-1, node-2, node-3
    Set-Location /storage/xen/guests/etcd
    Copy-Item $Repository/tests/assets/Sample_Image_Signing_Key.asc CoreOS_Image_Signing_Key.asc
    Copy-Item $Repository/samples/guide/ntp.ct.tmpl node-3.ct.tmpl
    Set-Content functions.ps1 'function Get-EtcdMember { "$args" }'
    foreach ($node in Get-Node etcd) { $null = Expand-IgnitionTemplate $Repository/samples/guide/first.ct.tmpl $node.ConfigPath -Node $node -Force }
    $null = Expand-IgnitionTemplate node-3.ct.tmpl -Force
    Save-Dom0 bare
    $null = New-DhcpReservation -Range 10..99 -Apply
    Save-Dom0 reserved

    $null = Get-Node etcd | New-XenGuest -FirstAddress 192.168.100.11
    $null = Publish-Ignition etcd
    $null = Get-Node etcd | Set-OemGrubConfig
    Save-Dom0 silent
    Install-IgnitionSite -RemoveDefault
    Save-Dom0 ready
}
