BeforeAll {
    . $PSScriptRoot/Support.ps1
    $dir = New-TestCluster node-1, node-2
    Set-Location "$dir/guests/etcd"
}
AfterAll { Remove-TestXenDir }

Describe 'Get-DiskPartition' {
    It 'says what parted says' {
        Skip-Unless parted
        $said = parted -sm node-1.img unit b print | Select-Object -Skip 2 | ForEach-Object { $_.TrimEnd(';') }
        $ours = Get-DiskPartition etcd/node-1 | ForEach-Object { "$($_.Number):$($_.Start)B:$($_.End)B:$($_.Size)B:$($_.FileSystem):$($_.Label):$($_.Flags -join ', ')" }
        $ours | Should -Be $said
    }
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
    It 'takes a file by its name alone' { Get-DiskPartition node-1.img | Should -HaveCount 7 }
    It 'selects by label' {
        (Get-Node etcd | Get-DiskPartition | Where-Object Label -eq OEM).Number | Should -Be 6, 6
        (Get-DiskPartition etcd/node-1 -Label USR-*).Number | Should -Be 3, 4
        (Get-DiskPartition etcd/node-1 -Label OEM, NOPE -ErrorVariable errors -ErrorAction SilentlyContinue).Label | Should -Be OEM
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'PartitionNotFound,*'
    }
    It 'knows the attributes of CoreOS' {
        $usr = Get-DiskPartition etcd/node-1 -Label USR-A
        $usr.Priority, $usr.Successful | Should -Be 1, $true
        $usr.UniqueId | Should -Be 7130c94a-213a-4e5a-8e26-6cce9662f132
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
    It 'reports what is no image, and goes on' {
        Set-Content no.img 'hello'
        $found = Get-DiskPartition -Path no.img, node-1.img, gone.img -ErrorVariable errors -ErrorAction SilentlyContinue
        $found | Should -HaveCount 7
        $errors | Should -HaveCount 2
        $errors.CategoryInfo.Category | Should -Be ObjectNotFound, InvalidData
        Remove-Item no.img
    }
    It 'warns of a damaged primary table, and reads the backup' {
        cp --sparse=always node-2.img damaged.img
        $null = dd if=/dev/zero of=damaged.img bs=512 seek=1 count=1 conv=notrunc status=none
        Get-DiskPartition -Path damaged.img -WarningVariable warnings -WarningAction SilentlyContinue | Should -HaveCount 7
        $warnings | Should -Not -BeNullOrEmpty
        Remove-Item damaged.img
    }
    It 'completes labels of the disk that is typed' {
        Get-Completion 'Get-DiskPartition etcd/node-1 -Label ' | Should -Be EFI-SYSTEM, BIOS-BOOT, USR-A, USR-B, OEM, OEM-CONFIG, ROOT
        Get-Completion 'Get-DiskPartition -Path ./node-1.img -Label R' | Should -Be ROOT
        Get-Completion 'Get-DiskPartition -Path ./gone.img -Label ' | Should -Not -Contain ROOT
    }
}
