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
        It 'takes a single one, and several from the pipeline in one change' {
            (New-DhcpReservation 52:54:00:00:00:01 192.168.100.200 -HostName printer).ToString() | Should -Be '52:54:00:00:00:01,192.168.100.200,printer'
            @'
MacAddress,IPAddress
52:54:00:00:00:02,192.168.100.202
52:54:00:00:00:03,192.168.100.203
'@ | ConvertFrom-Csv | New-DhcpReservation | Should -HaveCount 2
            Get-ChildItem backups -Directory | Should -HaveCount 2
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

    Context 'Remove-DhcpReservation' {
        BeforeEach { $null = New-DhcpReservation -Range 10..19 }

        It 'takes lines out, by address or from the pipeline, and leaves the others' {
            Remove-DhcpReservation 192.168.100.11, 00:16:3e:4e:31:12 -Confirm:$false
            Get-DhcpReservation *.1[34] | Remove-DhcpReservation -Confirm:$false
            (Get-DhcpReservation *:31:*).IPAddress.IPAddressToString | Should -Be (10, 15, 16, 17, 18, 19 | ForEach-Object { "192.168.100.$_" })
            Get-Content hostsfile | Select-Object -First 3 | Should -Be '# by hand', '00:16:3e:ee:ee:01,192.168.100.254', 'id:01:02,ignore'
        }
    }
}
