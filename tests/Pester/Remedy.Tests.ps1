BeforeAll {
    . $PSScriptRoot/Support.ps1
    # The command in a remedy, as it is typed.
    function Get-Command_([string] $Text) { [regex]::Match($Text, '\b[A-Z][a-z]+-[A-Z]\w+( ''[^'']*''| [\w./:-]+)*').Value }
    # Fails, types what the error recommends, and does not fail any more.
    function Invoke-Remedy([scriptblock] $Command) {
        $record = $null
        try { $null = & $Command } catch { $record = $_ }
        $record | Should -Not -BeNullOrEmpty -Because 'there has to be a fault'
        $record.ErrorDetails.RecommendedAction | Should -Not -MatchExactly '--[a-z]|xenkube [a-z]'
        "$($record.Exception.Message)" | Should -Not -MatchExactly '--[a-z]|xenkube [a-z]'
        $null = Invoke-Expression (Get-Command_ $record.ErrorDetails.RecommendedAction)
        { & $Command } | Should -Not -Throw
    }
    # The same for a check of a node.
    function Invoke-CheckRemedy([string] $Name) {
        $ConfirmPreference = 'None'
        $check = Test-Node etcd/node-1 | Where-Object Name -EQ $Name
        $check.Status | Should -Not -Be Pass
        $check.Remedy | Should -Not -MatchExactly '--[a-z]|xenkube [a-z]'
        $null = Invoke-Expression (Get-Command_ $check.Remedy)
        $after = Test-Node etcd/node-1 | Where-Object Name -EQ $Name; $after.Status | Should -Be Pass -Because "$($after.Name): $($after.Message) $($after.Remedy)"
    }
}

Describe 'Remedies' {
    It 'are worded for every action, by cmdlets and parameters that there are' {
        $words = [XenKube.Commands.XenDirCommand].Assembly.GetType('XenKube.Commands.RemedyWords').GetProperty('Instance').GetValue($null)
        $known = (Get-Command -Module XenKube -CommandType Cmdlet).Parameters.Values.Name | Sort-Object -Unique
        foreach ($kind in [Enum]::GetValues([XenKube.RemedyActionKind])) {
            $arguments = $kind -eq 'RefreshStep' ? @('etcd/node-1', 'machine-id') : $kind -eq 'SetUpHost' ? @('directories') : @("etcd/node 1's", 'hosts')
            $text = $words.Word([XenKube.RemedyAction]::new($kind, [string[]] $arguments))
            $text | Should -Not -MatchExactly 'xenkube|--' -Because $kind
            if ($text.StartsWith('-')) { $text.TrimStart('-') | Should -BeIn $known; continue }
            $tokens = $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref] $tokens, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            $call = $ast.Find({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
            $cmdlet = Get-Command $call.GetCommandName()
            foreach ($element in $call.CommandElements.Where{ $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                $cmdlet.Parameters.Keys | Should -Contain $element.ParameterName
            }
        }
    }

    Context 'that are commands' {
        BeforeEach {
            $dir = New-TestCluster node-1
            Set-Content "$dir/xenkube.json" (@{ reservationsFile = 'hosts'; mirror = "$Assets/release" } | ConvertTo-Json)
            Set-Content "$dir/hosts" '00:16:3e:4e:31:11,192.168.100.11', '00:16:3e:4e:31:12,192.168.100.12'
        }
        AfterEach { Remove-TestXenDir }

        It 'make the cluster that is missing' { Invoke-Remedy { Get-Cluster kube -ErrorAction Stop } }
        It 'make the node that is missing' { Invoke-Remedy { Get-Node etcd/node-9 -ErrorAction Stop } }
        It 'download the image that is missing' {
            Remove-Item "$dir/images/*"
            Invoke-Remedy { New-Node etcd/node-9 -ErrorAction Stop }
        }
        It 'override a refusal: <name>' -ForEach @(
            @{ name = 'Remove-Cluster'; command = { param($force) Remove-Cluster etcd -Confirm:$false -Force:$force -ErrorAction Stop } }
            @{ name = 'New-XenGuest'; command = { param($force) New-XenGuest etcd/node-1 -Confirm:$false -Force:$force -ErrorAction Stop } }
        ) {
            $record = { & $command $false } | Should -Throw -PassThru
            $record.ErrorDetails.RecommendedAction | Should -Match '(?<!-)-Force\b'
            { & $command $true } | Should -Not -Throw
        }
        It 'reserve addresses for a guest' {
            Set-Content "$dir/hosts" ''
            Remove-Item "$dir/guests/etcd/node-1.cfg"
            Invoke-Remedy { New-XenGuest etcd/node-1 -ErrorAction Stop }
        }
        It 'mend what Test-Node finds' {
            Invoke-CheckRemedy url
            Invoke-CheckRemedy machine-id
            Invoke-CheckRemedy ignition
            Set-Content "$dir/guests/etcd/node-1.ct" 'passwd: {users: [{name: other}]}'
            Invoke-CheckRemedy ignition
            mdel -i "$dir/guests/etcd/node-1.img@@2097152" ::coreos/first_boot
            Invoke-CheckRemedy first-boot
            Remove-Item "$dir/guests/etcd/node-1.cfg"
            Invoke-CheckRemedy config
            Set-Content "$dir/hosts" '00:16:3e:4e:31:11,192.168.100.11', '00:16:3e:4e:31:11,192.168.100.12'
            Invoke-CheckRemedy address
            Remove-Item "$dir/images/*"
            Invoke-CheckRemedy signature
        }
    }
}
