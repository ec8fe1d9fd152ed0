#!/usr/bin/env pwsh
<#
.SYNOPSIS
    The guide "A CoreOS Xen guest", whole, with XenKube's cmdlets on the sample image.
.DESCRIPTION
    Needs the module as the build lays it out (dotnet build -c Release), no root and no Xen. What it makes is a XENDIR
    like any other; run again, it keeps what is there.
.EXAMPLE
    ./samples/quickstart.ps1 -Directory ~/xen
#>
[CmdletBinding()]
param(
    [string] $Directory = './xenkube-quickstart',
    [string] $Module = "$PSScriptRoot/../artifacts/Release/XenKube"
)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$assets = Resolve-Path "$PSScriptRoot/../tests/assets"

# XENDIR, with reservations of its own so that no file of the system is touched
$env:XENDIR = New-Item -ItemType Directory -Force $Directory
if (-not (Test-Path $env:XENDIR/xenkube.json)) {
    @{ reservationsFile = 'hostsfile' } | ConvertTo-Json | Set-Content $env:XENDIR/xenkube.json
}
$reserved = Get-DhcpReservation -Path $env:XENDIR/hostsfile -ErrorAction Ignore
if (-not $reserved) { New-DhcpReservation -Range 10..99 -Path $env:XENDIR/hostsfile -Confirm:$false | Select-Object -First 2 | Out-Host }

# wget, gpg --import, gpg --verify: the image gets its name only when its signature is proven
Import-SigningKey -Path $assets/Sample_Image_Signing_Key.asc | Out-Host
$image = Get-CoreOSImage -Version 1520.9.0 -BaseUri "$assets/release"
$image | Test-ImageSignature -Detailed | Out-String

# mkdir, bzcat three times
if (-not (Get-Cluster etc*)) { New-Cluster etcd | Out-Host }
$missing = 'node-1', 'node-2', 'node-3' | Where-Object { -not (Get-Node etcd "$_*" | Where-Object HasDisk) }
if ($missing) { New-Node etcd $missing -Image $image.Version | Out-Host }

# parted
Get-Node etcd/node-1 | Get-DiskPartition | Out-Host

# mount, echo > grub.cfg, umount
Get-Node etcd | Set-OemGrubConfig -PassThru | Out-Host

# vi node-1.ct, ct, cp to nginx
foreach ($node in Get-Node etcd) { $null = Expand-IgnitionTemplate $PSScriptRoot/guide/first.ct.tmpl $node.ConfigPath -Node $node -Force }
Get-Item $env:XENDIR/guests/etcd/*.ct | ConvertTo-Ignition | Publish-Ignition | Out-Host
Get-Content $env:XENDIR/nginx/etcd/node-1.json

# vi node-1.cfg
$new = Get-Node etcd | Where-Object { -not (Test-Path $_.GuestConfigPath) }
if ($new) { $new | New-XenGuest -FirstAddress 192.168.100.11 | Out-Host }
Get-Content $env:XENDIR/guests/etcd/node-1.cfg

# the second configuration: time from dom0, by ntpd
foreach ($node in Get-Node etcd) { $null = Expand-IgnitionTemplate $PSScriptRoot/guide/ntp.ct.tmpl $node.ConfigPath -Node $node -Force }

# kgen refresh node-1 node-2 node-3
Get-Node etcd | Reset-Ignition | Out-Host
Get-Node etcd | Out-Host
