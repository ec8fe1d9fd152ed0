BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'A node''s config is one thing for every cmdlet' {
    BeforeEach {
        $dir = New-TestCluster n -EmptyDisk
        Set-Location "$dir/guests/etcd"
        # Whether each cmdlet that transpiles a node's config takes it.
        function Get-Verdict {
            $ways = [ordered] @{
                Reset   = { Reset-Ignition etcd/n -Step Publish -ErrorAction Stop }
                Publish = { Publish-Ignition etcd/n -ErrorAction Stop }
                Piped   = { Get-Node etcd/n | Publish-Ignition -ErrorAction Stop }
                Compare = { Compare-Ignition etcd/n -ErrorAction Stop }
            }
            foreach ($way in $ways.Keys) {
                Remove-Item "$dir/nginx/etcd/n.json" -ErrorAction Ignore
                try { $null = & $ways[$way] 3>$null; "$way takes it" } catch { "$way says $($_.FullyQualifiedErrorId.Split(',')[0])" }
            }
        }
    }
    AfterEach { Remove-TestXenDir }

    It 'with a local file beside it: <name>' -ForEach @(
        @{ name = 'Butane'; config = "variant: flatcar`nversion: 1.1.0`nstorage:`n  files:`n    - path: /m`n      contents:`n        local: m.txt`n" }
        @{ name = 'Container Linux Config'; config = "storage:`n  files:`n    - path: /m`n      filesystem: root`n      contents:`n        local: m.txt`n" }
    ) {
        Set-Content "$dir/xenkube.json" '{ "transpilerRelease": "0.9.0" }'
        Set-Content n.ct $config
        Get-Verdict | Should -Be 'Reset says ConfigFailed', 'Publish says ConfigFailed', 'Piped says ConfigFailed', 'Compare says ConfigFailed'
        Set-Content m.txt hi
        Get-Verdict | Should -Be 'Reset takes it', 'Publish takes it', 'Piped takes it', 'Compare takes it'
        Publish-Ignition etcd/n | Should -Not -BeNullOrEmpty
        Compare-Ignition etcd/n | Should -BeNullOrEmpty
        (Test-Node etcd/n | Where-Object Name -eq ignition).Status | Should -Be Pass
    }
    It 'with the settings of its XENDIR' {
        Set-Content n.ct "systemd:`n  units:`n    - name: a.service`n      enabled: true`n      typo: 1"
        Get-Verdict | Should -Be 'Reset takes it', 'Publish takes it', 'Piped takes it', 'Compare takes it'
        Set-Content "$dir/xenkube.json" '{ "strict": true }'
        Get-Verdict | Should -Be 'Reset says ConfigFailed', 'Publish says ConfigFailed', 'Piped says ConfigFailed', 'Compare says ConfigFailed'
        { ConvertTo-Ignition n.ct -ErrorAction Stop -WarningAction SilentlyContinue } | Should -Throw -ErrorId 'ConfigFailed,*'
        ConvertTo-Ignition n.ct -Strict:$false -WarningAction SilentlyContinue | Should -Not -BeNullOrEmpty
        Set-Content "$dir/xenkube.json" '{ "platform": "nowhere" }'
        Get-Verdict | Should -Be 'Reset says ConfigFailed', 'Publish says ConfigFailed', 'Piped says ConfigFailed', 'Compare says ConfigFailed'
    }
    It 'refuses a template that is not UTF-8, whichever cmdlet expands it, and writes nothing: <file>' -ForEach @{ file = 'n.ct.tmpl' }, @{ file = 'part' } {
        Remove-Item n.ct
        Set-Content n.ct.tmpl "storage:`n  files:`n    - path: /m`n      filesystem: root`n      contents:`n        inline: |`n          |###part"
        Set-Content part text
        [IO.File]::WriteAllBytes("$PWD/$file", [IO.File]::ReadAllBytes("$PWD/$file") + [byte[]] (0x23, 0xfc, 0x0a))
        { Expand-IgnitionTemplate n.ct.tmpl -ErrorAction Stop } | Should -Throw -ErrorId '*NotUtf8,*'
        { Reset-Ignition etcd/n -Step Template, Publish -ErrorAction Stop } | Should -Throw -ErrorId '*NotUtf8,*'
        { Reset-Ignition etcd/n -Step Template, Publish -Force -ErrorAction Stop } | Should -Throw -ErrorId '*NotUtf8,*'
        'n.ct', "$dir/nginx/etcd/n.json" | Should -Not -Exist
    }
    It 'fills in the values of now' {
        Set-Content hosts '00:16:3e:4e:31:11,192.168.100.11'
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$PWD/hosts" } | ConvertTo-Json)
        Set-Content n.ct.tmpl "# `${Node.IPAddress}`npasswd: {}"
        # A result of the same moment as its template could be older than a change of it, and is made again.
        (Get-Item n.ct.tmpl).LastWriteTime = (Get-Date).AddMinutes(-1)
        (Expand-IgnitionTemplate n.ct.tmpl -Force).Written | Should -BeTrue
        (Expand-IgnitionTemplate n.ct.tmpl).Written | Should -BeFalse
        Set-Content hosts '00:16:3e:4e:31:11,192.168.100.77'
        (Expand-IgnitionTemplate n.ct.tmpl).Written | Should -BeTrue
        (Get-Content n.ct)[0] | Should -Be '# 192.168.100.77'
        Set-Content hosts '00:16:3e:4e:31:11,192.168.100.78'
        $null = Reset-Ignition etcd/n -Step Template
        (Get-Content n.ct)[0] | Should -Be '# 192.168.100.78'
        Set-Content n.ct "# 192.168.100.1`npasswd: {users: []}"
        (Get-Item n.ct).LastWriteTime = (Get-Date).AddMinutes(1)
        (Expand-IgnitionTemplate n.ct.tmpl).Written | Should -BeFalse -Because 'it was edited by hand'
    }
    It 'takes in a file whose name has a variable' {
        $null = New-Item -ItemType Directory certs
        Set-Content certs/n.pem CERT
        Set-Content n.ct.tmpl "storage:`n  files:`n    - path: /c`n      filesystem: root`n      contents:`n        inline: |`n          |###certs/`${Node.Name}.pem"
        (Expand-IgnitionTemplate n.ct.tmpl -Force).Includes | Should -Be "$PWD/certs/n.pem"
        Get-Content -Raw n.ct | Should -Match 'CERT'
    }
    It 'goes over what is broken where it is published: <broken>' -ForEach @(
        @{ broken = '' }, @{ broken = '{"ignition":{"ver' }, @{ broken = "$([char] 0xfeff){`"ignition`":{`"version`":`"2.1.0`"}}" }, @{ broken = '[1]' }
    ) {
        [IO.File]::WriteAllText("$dir/nginx/etcd/n.json", $broken)
        $changes = Compare-Ignition etcd/n -WarningVariable warnings -WarningAction SilentlyContinue
        $changes | Should -Not -BeNullOrEmpty
        $warnings | Should -BeLike '*not an Ignition config*'
        Publish-Ignition etcd/n -WhatIf
        Get-Content -Raw "$dir/nginx/etcd/n.json" | Should -BeExactly ($broken ? $broken : $null)
        (Publish-Ignition etcd/n).Changed | Should -BeTrue
        Compare-Ignition etcd/n -WarningVariable warnings | Should -BeNullOrEmpty
        $warnings | Should -BeNullOrEmpty
    }
}

Describe 'Waiting for another XenKube' {
    BeforeEach {
        $dir = New-TestCluster n -EmptyDisk
        Set-Content "$dir/xenkube.json" '{ "reservationsFile": "hosts" }'
        Set-Content "$dir/hosts" '00:16:3e:4e:31:11,192.168.100.11', '00:16:3e:4e:31:12,192.168.100.12'
        Set-Location "$dir/guests/etcd"
        Copy-Item n.ct m.ct
        # Another process holds the lock until this one ends it.
        $holder = Start-Process flock "$dir/.xenkube.lock", sleep, 600 -PassThru
        while (-not (Test-Path "$dir/.xenkube.lock") -or (flock -n "$dir/.xenkube.lock" true && $true)) { Start-Sleep -Milliseconds 20 }
        $env:XENKUBE_LOCK_WAIT = 1
    }
    AfterEach {
        $env:XENKUBE_LOCK_WAIT = $null
        pkill -P $holder.Id
        $holder.WaitForExit()
        Remove-TestXenDir
    }

    It 'is said by <name>' -ForEach @(
        @{ name = 'New-Cluster'; command = { New-Cluster kube } }
        @{ name = 'Remove-Cluster'; command = { Remove-Cluster etcd -Force -Confirm:$false } }
        @{ name = 'New-Node'; command = { New-Node etcd/o -SkipVerification } }
        @{ name = 'Remove-Node'; command = { Remove-Node etcd/n -Confirm:$false } }
        @{ name = 'Reset-Ignition'; command = { Reset-Ignition etcd/n -Step Publish } }
        @{ name = 'Reset-Ignition, a node from the pipeline'; command = { Get-Node etcd/n | Reset-Ignition -Step Publish } }
        @{ name = 'Publish-Ignition'; command = { Publish-Ignition etcd/n } }
        @{ name = 'Publish-Ignition, a node from the pipeline'; command = { Get-Node etcd/n | Publish-Ignition } }
        @{ name = 'Publish-Ignition, a config from the pipeline'; command = { ConvertTo-Ignition n.ct | Publish-Ignition } }
        @{ name = 'Unpublish-Ignition'; command = { $null = New-Item -Force "$dir/nginx/etcd/n.json"; Unpublish-Ignition etcd/n -Force } }
        @{ name = 'New-XenGuest'; command = { New-XenGuest etcd/m } }
        @{ name = 'Remove-XenGuest'; command = { Remove-XenGuest etcd/n -Confirm:$false } }
        @{ name = 'Initialize-XenKubeHost'; command = { Initialize-XenKubeHost directories -NoActivate -Confirm:$false -BackupDirectory "$dir/backup" } }
    ) {
        if ($name -eq 'Initialize-XenKubeHost') { Remove-Item "$dir/images" -Recurse }
        $said = & { try { & $command } catch { $_ } } 3>&1
        ($said | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).FullyQualifiedErrorId | Should -BeLike 'XenDirLocked,*'
        $said | Where-Object { "$_" -like 'waiting for another XenKube*' } | Should -HaveCount 1
    }
}
