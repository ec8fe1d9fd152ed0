# The lines that people write, as they write them.
BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Pipelines' {
    BeforeEach {
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        Set-Location "$dir/guests/etcd"
    }
    AfterEach { Set-Location /; Dismount-NodeDisk *; Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'Get-Node etcd | Get-DiskPartition | Where Label -eq OEM' {
        $found = Get-Node etcd | Get-DiskPartition | Where Label -eq OEM
        $found.DiskPath | Should -Be "$dir/guests/etcd/node-1.img", "$dir/guests/etcd/node-2.img"
        $found.Size | Should -Be 134217728, 134217728
    }
    It 'Get-CoreOSImage 1520.9.0 | Test-ImageSignature' {
        Get-CoreOSImage 1520.9.0 | Test-ImageSignature | Should -BeTrue
    }
    It 'Get-Node etcd | Reset-Ignition | Start-XenGuest -Wait ssh' {
        Skip-Unless root
        # Guests that can be reached by ssh: their addresses are this machine's own, and something listens there.
        Set-Content "$dir/hostsfile" "00:16:3e:4e:31:11,127.0.0.11`n00:16:3e:4e:31:12,127.0.0.12"
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$dir/hostsfile" } | ConvertTo-Json)
        $listeners = foreach ($address in '127.0.0.11', '127.0.0.12') { $listener = [Net.Sockets.TcpListener]::new($address, 22); $listener.Start(); $listener }
        $greeting = Start-ThreadJob { foreach ($listener in $using:listeners) { $client = $listener.AcceptTcpClient(); $client.GetStream().Write([Text.Encoding]::ASCII.GetBytes("SSH-2.0-test`r`n")); $client } }
        try {
            $guests = Get-Node etcd | Reset-Ignition | Start-XenGuest -Wait ssh -Timeout 60 -PassThru
            $guests.Name | Should -Be etcd-node-1, etcd-node-2
            $guests.State | Should -Be Running, Running
            Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
        }
        finally { $listeners.Stop(); $greeting | Remove-Job -Force }
    }
    It 'Get-Item *.ct | ConvertTo-Ignition | Publish-Ignition' {
        (Get-Item *.ct | ConvertTo-Ignition | Publish-Ignition).Path | Should -Be "$dir/nginx/etcd/node-1.json", "$dir/nginx/etcd/node-2.json"
        Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
    }
    It 'each cmdlet''s output feeds the next: <line>' -ForEach @(
        @{ line = 'Get-Cluster | Get-Node'; count = 2 }
        @{ line = 'Get-Cluster etcd | Enter-Cluster -PassThru'; count = 1 }
        @{ line = 'Get-Node etcd | Show-NodeDisk'; count = 18 }
        @{ line = 'Get-Node etcd | Set-OemGrubConfig -PassThru | Get-DiskPartition -Label OEM'; count = 2 }
        @{ line = 'Get-Node etcd | Get-OemGrubConfig | Clear-OemGrubConfig -PassThru'; count = 2 }
        @{ line = 'Get-Node etcd | ConvertTo-Ignition | Test-Ignition'; count = 1 }
        @{ line = 'Get-Node etcd | ConvertTo-Ignition | ConvertFrom-Ignition | ForEach-Object Text | ConvertTo-Ignition'; count = 2 }
        @{ line = 'Get-Node etcd | Publish-Ignition | Get-Item | Test-Ignition'; count = 1 }
        @{ line = 'Get-Node etcd node-1 | Mount-NodeDisk | Dismount-NodeDisk'; count = 0 }
        @{ line = 'Get-CoreOSImage | New-Node etcd node-8'; count = 1 }
        @{ line = 'Get-Item $dir/images/*.bz2 | New-Node etcd node-9'; count = 1 }
        @{ line = 'Get-Item $dir/images/*.bz2 | Test-ImageSignature'; count = 1 }
        @{ line = 'Get-Item $SampleKey | Import-SigningKey | Get-SigningKey'; count = 1 }
        @{ line = 'Get-XenGuest etcd | Start-XenGuest -PassThru | Stop-XenGuest -PassThru -Wait'; count = 2 }
        @{ line = 'Get-XenGuest etcd | Get-Node'; count = 2 }
        @{ line = 'Get-XenGuest etcd | Reset-Ignition -Step Grub | Get-Node'; count = 2 }
        @{ line = '''etcd'' | Get-Node'; count = 2 }
        @{ line = '''etcd/node-1'', ''etcd/node-2'' | Test-Node -Quiet'; count = 1 }
        @{ line = 'New-Cluster web | Remove-Cluster -Force'; count = 0 }
    ) { @(. ([scriptblock]::Create($line))) | Should -HaveCount $count }

    It 'takes sizes as 2GB' {
        (Get-Item (New-Node etcd node-7 -Image 1520.9.0 -AdditionalSpace 2GB).DiskPath).Length | Should -Be (4756340736 + 2GB)
    }
    It 'takes names by position: <line>' -ForEach @(
        @{ line = 'Get-Node etcd node-1'; names = @('etcd/node-1') }
        @{ line = 'Get-Node etcd/node-*'; names = 'etcd/node-1', 'etcd/node-2' }
        @{ line = 'Get-Node etcd node-1 node-2'; names = 'etcd/node-1', 'etcd/node-2' }
        @{ line = 'Get-Node */node-[12]'; names = 'etcd/node-1', 'etcd/node-2' }
    ) { (. ([scriptblock]::Create($line))).FullName | Should -Be $names }
    It 'has the aliases <alias>' -ForEach @(
        @{ alias = 'Get-XenNode'; command = 'Get-Node' }, @{ alias = 'New-XenNode'; command = 'New-Node' }, @{ alias = 'Remove-XenNode'; command = 'Remove-Node' }
        @{ alias = 'Reset-XenNode'; command = 'Reset-Ignition' }, @{ alias = 'Test-XenNode'; command = 'Test-Node' }, @{ alias = 'xencd'; command = 'Enter-Cluster' }
        @{ alias = 'kup'; command = 'Start-XenGuest' }, @{ alias = 'kdown'; command = 'Stop-XenGuest' }, @{ alias = 'kdestroy'; command = 'Stop-XenGuest' }, @{ alias = 'kgen'; command = 'Reset-Ignition' }
    ) { (Get-Alias $alias).Definition | Should -Be $command }
    It 'goes by the guide''s words from beginning to end' {
        xencd etcd
        kgen refresh node-1 | Should -Not -BeNullOrEmpty
        kup node-1
        (Get-XenGuest etcd/node-1).State | Should -Be Running
        kdown node-1
        (Get-XenGuest etcd/node-1).State | Should -Be Halted
        kup node-1, node-2
        kdestroy node-1 node-2 -Force
        (Get-XenGuest etcd).State | Should -Be Halted, Halted
        Get-XlCall | Select-Object -Last 2 | Sort-Object | Should -Be 'destroy etcd-node-1', 'destroy etcd-node-2'
    }

    Context 'Paths' {
        It 'with brackets in them: <line>' -ForEach @(
            @{ line = 'ConvertTo-Ignition -LiteralPath ''odd [1].ct'''; count = 1 }
            @{ line = 'Get-Item -LiteralPath ''odd [1].ct'' | ConvertTo-Ignition'; count = 1 }
            @{ line = 'ConvertTo-Ignition ''odd `[1`].ct'''; count = 1 }
            @{ line = 'ConvertTo-Ignition ''odd [1].ct'''; count = 0 }
            @{ line = 'ConvertTo-Ignition ''odd *.ct'''; count = 1 }
            @{ line = 'Get-DiskPartition -LiteralPath ''disk [x].img'' -Label OEM'; count = 1 }
            @{ line = 'Get-Item -LiteralPath ''disk [x].img'' | Get-DiskPartition -Label OEM'; count = 1 }
            @{ line = 'Get-DiskPartition ''disk [x].img'' -Label OEM'; count = 1 }
            @{ line = 'Set-OemGrubConfig -LiteralPath ''disk [x].img'' -ConfigUri http://a/b -PassThru'; count = 1 }
            @{ line = 'Get-FirewallRule -LiteralPath ''rules [4].v4'''; count = 1 }
            @{ line = 'Get-Item -LiteralPath ''rules [4].v4'' | Get-FirewallRule'; count = 1 }
            @{ line = 'Get-DhcpReservation -LiteralPath ''hosts [1]'''; count = 1 }
            @{ line = 'Get-Item -LiteralPath ''hosts [1]'' | Get-DhcpReservation'; count = 1 }
            @{ line = 'New-DhcpReservation 00:16:3e:4e:31:78 192.168.100.78 -LiteralPath ''hosts [1]'' -BackupDirectory ./backups'; count = 1 }
            @{ line = 'Add-FirewallPort 80 -LiteralPath ''rules [4].v4'' -BackupDirectory ./backups -PassThru'; count = 1 }
            @{ line = 'Set-TimeServer -LiteralPath ''ntp [1].conf'' -BackupDirectory ./backups -PassThru'; count = 1 }
        ) {
            Copy-Item node-1.ct 'odd [1].ct'
            if ($line -match 'disk') { Move-Item node-2.img 'disk [x].img' }
            Set-Content -LiteralPath 'rules [4].v4' "*filter`n:INPUT DROP [0:0]`n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`nCOMMIT"
            Set-Content -LiteralPath 'hosts [1]' '00:16:3e:4e:31:77,192.168.100.77'
            Set-Content -LiteralPath 'ntp [1].conf' '#broadcast 192.168.123.255'
            @(. ([scriptblock]::Create($line))) | Should -HaveCount $count
        }
        It 'relative to the current location, which the process does not know' {
            Set-Location $dir/guests
            [Environment]::CurrentDirectory | Should -Not -Be "$PWD"
            ConvertTo-Ignition etcd/node-1.ct | Should -BeExactly $GuideJson
            Get-DiskPartition ./etcd/node-1.img | Should -HaveCount 7
            Get-DiskPartition -Path ../guests/etcd/*.img | Should -HaveCount 14
            Get-Node etcd -XenDir .. | Should -HaveCount 2
        }
        It 'through drives of one''s own' {
            $null = New-PSDrive xk FileSystem $dir
            ConvertTo-Ignition xk:/guests/etcd/node-1.ct | Should -BeExactly $GuideJson
            Get-DiskPartition -Path xk:/guests/etcd/node-?.img | Should -HaveCount 14
            Get-Node etcd -XenDir xk:/ | Should -HaveCount 2
            Set-Location xk:/guests/etcd
            Get-Item *.ct | ConvertTo-Ignition | Should -HaveCount 2
            kgen firstboot node-1 | Should -BeNullOrEmpty -Because 'it is there already'
            Set-Location $dir
            Remove-PSDrive xk
        }
        It 'that are nonsense end in an error, not in a crash: <path>' -ForEach @(
            @{ path = '\\server\share\x' }, @{ path = 'nodrive:/x' }, @{ path = '/dev/null/x' }, @{ path = "a`0b" }, @{ path = '~nobody/x' }, @{ path = 'env:PATH' }, @{ path = '/' }
        ) {
            foreach ($command in 'ConvertTo-Ignition', 'Test-Ignition', 'Get-DiskPartition', 'Get-OemGrubConfig', 'Test-ImageSignature', 'Import-SigningKey', 'Get-FirewallRule') {
                $errors = @()
                try { $null = & $command -LiteralPath $path -ErrorVariable errors -ErrorAction SilentlyContinue } catch { $errors = @($_) }
                $errors | Should -Not -BeNullOrEmpty -Because $command
                $errors[0].FullyQualifiedErrorId | Should -Not -Match 'NullReference|IndexOutOfRange|^System\.|NotSpecified' -Because $command
                $errors[0].CategoryInfo.Category | Should -Not -Be NotSpecified -Because $command
            }
        }
    }
}
