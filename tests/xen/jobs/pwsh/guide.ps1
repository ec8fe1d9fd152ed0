# The guide in one session: from a release on a mirror to configs that two guests have fetched.
Row 'the module is found by its name, as the package installed it' {
    Import-Module XenKube
    $module = Get-Module XenKube
    $module.ModuleBase -match '^/usr/(local/)?share/powershell/Modules/XenKube' -and
        "$($module.Version)" -eq (dpkg-query -W -f '${Version}' xenkube) ? $true : "$($module.ModuleBase) $($module.Version)"
}
Row 'the check of a fresh host names networks and no file of its own' {
    $seen = Test-XenKubeHost | Where-Object Message -match '\.255\b|xenkube-check'
    $seen ? "$($seen[0] | Format-List | Out-String)" : $true
}
Row 'Initialize-XenKubeHost' {
    Initialize-XenKubeHost -RemoveDefaultSite -Confirm:$false | Out-Null
    nginx -t 2>$null; if ($LASTEXITCODE) { return 'nginx does not accept its configuration' }
    $true
}
Row 'nothing fails on the host then' { $bad = Test-XenKubeHost | Where-Object Status -eq Fail; $bad ? ($bad | ForEach-Object { "$($_.Name): $($_.Message)" }) -join '; ' : $true }
Row 'the probes of the check are not in the list of requests' { @(Get-IgnitionRequest | Where-Object Path -match 'xenkube-check').Count -eq 0 }
Row 'a signed image comes from the mirror' {
    Import-SigningKey -Path /job/lab-key.asc | Out-Null
    Get-CoreOSImage 1520.9.0 -BaseUri /storage/mirror | Out-Null
    (Test-ImageSignature 1520.9.0) -ne $false -and (Test-Path '/storage/xen/images/*1520.9.0*bz2') ? $true : "$(Get-ChildItem /storage/xen/images)"
}
Row 'two nodes; parted reads what Get-DiskPartition says' {
    New-Cluster etcd | Out-Null
    New-Node etcd node-1, node-2 -Image 1520.9.0 | Out-Null
    $parted = parted -sm "$Guests/node-1.img" unit B print | Where-Object { $_ -match '^9:' }
    $root = Get-DiskPartition etcd/node-1 | Where-Object Label -eq ROOT
    $parted -match ":$($root.Start)B:" ? $true : "$parted <> $($root | Format-List | Out-String)"
}
Row 'the guests'' configurations are the guide''s' {
    Get-Node etcd | New-XenGuest -FirstAddress 192.168.100.11 | Out-Null
    $text = Get-Content -Raw "$Guests/node-1.cfg"
    $text -match 'bootloader = "pygrub"' -and $text -match "mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1" ? $true : $text
}
Row 'a config is published and can be fetched' {
    foreach ($node in 'node-1', 'node-2') {
        Set-Content "$Guests/$node.ct" "storage:`n  files:`n    - {filesystem: root, path: /etc/hostname, mode: 0644, contents: {inline: 'etcd-$node'}}"
    }
    Get-ChildItem "$Guests/*.ct" | ConvertTo-Ignition | Publish-Ignition | Out-Null
    Get-Node etcd | Test-IgnitionEndpoint
}
# pygrub's reader may be there for less than the pause between two looks: the kernel records as whom it ran.
python3 /job/accounting.py on
$watch = Start-Process bash -PassThru -ArgumentList '-c', '"while :; do ps -eo user:20,args | grep [p]ygrub.*--output= >> /tmp/pygrub; sleep 1; done"'
Row 'one line resets both and starts them until they have fetched, without a warning' {
    Get-Node etcd | Reset-Ignition -LinuxAppend lab.hold=9000 | Start-XenGuest -Wait Ignition -Timeout 600 -WarningVariable warned
    $warned ? "$warned" : $true
}
Stop-Process $watch
python3 /job/accounting.py off
Row 'pygrub read the disks as a user without rights' {
    $seen = Get-Content /tmp/pygrub
    $users = python3 /job/accounting.py users pygrub
    ($seen -match "--runas=$(id -u xenkube-boot)") -and $users -contains (id -u xenkube-boot) ? $true : "$($seen | Sort-Object -Unique); users $users"
}
foreach ($node in 'node-1', 'node-2') {
    Row "$node fetched what is published, byte for byte" {
        $ready = Wait-Console $node 'LABGUEST ready' 1
        if ($ready -isnot [bool]) { return $ready }
        (Get-FetchedHash $node) -eq (Get-PublishedHash $node)
    }
}
Row 'Wait-Ignition after that returns at once' {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    Get-Node etcd | Wait-Ignition -Timeout 30 | Out-Null
    $clock.Elapsed.TotalSeconds -lt 30
}
