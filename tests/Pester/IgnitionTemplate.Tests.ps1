BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Expand-IgnitionTemplate' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Remove-TestXenDir }

    It 'takes files in, and fills in names' {
        Set-Content units.txt "a`nb"
        Set-Content node-1.ct.tmpl "x:`n  |###units.txt`nname: `${Node.Name} `${Cluster.Name} `${HOSTNAME}"
        $result = Expand-IgnitionTemplate node-1.ct.tmpl -Force
        $result.Path | Should -Be "$PWD/node-1.ct"
        $text = Get-Content -Raw node-1.ct
        $text | Should -Match 'name: node-1 etcd \$\{HOSTNAME\}'
        Set-Content node-1.ct '' ; (Get-Item node-1.ct).LastWriteTime = (Get-Date).AddHours(1)
        (Get-Item *.tmpl | Expand-IgnitionTemplate).Written | Should -BeFalse
    }
    It 'names line and column of a missing file' {
        Set-Content n.ct.tmpl "a:`n  |###gone.txt"
        $record = { Expand-IgnitionTemplate n.ct.tmpl -ErrorAction Stop } | Should -Throw -PassThru
        "$record" | Should -Match 'line 2, column'
    }
    It 'changes nothing with -WhatIf' {
        Set-Content n.ct.tmpl 'a: b'
        Expand-IgnitionTemplate n.ct.tmpl -WhatIf
        'n.ct' | Should -Not -Exist
    }
    It 'takes <way>' -ForEach @(
        @{ way = 'patterns'; command = { Expand-IgnitionTemplate *.tmpl -Force } }
        @{ way = 'files'; command = { Get-Item *.tmpl | Expand-IgnitionTemplate -Force } }
        @{ way = 'nodes'; command = { Get-Node etcd | Expand-IgnitionTemplate -Force } }
        @{ way = '-LiteralPath'; command = { Expand-IgnitionTemplate -LiteralPath node-1.ct.tmpl, node-2.ct.tmpl -Force } }
    ) {
        Set-Content node-1.ct.tmpl 'a: ${Node.Name}'
        Set-Content node-2.ct.tmpl 'a: ${Node.Name}'
        (& $command).Path | Should -Be "$PWD/node-1.ct", "$PWD/node-2.ct"
        Get-Content node-1.ct, node-2.ct | Should -Be 'a: node-1', 'a: node-2'
    }
    It 'writes to a destination, for a node that is named' {
        Set-Content ../any.tmpl 'a: ${Node.Name}'
        (Expand-IgnitionTemplate ../any.tmpl out.ct -Node (Get-Node etcd node-2)).Path | Should -Be "$PWD/out.ct"
        Get-Content out.ct | Should -Be 'a: node-2'
    }
    It 'feeds ConvertTo-Ignition' {
        Set-Content node-1.ct.tmpl (Get-Content -Raw node-1.ct)
        Expand-IgnitionTemplate node-1.ct.tmpl -Force | ForEach-Object Path | Get-Item | ConvertTo-Ignition | Should -BeExactly $GuideJson
    }
}
