BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Test-Node' {
    BeforeEach {
        $dir = New-TestCluster node-1
        Set-Location $dir
        Set-Content xenkube.json '{ "reservationsFile": "hostsfile" }'
        Set-Content hostsfile '00:16:3e:4e:31:11,192.168.100.11'
        $env:XENKUBE_XL = '/nowhere/xl'
        function Get-Check([string] $Name) { Test-Node etcd node-1 | Where-Object Name -eq $Name }
    }
    AfterEach { Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'passes for a node that was refreshed, in every check' {
        $null = Reset-Ignition etcd node-1
        $checks = Test-Node etcd/node-1
        $checks.Name | Should -Be partitions, file-systems, release, boot, kernel, oem, url, first-boot, machine-id, signature, ignition, config, address
        $checks | Where-Object Status -ne Pass | Should -BeNullOrEmpty
        $checks.Target | Select-Object -Unique | Should -Be etcd/node-1
        Test-Node etcd -Quiet | Should -BeTrue
    }
    It 'names what a disk fresh from its image lacks, with the remedy' {
        foreach ($name in 'url', 'machine-id', 'ignition') {
            $check = Get-Check $name
            $check.Status | Should -Not -Be Pass
            $check.Remedy | Should -BeLike '*Reset-Ignition*'
        }
        Test-Node etcd node-1 -Quiet | Should -BeFalse
    }
    Context 'after a refresh' {
        BeforeEach { $null = Reset-Ignition etcd node-1 }

        It 'finds a URL that leads elsewhere' {
            $null = Set-OemGrubConfig etcd node-1 -ConfigUri http://192.168.100.1/etcd/other.json
            (Get-Check url).Message | Should -BeLike '*other.json*'
        }
        It 'finds first_boot gone and machine-id back' {
            $null = Mount-NodeDisk etcd/node-1 -Writable
            Remove-Item node-1:/EFI-SYSTEM/coreos/first_boot
            Set-Content node-1:/ROOT/etc/machine-id 0123456789abcdef0123456789abcdef
            Dismount-NodeDisk node-1
            (Get-Check first-boot).Status | Should -Be Fail
            (Get-Check machine-id).Status | Should -Be Warn
        }
        It 'finds a config that the release does not take' {
            Set-Content nginx/etcd/node-1.json '{"ignition":{"version":"2.2.0"}}'
            $check = Get-Check ignition
            $check.Status | Should -Be Fail
            $check.Message | Should -BeLike '*1520.9.0 is older than 1688*'
        }
        It 'finds a config that is newer than what is published' {
            (Get-Item guests/etcd/node-1.ct).LastWriteTime = (Get-Date).AddMinutes(1)
            (Get-Check ignition).Status | Should -Be Warn
        }
        It 'finds a MAC address without and with two reservations' {
            Set-Content hostsfile ''
            (Get-Check address).Status | Should -Be Warn
            Set-Content hostsfile '00:16:3e:4e:31:11,192.168.100.11', '00:16:3e:4e:31:11,192.168.100.12'
            (Get-Check address).Status | Should -Be Fail
        }
        It 'finds an image whose signature is by nobody known' {
            Get-SigningKey | Remove-SigningKey -Confirm:$false
            $check = Get-Check signature
            $check.Status | Should -Be Fail
            $check.Remedy | Should -Not -BeNullOrEmpty
        }
        It 'finds a configuration that boots from another disk, and a missing one' {
            (Get-Content -Raw guests/etcd/node-1.cfg).Replace('node-1.img', 'node-9.img') | Set-Content guests/etcd/node-1.cfg
            (Get-Check config).Status | Should -Be Fail
            Remove-Item guests/etcd/node-1.cfg
            (Get-Check config).Remedy | Should -BeLike '*New-XenGuest*'
        }
        It 'changes nothing' {
            $before = Get-ChildItem $dir -Recurse -File | Where-Object Name -ne .xenkube.lock | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks) $($_.Length)" }
            $null = Test-Node etcd
            Get-ChildItem $dir -Recurse -File | Where-Object Name -ne .xenkube.lock | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks) $($_.Length)" } | Should -Be $before
        }
        It 'takes nodes from the pipeline' { (Get-Node etcd | Test-Node -Quiet) | Should -BeTrue }
    }
    It 'finds a disk that is none' {
        Set-Content guests/etcd/node-1.img 'nothing'
        $checks = Test-Node etcd node-1
        $checks[0].Status | Should -Be Fail
        $checks[0].Remedy | Should -Not -BeNullOrEmpty
    }
    It 'reports a node that is not there' { { Test-Node etcd nope -ErrorAction Stop } | Should -Throw -ErrorId 'NodeNotFound,*' }
}
