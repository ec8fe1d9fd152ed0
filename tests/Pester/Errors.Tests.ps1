# Errors as scripts see them: id, category, target and what to do. The table in docs/errors.md is their list.
BeforeDiscovery {
    $trouble = @(
        @{ id = 'ClusterExists'; call = { New-Cluster etcd } }
        @{ id = 'ClusterNotFound'; call = { Get-Cluster nope } }
        @{ id = 'ClusterNotFound'; call = { xencd nope } }
        @{ id = 'ClusterNotEmpty'; call = { Remove-Cluster etcd -Confirm:$false } }
        @{ id = 'NameInvalid'; call = { New-Cluster 'a b' } }
        @{ id = 'NameInvalid'; call = { Get-Node 'a/b/c' } }
        @{ id = 'NameInvalid'; call = { New-Node 'etcd/*' } }
        @{ id = 'NodeNotFound'; call = { Get-Node etcd nobody } }
        @{ id = 'NodeNotFound'; call = { Remove-Node etcd nobody -Confirm:$false } }
        @{ id = 'ImageNotFound'; call = { New-Node etcd x -Image 9.9.9 } }
        @{ id = 'NodeDiskExists'; call = { New-Node etcd node-1 -SkipVerification -WarningAction SilentlyContinue } }
        @{ id = 'ImageNotFound'; call = { Get-CoreOSImage 9.9.9 -Offline } }
        @{ id = 'FileNotFound'; call = { ConvertTo-Ignition gone.ct } }
        @{ id = 'FileNotFound'; call = { Test-Ignition -LiteralPath gone.json } }
        @{ id = 'FileNotFound'; call = { Get-FirewallRule -Path gone.v4 } }
        @{ id = 'FileNotFound'; call = { Add-FirewallPort 80 -Path 'gone*.v4' } }
        @{ id = 'PathAmbiguous'; call = { Add-FirewallPort 80 -Path *.ct } }
        @{ id = 'PathAmbiguous'; call = { Add-FirewallPort 80 -Path a -LiteralPath b } }
        @{ id = 'ConfigFailed'; call = { 'passwd: [' | ConvertTo-Ignition } }
        @{ id = 'NodeUnknown'; call = { Get-Content -Raw node-1.ct | ConvertTo-Ignition | Publish-Ignition } }
        @{ id = 'NotPublished'; call = { Unpublish-Ignition etcd node-1 } }
        @{ id = 'PartitionTableMissing'; call = { Get-DiskPartition etcd node-1 } }
        @{ id = 'PartitionTableMissing'; call = { Set-OemGrubConfig etcd node-1 } }
        @{ id = 'PartitionTableMissing'; call = { Mount-NodeDisk etcd node-1 } }
        @{ id = 'ConfigUriMissing'; call = { Set-OemGrubConfig -LiteralPath ../../hostsfile } }
        @{ id = 'DriveNotFound'; call = { Dismount-NodeDisk nodrive } }
        @{ id = 'GuestNotFound'; call = { Get-XenGuest nobody } }
        @{ id = 'KeyNotFound'; call = { Get-SigningKey 12345678 } }
        @{ id = 'KeyNotFound'; call = { Remove-SigningKey 0123456789ABCDEF -Confirm:$false } }
        @{ id = 'WaitTimeout'; call = { $null = Start-IgnitionServer 127.0.0.1 0; Wait-Ignition etcd node-1 -Timeout 1 } }
        @{ id = 'AccessLogNotFound'; call = { Get-IgnitionRequest -LogPath gone.log } }
        @{ id = 'NotInCluster'; call = { Set-Location /; kup node-1 } }
        @{ id = 'NodesNotNamed'; call = { kgen refresh } }
        @{ id = 'StepInvalid'; call = { kgen nonsense node-1 } }
        @{ id = 'ReservationNotFound'; call = { Get-DhcpReservation 10.0.0.1 } }
    )
}

Describe 'Errors' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        # The list, as the sources have it and a test of them holds it.
        $listed = @{}
        Get-Content "$Root/docs/errors.md" | Select-String '^\| `(\w+)` \| (\w+) \|' | ForEach-Object { $listed[$_.Matches[0].Groups[1].Value] = $_.Matches[0].Groups[2].Value }
    }
    BeforeEach {
        $dir = New-TestCluster node-1, node-2 -EmptyDisk
        New-TestXen
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$dir/hostsfile" } | ConvertTo-Json)
        Set-Content "$dir/hostsfile" ''
        Set-Location "$dir/guests/etcd"
    }
    AfterEach { Stop-IgnitionServer; Set-Location /; Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It '<id> comes of <call>, with category, target and what to do' -ForEach $trouble {
        $Error.Clear()
        $ErrorActionPreference = 'SilentlyContinue'
        try { $null = & $call } catch { $null = $_ }
        $record = $Error[0]
        $record.FullyQualifiedErrorId | Should -Match "^$id,XenKube\.Commands\.\w+Command$"
        "$($record.CategoryInfo.Category)" | Should -Be $listed[$id]
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $record.Exception | Should -BeOfType XenKube.XenKubeException
        "$record" | Should -Not -BeNullOrEmpty
    }
    It 'name what they are about' {
        Get-Node etcd nobody, node-1 -ErrorVariable errors -ErrorAction SilentlyContinue | Should -HaveCount 1
        $errors[0].TargetObject | Should -Be etcd/nobody
        Get-Node etcd | Get-DiskPartition -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors.TargetObject | Should -Be (Get-Node etcd)
        ConvertTo-Ignition gone.ct, node-1.ct -ErrorVariable errors -ErrorAction SilentlyContinue | Should -HaveCount 1
        "$($errors[0].TargetObject)" | Should -BeLike '*gone.ct'
    }
    It 'of one object let the command go on; those of the command end it' {
        $found = 'etcd/nobody', 'etcd/node-1', 'etcd/nothing', 'etcd/node-2' | ForEach-Object { Get-Node $_ -ErrorAction SilentlyContinue }
        $found | Should -HaveCount 2
        $env:XENDIR = $null
        try { { Get-Node etcd -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'XenDirNotSet,*' } finally { $env:XENDIR = $dir }
    }
    It 'end it with -ErrorAction Stop, and can be told apart' {
        $caught = try { Get-Node etcd nobody -ErrorAction Stop } catch [XenKube.ItemNotFoundException] { $_.Exception.ErrorId }
        $caught | Should -Be NodeNotFound
    }
    It 'show the recommendation on a line of its own' {
        $said = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; `$PSStyle.OutputRendering = 'PlainText'; Get-Node etcd nobody" 2>&1 | Out-String
        $said | Should -Match 'there is no node etcd/nobody'
        $said | Should -Match 'Recommendation: Make it with New-Node etcd nobody'
    }
    It 'are all listed in about_XenKube_Errors, and no others' {
        $topic = Get-Content (Join-Path (Split-Path $env:XENKUBE_MODULE) en-US/about_XenKube_Errors.help.txt)
        $inHelp = $topic | Select-String '^        ([A-Z]\w+) +(InvalidData|NotImplemented|ObjectNotFound|ResourceExists|ResourceBusy|InvalidArgument|OperationStopped)( |$)' | ForEach-Object { $_.Matches[0].Groups[1].Value }
        $inHelp | Sort-Object | Should -Be ($listed.Keys | Sort-Object)
        $listed.Count | Should -BeGreaterThan 100
        Get-Help about_XenKube_Errors | Out-String | Should -Match 'NodeNotFound +ObjectNotFound'
    }
}
