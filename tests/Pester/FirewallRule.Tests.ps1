BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Firewall rules' {
    BeforeAll {
        # The three edits of the guide, before and after.
        $guide = @'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW --dport 22 -j ACCEPT
-A INPUT -i virbr1 -p udp -m udp -m multiport --dports 53,67 -j ACCEPT
-A INPUT -i virbr1 -p tcp -m tcp -m multiport --dports 53,67 -j ACCEPT
-A FORWARD -d 192.168.100.0/24 -o virbr1 -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,8080 -j ACCEPT
# by hand
COMMIT
'@ + "`n"
        $edited = $guide.Replace('NEW --dport 22 ', 'NEW -m multiport --dports 22,80 ').Replace('53,67 ', '53,67,123 ').Replace('22,8080', '22,80,8080')
    }
    BeforeEach {
        $dir = New-TestXenDir
        Set-Location $dir
        [IO.File]::WriteAllText("$dir/rules.v4", $guide)
        $PSDefaultParameterValues = @{ '*-Firewall*:Path' = "$dir/rules.v4"; 'Add-FirewallPort:BackupDirectory' = "$dir/backups" }
    }
    AfterEach { Remove-TestXenDir }

    Context 'Get-FirewallRule' {
        It 'gives rules as objects' {
            $rules = Get-FirewallRule
            $rules | Should -HaveCount 5
            $rules[4].Chain | Should -Be FORWARD
            $rules[4].OutInterface | Should -Be virbr1
            $rules[4].Ports | Should -Be 22, 8080
            $rules[4].Target | Should -Be ACCEPT
            $rules[4].Line | Should -Be 9
        }
        It 'selects by chain and port' {
            Get-FirewallRule INPUT | Should -HaveCount 4
            Get-FirewallRule IN* -Port 53 | Should -HaveCount 2
            Get-FirewallRule NOPE | Should -BeNullOrEmpty
        }
        It 'reports a file that is missing or broken' {
            { Get-FirewallRule -Path nope -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
            Set-Content broken "*filter`n-A INPUT -j ACCEPT"
            { Get-FirewallRule -Path broken -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidFirewallRules,*'
        }
    }

    Context 'Add-FirewallPort' {
        BeforeEach { Skip-Unless root, iptables-restore }

        It 'makes the three edits of the guide, and nothing else; again it changes nothing' {
            Add-FirewallPort -Guide
            [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $edited
            Add-FirewallPort -Guide
            [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $edited
            Get-ChildItem backups -Directory | Should -HaveCount 1
            [IO.File]::ReadAllText((Get-ChildItem backups -Recurse -Filter '*rules.v4').FullName) | Should -BeExactly $guide
        }
        It 'opens ports one by one, and returns the rules that have them' {
            $rules = Add-FirewallPort 80, 443 -PassThru
            $rules.Text | Should -Contain '-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,80,443 -j ACCEPT'
            Add-FirewallPort 123 -Protocol udp -InInterface virbr1
            (Get-FirewallRule INPUT -Port 123).Protocol | Should -Be udp
            Add-FirewallPort 80 -Chain FORWARD -OutInterface virbr1 -Beside 22
            (Get-FirewallRule FORWARD -Port 80).Ports | Should -Be 22, 80, 8080
        }
        It 'says which rule is missing, and what to add' {
            $record = Get-TheError { Add-FirewallPort 80 -Chain FORWARD -InInterface eth7 -ErrorAction Stop }
            $record.FullyQualifiedErrorId | Should -BeLike 'FirewallRuleNotFound,*'
            $record.ErrorDetails.RecommendedAction | Should -BeLike '*-A FORWARD -i eth7 -p tcp -m tcp --dport 80 -j ACCEPT*'
        }
        It 'takes no interface for a command or an option: <name>' -ForEach @{ name = '-j DROP' }, @{ name = 'a; reboot' }, @{ name = "a`nb" }, @{ name = '../x' } {
            { Add-FirewallPort 80 -InInterface $name -ErrorAction Stop } | Should -Throw
            [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $guide
        }
        It 'leaves a file alone that iptables-restore does not accept' {
            [IO.File]::WriteAllText("$dir/rules.v4", $guide.Replace('# by hand', '-A INPUT --nonsense'))
            { Add-FirewallPort 80 -ErrorAction Stop } | Should -Throw -ErrorId 'FirewallRulesRefused,*'
            "$dir/rules.v4" | Should -FileContentMatch '--nonsense'
            'backups' | Should -Not -Exist
        }
        It 'changes nothing with -WhatIf, and shows the difference' {
            $shown = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; Add-FirewallPort 80 -Path '$dir/rules.v4' -BackupDirectory '$dir/backups' -WhatIf" | Out-String
            $shown | Should -BeLike '*+-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,80 -j ACCEPT*'
            [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $guide
        }
        It 'has netfilter-persistent load them with -Apply; when it cannot, the file is as before' {
            $path = $env:PATH
            $null = New-Item -ItemType Directory bin
            Set-Content bin/systemctl "#!/bin/sh`necho `"`$*`" >> '$dir/calls'`nexit `$(cat '$dir/exit')"
            chmod +x bin/systemctl
            try {
                $env:PATH = "$dir/bin:$path"
                Set-Content exit 1
                { Add-FirewallPort -Guide -Apply -ErrorAction Stop } | Should -Throw -ErrorId 'ServiceNotReloaded,*'
                [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $guide
                Set-Content exit 0
                Add-FirewallPort -Guide -Apply
                [IO.File]::ReadAllText("$dir/rules.v4") | Should -BeExactly $edited
                Get-Content calls | Select-Object -Last 1 | Should -Be 'restart netfilter-persistent.service'
            }
            finally { $env:PATH = $path }
        }
    }
}
