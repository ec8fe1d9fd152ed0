BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Set-TimeServer' {
    BeforeEach {
        $dir = New-TestXenDir
        Set-Location $dir
        [IO.File]::WriteAllText("$dir/ntp.conf", "pool 0.debian.pool.ntp.org iburst`n#broadcast 192.168.123.255`n# end`n")
        $PSDefaultParameterValues = @{ 'Set-TimeServer:BackupDirectory' = "$dir/backups" }
    }
    AfterEach { Remove-TestXenDir }

    It 'makes the guide''s edit of ntp.conf, once' {
        Set-TimeServer -Path ntp.conf
        [IO.File]::ReadAllText("$dir/ntp.conf") | Should -BeExactly "pool 0.debian.pool.ntp.org iburst`nbroadcast 192.168.100.255`n# end`n"
        Set-TimeServer -Path ntp.conf
        Get-ChildItem backups -Directory | Should -HaveCount 1
    }
    It 'says to <kind> what that understands' -ForEach @(
        @{ kind = 'NtpSec'; line = 'restrict 10.0.7.0 mask 255.255.255.0 kod limited nomodify noquery' }
        @{ kind = 'Chrony'; line = 'broadcast 30 10.0.7.255' }
        @{ kind = 'Ntp'; line = 'broadcast 10.0.7.255' }
    ) {
        $server = Set-TimeServer 10.0.7.255 -Path ntp.conf -Kind $kind -PassThru
        Get-Content ntp.conf | Should -Contain $line
        $server.Kind | Should -Be $kind
        $server.Serves([ipaddress]'10.0.7.255') | Should -BeTrue
    }
    It 'is accepted by chronyd' {
        Skip-Unless chronyd
        Set-Content chrony.conf 'pool 2.debian.pool.ntp.org iburst'
        Set-TimeServer -Path chrony.conf -Kind Chrony
        chronyd -p -f "$dir/chrony.conf" | Should -Contain 'allow 192.168.100.0/24'
        $LASTEXITCODE | Should -Be 0
    }
    It 'changes nothing with -WhatIf' {
        $before = Get-Content ntp.conf
        Set-TimeServer -Path ntp.conf -WhatIf
        Get-Content ntp.conf | Should -Be $before
        'backups' | Should -Not -Exist
    }
    It 'reports a file that is missing, and an address that is none of a network' {
        { Set-TimeServer -Path nope -ErrorAction Stop } | Should -Throw
        { Set-TimeServer ::1 -Path ntp.conf -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidAddress,*'
    }
    It 'restarts the service with -Apply; when that cannot be, the file is as before' {
        $before = Get-Content ntp.conf
        $path = $env:PATH
        $null = New-Item -ItemType Directory bin
        Set-Content bin/systemctl "#!/bin/sh`necho `"`$*`" >> '$dir/calls'`nexit `$(cat '$dir/exit')"
        chmod +x bin/systemctl
        try {
            $env:PATH = "$dir/bin:$path"
            Set-Content exit 1
            { Set-TimeServer -Path ntp.conf -Apply -ErrorAction Stop } | Should -Throw -ErrorId 'ServiceNotReloaded,*'
            Get-Content ntp.conf | Should -Be $before
            Set-Content exit 0
            Set-TimeServer -Path ntp.conf -Apply
            Get-Content calls | Select-Object -Last 1 | Should -Be 'restart ntp.service'
        }
        finally { $env:PATH = $path }
    }
}
