BeforeAll {
    . $PSScriptRoot/Support.ps1
    $dir = New-TestCluster node-1, node-2
    Set-Location "$dir/guests/etcd"
}
AfterAll { Remove-TestXenDir }

Describe 'Get-DiskPartition' {
    It 'takes nodes, files and paths in every way: <way>' -ForEach @(
        @{ way = 'cluster'; command = { Get-DiskPartition etcd } }
        @{ way = 'cluster and node'; command = { Get-DiskPartition etcd node-1, node-2 } }
        @{ way = 'pattern'; command = { Get-DiskPartition etcd/node-* } }
        @{ way = 'nodes'; command = { Get-Node etcd | Get-DiskPartition } }
        @{ way = 'names of nodes'; command = { 'etcd/node-1', 'etcd/node-2' | Get-DiskPartition } }
        @{ way = 'files'; command = { Get-Item *.img | Get-DiskPartition } }
        @{ way = '-Path'; command = { Get-DiskPartition -Path *.img } }
        @{ way = '-LiteralPath'; command = { Get-DiskPartition -LiteralPath node-1.img, node-2.img } }
        @{ way = 'partitions'; command = { (Get-DiskPartition etcd -Label OEM) | Get-DiskPartition } }
    ) {
        $found = & $command
        $found | Should -HaveCount 14
        $found | Should -BeOfType XenKube.Disks.DiskPartition
        ($found | Where-Object Label -eq OEM).DiskPath | Should -Be "$PWD/node-1.img", "$PWD/node-2.img"
    }
    It 'shows a table like parted, with readable sizes' {
        $PSStyle.OutputRendering = 'PlainText'
        $text = Get-DiskPartition etcd/node-1 | Out-String -Width 120
        $text | Should -Match "Disk: $PWD/node-1.img"
        $text | Should -Match ' +6 +2\.1 GiB +2\.3 GiB +128 MiB ext4 +OEM'
        $text | Should -Match ' +1 +2 MiB +130 MiB +128 MiB fat16 +EFI-SYSTEM +boot, legacy_boot, esp'
    }
    It 'shows bytes with -Exact, as "unit b" does' {
        Get-DiskPartition etcd/node-1 -Exact | Out-String -Width 140 | Should -Match ' +6 +2285895680B +2420113407B +134217728B ext4 +OEM'
    }
    It 'shows a list' { Get-DiskPartition etcd/node-1 -Label ROOT | Format-List | Out-String | Should -Match 'Size +: 2\.1 GiB \(2267021312 bytes\)' }
    It 'completes labels of the disk that is typed' {
        Get-Completion 'Get-DiskPartition etcd/node-1 -Label ' | Should -Be EFI-SYSTEM, BIOS-BOOT, USR-A, USR-B, OEM, OEM-CONFIG, ROOT
        Get-Completion 'Get-DiskPartition -Path ./node-1.img -Label R' | Should -Be ROOT
        Get-Completion 'Get-DiskPartition -Path ./gone.img -Label ' | Should -Not -Contain ROOT
    }
}
