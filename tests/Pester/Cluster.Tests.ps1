BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Clusters' {
    BeforeEach { $dir = New-TestXenDir }
    AfterEach { Remove-TestXenDir }

    Context 'New-Cluster' {
        It 'takes names from the pipeline, and refuses each that exists with an error of its own' {
            $null = New-Cluster b
            $made = 'a', 'b', 'c' | New-Cluster -ErrorVariable errors -ErrorAction SilentlyContinue
            $made.Name | Should -Be a, c
            $errors.FullyQualifiedErrorId | Should -Be 'ClusterExists,XenKube.Commands.Clusters.NewClusterCommand'
            $errors[0].CategoryInfo.Category | Should -Be ResourceExists
        }
    }

    Context 'Get-Cluster' {
        BeforeEach { $null = 'web', 'etcd', 'db' | New-Cluster }

        It 'shows a table' {
            (Get-Cluster | Format-Table | Out-String) -split '\r?\n' -match '^etcd' | Should -Match "^etcd +0 +$dir/guests/etcd"
        }
        It 'completes names' {
            Get-Completion 'Get-Cluster ' | Should -Be db, etcd, web
            Get-Completion 'Get-Cluster e' | Should -Be etcd
        }
    }

    Context 'Remove-Cluster' {
        It 'removes directories and published configs' {
            New-Cluster etcd | Remove-Cluster -Confirm:$false
            "$dir/guests/etcd", "$dir/nginx/etcd" | Should -Not -Exist
        }
    }

    Context 'Enter-Cluster' {
        BeforeEach { $null = New-Cluster etcd; Set-Location $dir }

        It 'goes to the directory' {
            Enter-Cluster etcd
            $PWD.Path | Should -Be "$dir/guests/etcd"
        }
        It 'brings the functions of functions.ps1 into the scope of the caller' {
            Set-Content "$dir/guests/etcd/functions.ps1" 'function Get-Greeting { "hello from $PWD" }; $greeted = 1'
            function Invoke-InScope { xencd etcd; Get-Greeting; $greeted }
            Invoke-InScope | Should -Be "hello from $dir/guests/etcd", 1
            Get-Command Get-Greeting -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        It 'runs functions.ps1 of root and of the user''s own for a user who is not root' {
            Skip-Unless root, setpriv
            Set-Content "$dir/guests/etcd/functions.ps1" '"ran as $(id -u)"'
            chmod -R go+rX $dir
            # That user must be able to read the module and pwsh, which may be in root's home.
            $copy = "$dir/module"
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
        }
        It 'completes clusters' { Get-Completion 'xencd ' | Should -Be etcd }
    }
}
