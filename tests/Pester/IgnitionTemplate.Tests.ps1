BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Expand-IgnitionTemplate' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Remove-TestXenDir }

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
    It 'feeds ConvertTo-Ignition' {
        Set-Content node-1.ct.tmpl (Get-Content -Raw node-1.ct)
        Expand-IgnitionTemplate node-1.ct.tmpl -Force | ForEach-Object Path | Get-Item | ConvertTo-Ignition | Should -BeExactly $GuideJson
    }
}
