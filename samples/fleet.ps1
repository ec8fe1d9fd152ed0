#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Refreshes a cluster on each of many hosts, and returns a line for each host.
.DESCRIPTION
    Runs one pipeline on all hosts by PowerShell's own remoting over ssh (see about_XenKube_Remoting). A host that fails does not stop the
    others: its line says why. The script ends with the exit code 1 if a host failed.
.PARAMETER HostName
    The hosts, as ssh knows them: HOST, USER@HOST or USER@HOST:PORT.
.PARAMETER Cluster
    The cluster, which has the same name on each host.
.PARAMETER XenDir
    XENDIR on the hosts. Default: the one of the environment there.
.PARAMETER Module
    The module on the hosts: its name, or the path of its manifest.
.PARAMETER KeyFilePath
    The private key for ssh. Default: as ssh is configured.
.PARAMETER ThrottleLimit
    How many hosts to work on at the same time.
.PARAMETER Option
    Options of ssh, such as @{ StrictHostKeyChecking = 'no' }.
.EXAMPLE
    samples/fleet.ps1 xen-1, xen-2, xen-3 -Cluster etcd -ThrottleLimit 10
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string[]] $HostName,
    [string] $Cluster = 'etcd',
    [string] $XenDir,
    [string] $Module = 'XenKube',
    [string] $KeyFilePath,
    [ValidateRange(1, 1000)] [int] $ThrottleLimit = 32,
    [hashtable] $Option = @{}
)

# ssh has no limit of its own in Invoke-Command: each host has a thread here, of which so many work at the same time.
$lines = $HostName | ForEach-Object -ThrottleLimit $ThrottleLimit -Parallel {
    $key = if ($using:KeyFilePath) { @{ KeyFilePath = $using:KeyFilePath } } else { @{} }
    $failures = @()
    $made = @(Invoke-Command -HostName $_ @key -Options $using:Option -ErrorVariable failures -ErrorAction SilentlyContinue -ArgumentList (
            $using:Module, $using:XenDir, $using:Cluster) {
            param($Module, $XenDir, $Cluster)
            Import-Module $Module
            if ($XenDir) { $env:XENDIR = $XenDir }
            Get-Node $Cluster | Reset-Ignition
        })
    [pscustomobject]@{
        HostName = $_
        Nodes    = $made.Count
        Changed  = @($made | Where-Object { $_.ChangedSteps }).Count
        Failed   = $failures.Count
        Error    = "$($failures | Select-Object -First 1)"
    }
}
$lines | Sort-Object { [array]::IndexOf($HostName, $_.HostName) }
if ($lines.Failed -gt 0) { exit 1 }
