BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'DHCP reservations' {
    BeforeEach {
        $dir = New-TestXenDir
        Set-Location $dir
        Set-Content xenkube.json '{ "reservationsFile": "hostsfile" }'
        [IO.File]::WriteAllText("$dir/hostsfile", "# by hand`n00:16:3e:ee:ee:01,192.168.100.254`nid:01:02,ignore`n")
        $PSDefaultParameterValues = @{ '*-DhcpReservation:BackupDirectory' = "$dir/backups" }
    }
    AfterEach { Remove-TestXenDir }

    Context 'New-DhcpReservation' {
        It 'is khostsfile with -Range, and keeps what was there byte for byte' {
            New-DhcpReservation -Range 10..99 | Should -HaveCount 90
            $text = [IO.File]::ReadAllText("$dir/hostsfile")
            $text | Should -BeLike "# by hand`n00:16:3e:ee:ee:01,192.168.100.254`nid:01:02,ignore`n00:16:3e:4e:31:10,192.168.100.10`n*"
            $text | Should -BeLike "*`n00:16:3e:4e:31:99,192.168.100.99`n"
        }
        It 'changes nothing the second time, and makes no second backup' {
            $null = New-DhcpReservation -Range 10..12
            $before = Get-FileHash hostsfile
            New-DhcpReservation -Range 10..12 | Should -HaveCount 3
            (Get-FileHash hostsfile).Hash | Should -Be $before.Hash
            Get-ChildItem backups -Directory | Should -HaveCount 1
        }
        It 'takes a single one, and several from the pipeline in one change' {
            (New-DhcpReservation 52:54:00:00:00:01 192.168.100.200 -HostName printer).ToString() | Should -Be '52:54:00:00:00:01,192.168.100.200,printer'
            @'
MacAddress,IPAddress
52:54:00:00:00:02,192.168.100.202
52:54:00:00:00:03,192.168.100.203
'@ | ConvertFrom-Csv | New-DhcpReservation | Should -HaveCount 2
            Get-ChildItem backups -Directory | Should -HaveCount 2
        }
        It 'refuses addresses that are taken, and writes none of them' {
            $before = Get-Content hostsfile
            { New-DhcpReservation 52:54:00:00:00:01 192.168.100.254 -ErrorAction Stop } | Should -Throw -ErrorId 'ReservationExists,*'
            { New-DhcpReservation 00:16:3e:ee:ee:01 192.168.100.9 -ErrorAction Stop } | Should -Throw -ErrorId 'ReservationExists,*'
            Get-Content hostsfile | Should -Be $before
        }
        It 'refuses <what>' -ForEach @(
            @{ what = 'a range that is none'; call = "-Range '20..10'"; id = 'InvalidRange,*' }
            @{ what = 'a range with a command in it'; call = "-Range '10; rm -rf /'"; id = 'InvalidRange,*' }
            @{ what = 'a MAC address that is none'; call = "'00:16:3e' 192.168.100.9"; id = 'InvalidMacAddress,*' }
            @{ what = 'a host name with a line break'; call = "52:54:00:00:00:01 192.168.100.9 -HostName `"a``nb`""; id = 'InvalidHostName,*' }
            @{ what = 'a host name that looks like an option'; call = "52:54:00:00:00:01 192.168.100.9 -HostName '-x'"; id = 'InvalidHostName,*' }
        ) {
            $before = Get-Content hostsfile
            { Invoke-Expression "New-DhcpReservation $call -ErrorAction Stop" } | Should -Throw -ErrorId $id
            Get-Content hostsfile | Should -Be $before
        }
        It 'changes nothing with -WhatIf, and makes no backup' {
            $before = Get-Content hostsfile
            New-DhcpReservation -Range 10..99 -WhatIf
            Get-Content hostsfile | Should -Be $before
            'backups' | Should -Not -Exist
        }
        It 'loses none of what several processes add at once' {
            $jobs = 1..3 | ForEach-Object {
                Start-Process pwsh -PassThru -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$env:XENKUBE_MODULE'; 0..9 | ForEach-Object { `$null = New-DhcpReservation 52:54:00:00:0$_`:0`$_ 10.0.$_.`$_ -BackupDirectory '$dir/backups' -ErrorAction Stop }"
            }
            $jobs | Wait-Process
            $jobs.ExitCode | Should -Be 0, 0, 0
            Get-DhcpReservation 10.0.* | Should -HaveCount 30
            Get-ChildItem backups -Directory | Should -HaveCount 30
        }
    }

    Context 'Get-DhcpReservation' {
        BeforeEach { $null = New-DhcpReservation -Range 10..19 }

        It 'lists those of the settings'' file' { Get-DhcpReservation | Should -HaveCount 11 }
        It 'finds by <address>' -ForEach @(
            @{ address = '192.168.100.11'; count = 1 }, @{ address = '00:16:3E:4E:31:11'; count = 1 }, @{ address = '*.1[2-4]'; count = 3 }, @{ address = '10.*'; count = 0 }
        ) { @(Get-DhcpReservation $address) | Should -HaveCount $count }
        It 'reports a literal address that is not there' { { Get-DhcpReservation 10.9.9.9 -ErrorAction Stop } | Should -Throw -ErrorId 'ReservationNotFound,*' }
        It 'takes another file' {
            Set-Content other '52:54:00:00:00:01,10.0.0.1,a'
            (Get-DhcpReservation -Path other).HostName | Should -Be a
        }
        It 'gives what New-XenGuest takes' {
            $null = New-Cluster etcd
            Set-Content guests/etcd/node-1.ct ''
            $guest = New-XenGuest etcd node-1 -Reservation (Get-DhcpReservation 192.168.100.17) -WarningAction SilentlyContinue
            $guest.MacAddress | Should -Be 00:16:3e:4e:31:17
        }
    }

    Context 'Remove-DhcpReservation' {
        BeforeEach { $null = New-DhcpReservation -Range 10..19 }

        It 'takes lines out, by address or from the pipeline, and leaves the others' {
            Remove-DhcpReservation 192.168.100.11, 00:16:3e:4e:31:12 -Confirm:$false
            Get-DhcpReservation *.1[34] | Remove-DhcpReservation -Confirm:$false
            (Get-DhcpReservation *:31:*).IPAddress.IPAddressToString | Should -Be (10, 15, 16, 17, 18, 19 | ForEach-Object { "192.168.100.$_" })
            Get-Content hostsfile | Select-Object -First 3 | Should -Be '# by hand', '00:16:3e:ee:ee:01,192.168.100.254', 'id:01:02,ignore'
        }
        It 'reports one that is not there' { { Remove-DhcpReservation 10.9.9.9 -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'ReservationNotFound,*' }
        It 'changes nothing with -WhatIf' {
            $before = Get-Content hostsfile
            Remove-DhcpReservation 192.168.100.11 -WhatIf
            Get-Content hostsfile | Should -Be $before
        }
    }

    Context 'dnsmasq' {
        It 'is told with -Apply; when it cannot be, the file is as before' {
            $before = Get-Content hostsfile
            $path = $env:PATH
            $null = New-Item -ItemType Directory bin
            Set-Content bin/systemctl "#!/bin/sh`necho `"`$*`" >> '$dir/calls'`nexit `$(cat '$dir/exit')"
            chmod +x bin/systemctl
            try {
                $env:PATH = "$dir/bin:$path"
                Set-Content exit 5
                { New-DhcpReservation -Range 10..12 -Apply -ErrorAction Stop } | Should -Throw -ErrorId 'ServiceNotReloaded,*'
                Get-Content hostsfile | Should -Be $before
                Set-Content exit 0
                Remove-Item calls
                New-DhcpReservation -Range 10..12 -Apply | Should -HaveCount 3
                Get-Content calls | Should -Be 'kill --signal=HUP --kill-who=main dnsmasq@virbr1.service'
                $null = New-DhcpReservation -Range 13 -Restart -Unit dnsmasq.service
                Get-Content calls | Select-Object -Last 1 | Should -Be 'restart dnsmasq.service'
            }
            finally { $env:PATH = $path }
        }
    }
}
