# How a person sees errors. Their ids, categories and targets are held by the tests in tests/XenKube.Cmdlet.Tests.
Describe 'Errors' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        # The list, as the sources have it and a test of them holds it.
        $listed = @{}
        Get-Content "$Root/docs/errors.md" | Select-String '^\| `(\w+)` \| (\w+) \|' | ForEach-Object { $listed[$_.Matches[0].Groups[1].Value] = $_.Matches[0].Groups[2].Value }
    }
    BeforeEach { $dir = New-TestCluster node-1, node-2 -EmptyDisk }
    AfterEach { Remove-TestXenDir }

    It 'show the recommendation on a line of its own' {
        $said = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; `$PSStyle.OutputRendering = 'PlainText'; Get-Node etcd nobody" 2>&1 | Out-String
        $said | Should -Match 'there is no node etcd/nobody'
        $said | Should -Match 'Recommendation: Make it with New-Node etcd nobody'
    }
    It 'are all listed in about_XenKube_Errors, and no others' {
        $topic = Get-Content (Join-Path (Split-Path $env:XENKUBE_MODULE) en-US/about_XenKube_Errors.help.txt)
        $inHelp = $topic | Select-String '^        ([A-Z]\w+) +(InvalidData|NotImplemented|ObjectNotFound|ResourceExists|ResourceBusy|InvalidArgument|OperationStopped)( |$)' | ForEach-Object { $_.Matches[0].Groups[1].Value }
        $inHelp | Sort-Object | Should -Be ($listed.Keys | Sort-Object)
        $listed.Count | Should -BeGreaterThan 100
        Get-Help about_XenKube_Errors | Out-String | Should -Match 'NodeNotFound +ObjectNotFound'
    }
}
