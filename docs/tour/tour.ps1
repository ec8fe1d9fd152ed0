# The commands of the picture in README.md, run for real on the sample image; record.sh draws what they print.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = Resolve-Path "$PSScriptRoot/../.."
Import-Module $root/artifacts/Release/XenKube
$env:TERM = 'xterm-256color'
$PSStyle.OutputRendering = 'Ansi'

function Show-Command([string] $Command) {
    "$($PSStyle.Foreground.BrightBlue)PS>$($PSStyle.Reset) $($PSStyle.Foreground.BrightYellow)$Command$($PSStyle.Reset)"
    Invoke-Expression $Command | Out-Default
}

# What a dom0 has already: the key, a stored image, reservations and a cluster with its config.
$null = New-Item -ItemType Directory -Force $env:XENDIR
@{ reservationsFile = 'hostsfile' } | ConvertTo-Json | Set-Content $env:XENDIR/xenkube.json
$null = New-DhcpReservation -Range 10..99 -Path $env:XENDIR/hostsfile -Confirm:$false
$null = Import-SigningKey -Path $root/tests/assets/Sample_Image_Signing_Key.asc
$null = Get-CoreOSImage -Version 1520.9.0 -BaseUri "$root/tests/assets/release"
$null = New-Cluster etcd
Set-Location $env:XENDIR

Show-Command 'Get-CoreOSImage | Test-ImageSignature'
Show-Command 'New-Node etcd node-1, node-2, node-3 -Image 1520.9.0'
1..3 | ForEach-Object {
    @"
storage:
  files:
    - filesystem: root
      path: /etc/hostname
      mode: 0644
      contents: { inline: etcd-node-$_ }
systemd:
  units:
    - name: ntpd.service
      enable: true
"@ | Set-Content "guests/etcd/node-$_.ct"
}
Show-Command 'Get-Node etcd/node-1 | Show-NodeDisk'
Show-Command 'ConvertTo-Ignition guests/etcd/node-1.ct'
Show-Command 'Get-Node etcd | Reset-Ignition'
Show-Command 'Get-Node etcd/node-1 | Get-OemGrubConfig'
Show-Command 'Get-Node etcd | New-XenGuest -FirstAddress 192.168.100.11 | Format-Table'
