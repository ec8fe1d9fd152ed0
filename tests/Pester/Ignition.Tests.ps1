BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Ignition configs' {
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk; Set-Location "$dir/guests/etcd" }
    AfterEach { Remove-TestXenDir }

    Context 'ConvertTo-Ignition' {
        It 'gives the JSON of the guide, byte for byte' {
            $config = ConvertTo-Ignition node-1.ct
            $config | Should -BeOfType XenKube.Ignition.IgnitionConfig
            "$config" | Should -BeExactly $GuideJson
            $config.Version | Should -Be 2.1.0
            $config | Set-Content node-1.json
            (Get-Content -Raw node-1.json).TrimEnd() | Should -BeExactly $GuideJson
        }
        It 'takes <way>' -ForEach @(
            @{ way = 'files'; command = { Get-Item *.ct | ConvertTo-Ignition } }
            @{ way = 'nodes'; command = { Get-Node etcd | ConvertTo-Ignition } }
            @{ way = 'patterns'; command = { ConvertTo-Ignition *.ct } }
            @{ way = '-LiteralPath'; command = { ConvertTo-Ignition -LiteralPath node-1.ct, node-2.ct } }
        ) { (& $command).SourcePath | Should -Be "$PWD/node-1.ct", "$PWD/node-2.ct" }
        It 'takes text, also line by line' {
            Get-Content -Raw node-1.ct | ConvertTo-Ignition | Should -BeExactly $GuideJson
            Get-Content node-1.ct | ConvertTo-Ignition | Should -BeExactly $GuideJson
            (ConvertTo-Ignition -InputObject (Get-Content -Raw node-1.ct)).SourcePath | Should -BeNullOrEmpty
        }
        It 'gives the JSON to a redirection with -Raw' {
            ConvertTo-Ignition node-1.ct -Raw > node-1.json
            (Get-Content -Raw node-1.json).TrimEnd() | Should -BeExactly $GuideJson
            (ConvertTo-Ignition node-1.ct -Raw -Pretty).Split("`n").Count | Should -BeGreaterThan 10
        }
        It 'shows what the guest gets' {
            $text = ConvertTo-Ignition node-1.ct | Out-String
            $text | Should -Match '/etc/hostname'
            $text | Should -Match '0644'
            $text | Should -Match 'core'
            $text | Should -Not -Match '"ignition"'
        }
        It 'works after another module has loaded an older YamlDotNet' {
            $dll = "$(Split-Path $env:XENKUBE_MODULE)/../OlderYamlDotNet/YamlDotNet.dll"
            $said = pwsh -NoProfile -Command @"
                Add-Type -Path '$dll'
                `$old = [YamlDotNet.Core.Parser].Assembly.GetName().Version
                Import-Module '$env:XENKUBE_MODULE'
                `$json = "`$(ConvertTo-Ignition '$PWD/node-1.ct')"
                # This is what needs YamlDotNet, and so loads ours beside the other.
                `$text = (ConvertTo-Ignition '$PWD/node-1.ct' | ConvertFrom-Ignition).Text
                `$loaded = [AppDomain]::CurrentDomain.GetAssemblies().Where{ `$_.GetName().Name -eq 'YamlDotNet' } | Sort-Object { `$_.GetName().Version }
                "`$old"; "`$(`$loaded.ForEach{ `$_.GetName().Version.Major })"; [YamlDotNet.Core.Parser].Assembly.GetName().Version.Major; `$json
                `$loaded.ForEach{ [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } -join ' '
                "`$(`$text | ConvertTo-Ignition)"
"@
            $said[0] | Should -BeLike '13.*'
            $said[1] | Should -Match '^13 (1[4-9]|[2-9]\d)$'
            $said[2] | Should -Be 13
            $said[3] | Should -BeExactly $GuideJson
            $said[4] | Should -Be 'Default XenKube.Parsing'
            $said[5] | Should -BeExactly $GuideJson
        }
        It 'survives Remove-Module and a second import, with type literals' {
            $said = pwsh -NoProfile -Command @"
                Import-Module '$env:XENKUBE_MODULE'
                `$null = ConvertTo-Ignition '$PWD/node-1.ct'
                Remove-Module XenKube
                Import-Module '$env:XENKUBE_MODULE'
                function Show([XenKube.Ignition.IgnitionConfig] `$Config) { `$Config.Version }
                Show (ConvertTo-Ignition '$PWD/node-1.ct')
                [XenKube.Clusters.Node].FullName
                (Get-Command -Module XenKube -CommandType Cmdlet).Count
"@
            $said | Should -Be 2.1.0, XenKube.Clusters.Node, (Get-Command -Module XenKube -CommandType Cmdlet).Count
        }
    }

    Context 'Test-Ignition' {
        It 'takes JSON line by line, and several configs one after the other' {
            ConvertTo-Ignition node-1.ct -Raw -Pretty | ForEach-Object { $_ -split "`n" } | Test-Ignition | Should -BeTrue
            $json = ConvertTo-Ignition node-1.ct -Raw
            ($json, $json, 'not json', $json | Test-Ignition -Detailed).IsValid | Should -Be $true, $true, $false, $true
            $json, $json, 'not json', $json | Test-Ignition -WarningAction SilentlyContinue | Should -BeFalse
            ConvertTo-Ignition *.ct -Raw -Pretty | ForEach-Object { $_ -split "`n" } | Test-Ignition | Should -BeTrue
            (ConvertTo-Ignition node-1.ct -Raw -Pretty | ForEach-Object { $_ -split "`n" } | ConvertFrom-Ignition).Text | Should -Match 'inline: etcd-node-1'
        }
        It 'takes published configs of nodes' {
            $null = Publish-Ignition etcd node-1
            Get-Node etcd node-1 | Test-Ignition | Should -BeTrue
        }
    }

    Context 'Publish-Ignition' {
        It 'publishes configs of files at their nodes' {
            $published = Get-Item *.ct | ConvertTo-Ignition | Publish-Ignition
            $published.Path | Should -Be "$dir/nginx/etcd/node-1.json", "$dir/nginx/etcd/node-2.json"
            Get-Content -Raw "$dir/nginx/etcd/node-1.json" | Should -BeExactly $GuideJson
            $published[0].Digest | Should -Be "sha512-$((sha512sum "$dir/nginx/etcd/node-1.json").Split(' ')[0])"
        }
    }
}
