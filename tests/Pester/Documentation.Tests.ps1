# The code blocks of README.md, docs and the about topics, run as they are in a dom0 of its own (tests/dom0) that has a mirror of
# the releases. Blocks that restore, build or test the checkout itself are run by tests/fresh-clone.sh.
BeforeDiscovery {
    . $PSScriptRoot/Support.ps1
    . $Root/tests/dom0/Blocks.ps1
    $reason = & "$Root/tests/dom0/enter.sh" true 2>&1
    $reason = $LASTEXITCODE ? "$reason" : $null
    # From which stage a file's blocks start: each from it, or the first from it and the others from where the one before ended.
    $files = @(
        @{ file = 'README.md'; stage = 'new'; each = $true }
        @{ file = 'docs/images.md'; stage = 'new'; each = $true }
        @{ file = 'docs/help/about_XenKube.md'; stage = 'ready'; each = $true }
        @{ file = 'docs/help/about_XenKube_Drives.md'; stage = 'ready'; each = $true }
        @{ file = 'docs/help/about_XenKube_Etcd.md'; stage = 'ready'; each = $false }
        @{ file = 'docs/help/about_XenKube_Guide.md'; stage = 'new'; each = $false }
    )
    $cases = foreach ($file in $files) {
        $isFirst = $true
        foreach ($block in Get-DocumentBlock "$Root/$($file.file)" | Where-Object { $_.Code -notmatch '^(dotnet|\./test\.sh)\b' }) {
            @{ name = $block.Name; code = $block.Code; language = $block.Code -match '^Import-Module' ? 'pwsh' : $block.Language; stage = $isFirst -or $file.each ? $file.stage : 'as before' }
            $isFirst = $false
        }
    }
}

Describe 'The code blocks of the documentation' -ForEach @{ cases = $cases; reason = $reason } {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        . $Root/tests/dom0/Blocks.ps1
        # The blocks are typed in a checkout; what they write there must not end up in the real one.
        $before = @'
            if (-not (Test-Path /storage/checkout)) {
                $null = New-Item -ItemType Directory /storage/checkout
                Get-ChildItem $Repository | ForEach-Object { $null = New-Item -ItemType SymbolicLink "/storage/checkout/$($_.Name)" -Target $_.FullName }
                Copy-Item /srv/mirror/coreos/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2* /storage/checkout
                $env:PATH = "$Repository/src/XenKube.Cli/bin/$((Split-Path $env:XENKUBE_MODULE).Split('/')[-2])/net10.0:$env:PATH"
            }
            if ('%MIRROR%' -eq 'True') { & "$Repository/tests/dom0/mirror.sh"; $null = Import-SigningKey /srv/mirror/keys.asc }
            if ((Get-Location).Path -notlike '/storage/xen/*') { Set-Location /storage/checkout }
'@
        $blocks = foreach ($case in $cases) { @{ Name = $case.name; Code = $case.code; Language = $case.language; Stage = $case.stage; Before = $before -replace '%MIRROR%', ($case.code -match 'Flatcar') } }
        $results = $reason ? $null : (Invoke-Dom0Block $blocks -Checks $Root/tests/dom0/document-checks.ps1)
    }

    It '<name>' -ForEach $cases {
        if ($reason) { Set-ItResult -Skipped -Because $reason }
        $result = $results[$name]
        $result.Errors | Should -BeNullOrEmpty -Because "$code`n$($result.Shown)"
        $result.Failure | Should -BeNullOrEmpty -Because "$code`n$($result.Shown)"
    }

    It 'Every block is checked for what it does' {
        if ($reason) { Set-ItResult -Skipped -Because $reason }
        $results.Values | Where-Object { -not $_.HasCheck } | ForEach-Object Name | Should -BeNullOrEmpty
    }
}

Describe 'The command lines of the documentation' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        # What PowerShell would say of each command without running it: parameters that do not exist or do not go together.
        function Get-WrongCommand([string] $Code) {
            $ast = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
            foreach ($command in $ast.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
                # A drive over a disk, which is not there, has parameters of its own; a line of a configuration is not a command.
                if ("$command" -match '\b(node-\d|n):/|^\w+ += ') { continue }
                if ($command.GetCommandName() -and (Get-Command $command.GetCommandName() -CommandType Cmdlet, Alias -ErrorAction Ignore)) {
                    $found = [Management.Automation.Language.StaticParameterBinder]::BindCommand($command, $true)
                    $found.BindingExceptions.Values | ForEach-Object { "${command}: $($_.BindingException.ErrorId)" }
                }
            }
        }
    }

    It 'of <name> can be bound' -ForEach @(
        "$PSScriptRoot/../../README.md", "$PSScriptRoot/../../docs/*.md", "$PSScriptRoot/../../docs/help/*.md" | Get-Item | ForEach-Object { @{ name = $_.Name; file = $_.FullName } }
    ) {
        # Also those that are not run, for which the block names no language.
        [regex]::Matches((Get-Content -Raw $file), '(?ms)^```(powershell|bash|)\n(.*?)^```$') | ForEach-Object { Get-WrongCommand $_.Groups[2].Value } | Should -BeNullOrEmpty
    }
    It 'of samples/<name> can be bound' -ForEach @(Get-Item "$PSScriptRoot/../../samples/*.ps1" | ForEach-Object { @{ name = $_.Name; file = $_.FullName } }) {
        Get-WrongCommand (Get-Content -Raw $file) | Should -BeNullOrEmpty
    }
    It 'would be found out if one were wrong' {
        Get-WrongCommand 'Get-Node -Nope; Invoke-Command -HostName xen-1 -ThrottleLimit 10 { Get-Node }' | Should -HaveCount 2
    }
}
