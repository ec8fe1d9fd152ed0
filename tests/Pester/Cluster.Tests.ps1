BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Clusters' {
    BeforeEach { $dir = New-TestXenDir }
    AfterEach { Remove-TestXenDir }

    Context 'New-Cluster' {
        It 'makes the directories and returns the cluster' {
            $cluster = New-Cluster etcd
            $cluster | Should -BeOfType XenKube.Clusters.Cluster
            $cluster.Name | Should -Be etcd
            "$dir/guests/etcd", "$dir/nginx/etcd" | Should -Exist
        }
        It 'takes names from the pipeline, and refuses each that exists with an error of its own' {
            $null = New-Cluster b
            $made = 'a', 'b', 'c' | New-Cluster -ErrorVariable errors -ErrorAction SilentlyContinue
            $made.Name | Should -Be a, c
            $errors.FullyQualifiedErrorId | Should -Be 'ClusterExists,XenKube.Commands.Clusters.NewClusterCommand'
            $errors[0].CategoryInfo.Category | Should -Be ResourceExists
        }
        It 'takes one that exists as it is with -Force' {
            $first = New-Cluster etcd
            New-Cluster etcd -Force | Should -Be $first
        }
        It 'changes nothing with -WhatIf, and says what it would do' {
            $said = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; New-Cluster web -WhatIf"
            $said | Should -BeLike "What if: Create the cluster web in $dir/guests*"
            "$dir/guests/web" | Should -Not -Exist
        }
        It 'refuses the name <_>' -ForEach '../up', '-x', 'a b', "a`nb", ('x' * 64) {
            { New-Cluster $_ -ErrorAction Stop } | Should -Throw -ErrorId 'NameInvalid,*'
            Get-ChildItem "$dir/guests" | Should -BeNullOrEmpty
        }
        It 'ends with one clear error without a XENDIR' {
            $env:XENDIR = $null
            $record = { New-Cluster etcd } | Should -Throw -ErrorId 'XenDirNotSet,*' -PassThru
            $record.ErrorDetails.RecommendedAction | Should -BeLike '*XENDIR*'
            $env:XENDIR = $dir
        }
        It 'takes -XenDir relative to the current location' {
            Set-Location (Split-Path $dir)
            $env:XENDIR = $null
            (New-Cluster etcd -XenDir (Split-Path -Leaf $dir)).XenDir | Should -Be $dir
            $env:XENDIR = $dir
        }
    }

    Context 'Get-Cluster' {
        BeforeEach { $null = 'web', 'etcd', 'db' | New-Cluster }

        It 'lists all in the order of their names' { (Get-Cluster).Name | Should -Be db, etcd, web }
        It 'takes patterns' { (Get-Cluster [dw]*, e*).Name | Should -Be db, web, etcd; (Get-Cluster *e?).Name | Should -Be web }
        It 'says nothing for a pattern without a match' { Get-Cluster x* | Should -BeNullOrEmpty }
        It 'reports a name that does not exist, and takes the next' {
            $found = Get-Cluster nope, web -ErrorVariable errors -ErrorAction SilentlyContinue
            $found.Name | Should -Be web
            $errors[0].FullyQualifiedErrorId | Should -BeLike 'ClusterNotFound,*'
            $errors[0].CategoryInfo.Category | Should -Be ObjectNotFound
            $errors[0].TargetObject | Should -Be nope
        }
        It 'counts nodes' {
            Set-Content "$dir/guests/web/node-1.ct" ''
            Set-Content "$dir/guests/web/node-1.cfg" ''
            Set-Content "$dir/guests/web/node-2.ct.tmpl" ''
            (Get-Cluster web).NodeCount | Should -Be 2
        }
        It 'shows a table' {
            (Get-Cluster | Format-Table | Out-String) -split '\r?\n' -match '^etcd' | Should -Match "^etcd +0 +$dir/guests/etcd"
        }
        It 'completes names' {
            Get-Completion 'Get-Cluster ' | Should -Be db, etcd, web
            Get-Completion 'Get-Cluster e' | Should -Be etcd
        }
    }

    Context 'Remove-Cluster' {
        It 'has ConfirmImpact High' {
            [XenKube.Commands.Clusters.RemoveClusterCommand].GetCustomAttributes($true).Where({ $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be High
        }
        It 'removes directories and published configs' {
            New-Cluster etcd | Remove-Cluster -Confirm:$false
            "$dir/guests/etcd", "$dir/nginx/etcd" | Should -Not -Exist
        }
        It 'refuses one that is not empty, unless forced' {
            $null = New-Cluster etcd
            Set-Content "$dir/guests/etcd/notes.txt" mine
            { Remove-Cluster etcd -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'ClusterNotEmpty,*'
            "$dir/guests/etcd/notes.txt" | Should -Exist
            Remove-Cluster etcd -Force -Confirm:$false
            "$dir/guests/etcd" | Should -Not -Exist
        }
        It 'changes nothing with -WhatIf' {
            $null = New-Cluster etcd
            Remove-Cluster etcd -WhatIf
            "$dir/guests/etcd" | Should -Exist
        }
    }

    Context 'Enter-Cluster' {
        BeforeEach { $null = New-Cluster etcd; Set-Location $dir }

        It 'goes to the directory' {
            Enter-Cluster etcd
            $PWD.Path | Should -Be "$dir/guests/etcd"
        }
        It 'is xencd, and refuses a cluster that does not exist' {
            { xencd nope -ErrorAction Stop } | Should -Throw -ErrorId 'ClusterNotFound,*'
            $PWD.Path | Should -Be $dir
        }
        It 'brings the functions of functions.ps1 into the scope of the caller' {
            Set-Content "$dir/guests/etcd/functions.ps1" 'function Get-Greeting { "hello from $PWD" }; $greeted = 1'
            function Invoke-InScope { xencd etcd; Get-Greeting; $greeted }
            Invoke-InScope | Should -Be "hello from $dir/guests/etcd", 1
            Get-Command Get-Greeting -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        It 'does not run functions.ps1 that <who> may write' -ForEach @{ who = 'others'; mode = '646' }, @{ who = 'the group'; mode = '664' } {
            Set-Content "$dir/guests/etcd/functions.ps1" '$script:Ran = $true'
            chmod $mode "$dir/guests/etcd/functions.ps1"
            xencd etcd -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike '*functions.ps1 is not run: others may write*'
            Get-Variable Ran -Scope Script -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        It 'does not run functions.ps1 in a directory that others may write' {
            Set-Content "$dir/guests/etcd/functions.ps1" ''
            chmod 777 "$dir/guests/etcd"
            xencd etcd -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike '*others may write*'
        }
        It 'does not run functions.ps1 of another user' {
            Skip-Unless root
            Set-Content "$dir/guests/etcd/functions.ps1" ''
            chown 12345 "$dir/guests/etcd/functions.ps1"
            xencd etcd -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike '*belongs to user 12345*'
        }
        It 'does not run functions.ps1 in a directory of another user, nor behind a link to one' {
            Skip-Unless root
            Set-Content "$dir/guests/etcd/functions.ps1" '$script:Ran = $true'
            chown 12345 "$dir/guests/etcd"
            xencd etcd -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike '*belongs to user 12345*'
            chown 0 "$dir/guests/etcd"
            $null = New-Item -ItemType Directory "$dir/theirs"
            Move-Item "$dir/guests/etcd/functions.ps1" "$dir/theirs"
            chown -R 12345 "$dir/theirs"
            $null = New-Item -ItemType SymbolicLink "$dir/guests/etcd/functions.ps1" -Target "$dir/theirs/functions.ps1"
            xencd etcd -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -BeLike '*belongs to user 12345*'
            Get-Variable Ran -Scope Script -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        It 'runs functions.ps1 of root and of the user''s own for a user who is not root' {
            Skip-Unless root, setpriv
            Set-Content "$dir/guests/etcd/functions.ps1" '"ran as $(id -u)"'
            chmod -R go+rX $dir
            # That user must be able to read the module and pwsh, which may be in root's home.
            $copy = "$([IO.Path]::GetTempPath())/xenkube-module-$PID"
            Copy-Item -Recurse (Split-Path $env:XENKUBE_MODULE) $copy
            chmod -R go+rX $copy
            cp -r --preserve=mode $PSHOME "$copy/pwsh"
            chmod -R go+rX "$copy/pwsh"
            $run = { setpriv --reuid 12345 --regid 12345 --clear-groups env HOME=$dir "XENDIR=$dir" dotnet "$copy/pwsh/pwsh.dll" -NoProfile -Command "Import-Module '$copy/XenKube.psd1'; xencd etcd 3>&1" }
            & $run | Should -Contain 'ran as 12345' -Because 'root may be trusted'
            chown 12345 "$dir/guests/etcd/functions.ps1" "$dir/guests/etcd"
            & $run | Should -Contain 'ran as 12345' -Because 'it is their own'
            chown 54321 "$dir/guests/etcd/functions.ps1"
            "$(& $run)" | Should -BeLike '*belongs to user 54321*'
            Remove-Item $copy -Recurse
        }
        It 'leaves functions.ps1 alone with -NoFunctions' {
            Set-Content "$dir/guests/etcd/functions.ps1" 'throw'
            (Enter-Cluster etcd -NoFunctions -PassThru).Name | Should -Be etcd
        }
        It 'completes clusters' { Get-Completion 'xencd ' | Should -Be etcd }
    }
}
