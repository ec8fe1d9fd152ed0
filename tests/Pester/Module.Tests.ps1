BeforeDiscovery {
    if (-not $env:XENKUBE_MODULE) { $env:XENKUBE_MODULE = "$PSScriptRoot/../../artifacts/Release/XenKube/XenKube.psd1" }
    Import-Module $env:XENKUBE_MODULE
    $commands = Get-Command -Module XenKube -CommandType Cmdlet | ForEach-Object { @{ name = $_.Name } }
}
BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'The module' {
    It 'has a manifest that is exact' {
        $manifest = Test-ModuleManifest $env:XENKUBE_MODULE
        $built = pwsh -NoProfile -Command "(Import-Module '$(Split-Path $env:XENKUBE_MODULE)/XenKube.dll' -PassThru) | ForEach-Object { (`$_.ExportedCmdlets.Keys | Sort-Object) -join ','; (`$_.ExportedAliases.Keys | Sort-Object) -join ',' }"
        ($manifest.ExportedCmdlets.Keys | Sort-Object) -join ',' | Should -Be $built[0]
        ($manifest.ExportedAliases.Keys | Sort-Object) -join ',' | Should -Be $built[1]
        "$($manifest.PowerShellVersion)" | Should -Be '7.6'
        $manifest.CompatiblePSEditions | Should -Be Core
        $manifest.Tags, $manifest.LicenseUri, $manifest.ProjectUri, $manifest.ReleaseNotes | Should -Not -BeNullOrEmpty
        $manifest.ExportedFunctions.Keys | Should -BeNullOrEmpty
    }
    It 'uses approved verbs' {
        Get-Command -Module XenKube -CommandType Cmdlet | Where-Object Verb -NotIn (Get-Verb).Verb | Should -BeNullOrEmpty
    }
    It 'exports nothing that has no help' {
        Get-Command -Module XenKube -CommandType Cmdlet | Where-Object { -not (Test-Path "$Root/docs/help/$($_.Name).md") } | Should -BeNullOrEmpty
    }
    It 'has tests that call each cmdlet: here, or in the test host' {
        $tests = Get-ChildItem $PSScriptRoot, "$Root/tests/XenKube.Cmdlet.Tests" -Recurse -Include *.Tests.ps1, *Tests.cs | Where-Object FullName -NotLike '*/obj/*' | Get-Content -Raw
        Get-Command -Module XenKube -CommandType Cmdlet | Where-Object { -not ($tests -match "\b$($_.Name)\b") } | Should -BeNullOrEmpty
    }
    It 'has about topics' {
        $folder = Join-Path (Split-Path $env:XENKUBE_MODULE) en-US
        "$folder/about_XenKube.help.txt", "$folder/about_XenKube_Guide.help.txt", "$folder/about_XenKube_Drives.help.txt", "$folder/about_XenKube_Errors.help.txt", "$folder/about_XenKube_Etcd.help.txt", "$folder/about_XenKube_Remoting.help.txt", "$folder/about_XenKube_Secrets.help.txt" | Should -Exist
        Get-Help about_XenKube_Guide | Out-String | Should -Match 'kgen refresh node-1'
    }
    It 'has format views without an error' {
        $errors = @()
        Update-FormatData -PrependPath (Join-Path (Split-Path $env:XENKUBE_MODULE) XenKube.Format.ps1xml) -ErrorVariable errors
        $errors | Should -BeNullOrEmpty
    }
    It 'is silent where output is no terminal: no escape sequences' {
        $text = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; Get-SigningKey -Known | Out-String"
        "$text" | Should -Not -Match "`e"
    }
}

Describe 'The help of <name>' -ForEach $commands {
    It 'is complete' {
        $help = Get-Help $name -Full
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "^\s*$name"
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        $parameters = (Get-Command $name).Parameters.Keys | Where-Object { $_ -notin $common }
        foreach ($parameter in $parameters) {
            $described = $help.parameters.parameter | Where-Object name -eq $parameter
            ($described.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "$name -$parameter"
        }
        $help.inputTypes | Should -Not -BeNullOrEmpty
        $help.returnValues | Should -Not -BeNullOrEmpty
        # The syntax has every parameter set, and the aliases are help topics of their own.
        @($help.syntax.syntaxItem).Count | Should -Be (Get-Command $name).ParameterSets.Count
        foreach ($alias in Get-Alias -Definition $name -ErrorAction Ignore) { (Get-Help $alias.Name).Name | Should -Be $name }
        $help.relatedLinks | Should -Not -BeNullOrEmpty
    }
}
