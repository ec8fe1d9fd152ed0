# Ctrl+C, as the host makes it of the key: Stop of the pipeline. How long it takes until everything has ended is printed, not asserted.
Describe 'Ctrl+C' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster -Node @()
        Set-Location $dir
        $times = [ordered]@{}
        # Runs a script in a runspace of its own, stops it when its progress says that it is at work, and returns the shell.
        function Stop-AtWork([string] $Name, [string] $Script, [scriptblock] $When) {
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Set-Location '$PWD'; Import-Module '$env:XENKUBE_MODULE'; $Script")
            $running = $shell.BeginInvoke()
            # A refresh is so quick that a busy machine may stop it too late.
            while (-not $running.IsCompleted -and -not (& $When $shell)) { Start-Sleep -Milliseconds 1 }
            if ($Name -ne 'refresh') { $running.IsCompleted | Should -BeFalse -Because 'it has to be at work when it is stopped' }
            $time = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $times[$Name] = $time.Elapsed.TotalMilliseconds
            try { $null = $shell.EndInvoke($running) } catch [System.Management.Automation.PipelineStoppedException] { $null = $_ }
            $shell.InvocationStateInfo.State | Should -BeIn Stopped, $(if ($Name -eq 'refresh') { 'Completed' })
            $shell.Dispose()
        }
        # Big enough to be stopped in the middle: noise is what takes longest, many times over as a file of many streams.
        $image = "$dir/images/big-1.0.bin.bz2"
        bash -c "head -c 4000000 /dev/urandom | bzip2 -1 > $dir/noise; for i in {1..60}; do cat $dir/noise; done > $image; rm $dir/noise"
    }
    AfterAll {
        Write-Host "    Ctrl+C until all has ended: $(($times.GetEnumerator() | ForEach-Object { '{0} {1:0} ms' -f $_.Key, $_.Value }) -join ', ')"
        Remove-TestXenDir
    }

    It 'ends a pour, and leaves no disk and no temporary file' {
        $before = (Get-ChildItem $dir -Recurse -Force -File).FullName | Where-Object { $_ -notlike '*/.xenkube.lock' }
        Stop-AtWork 'pour' "New-Node etcd node-1, node-2 -Image '$image' -SkipVerification -WarningAction SilentlyContinue" { param($shell) @($shell.Streams.Progress | Where-Object PercentComplete -GT 0).Count -gt 2 }
        (Get-ChildItem $dir -Recurse -Force -File).FullName | Where-Object { $_ -notlike '*/.xenkube.lock' } | Should -Be $before
    }
    It 'ends a check of a signature' {
        Copy-Item "$dir/images/coreos-1520.9.0.bin.bz2.sig" "$image.sig"
        truncate --size 8G $dir/images/long
        Copy-Item "$image.sig" "$dir/images/long.sig"
        Stop-AtWork 'verify' "Test-ImageSignature -LiteralPath '$dir/images/long'" { param($shell) $shell.Streams.Progress.Count -gt 0 }
        Remove-Item "$image.sig", "$dir/images/long*"
    }
    It 'ends a download, keeps what came for the next time, and makes no image of it' {
        $mirror = "$dir/mirror/amd64-usr/9.9.9"
        $null = New-Item -ItemType Directory $mirror
        Move-Item $image "$mirror/coreos_production_xen_image.bin.bz2"
        Copy-Item "$Release.sig" "$mirror/coreos_production_xen_image.bin.bz2.sig"
        # A server that hands out a little at a time.
        $port = Get-FreePort
        $server = Start-Process python3 -PassThru -RedirectStandardError "$dir/server.log" -ArgumentList '-c', @"
"import http.server,time,os
class H(http.server.SimpleHTTPRequestHandler):
    def copyfile(self, s, o):
        while (b := s.read(65536)):
            o.write(b); time.sleep(0.02)
http.server.ThreadingHTTPServer(('127.0.0.1', $port), lambda *a: H(*a, directory='$dir/mirror')).serve_forever()"
"@
        try {
            1..100 | ForEach-Object { if (-not (curl -s "http://127.0.0.1:$port/")) { Start-Sleep -Milliseconds 50 } }
            Stop-AtWork 'download' "`$env:XENDIR = '$dir'; Get-CoreOSImage 9.9.9 -BaseUri http://127.0.0.1:$port" { param($shell) @($shell.Streams.Progress | Where-Object PercentComplete -GT 0).Count -gt 2 }
        }
        finally { $server.Kill($true) }
        Get-ChildItem "$dir/images" -Filter '*9.9.9*.bin.bz2' | Should -BeNullOrEmpty
        Get-ChildItem "$dir/images" -Filter '*9.9.9*.sig' | Should -BeNullOrEmpty
        Remove-Item "$dir/images/*.part*"
    }
    It 'ends a refresh of many between two nodes: each is as before, or as after' {
        $base = "$dir/guests/etcd/n-001.img"
        Copy-SampleDisk $base
        2..40 | ForEach-Object { cp --sparse=always --reflink=auto $base ('{0}/guests/etcd/n-{1:000}.img' -f $dir, $_) }
        1..40 | ForEach-Object { Set-Content ('{0}/guests/etcd/n-{1:000}.ct' -f $dir, $_) $GuideConfig }
        Stop-AtWork 'refresh' 'Reset-Ignition etcd -ThrottleLimit 1' { param($shell) @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'Resetting Ignition' }).Count -gt 0 }
        Get-ChildItem $dir -Recurse -Force -File | Where-Object Name -Match '\.(tmp|new|part)|^\.(?!xenkube\.lock)' | Should -BeNullOrEmpty
        $start = (parted -sm $base unit b print | Select-String '^6:(\d+)B').Matches[0].Groups[1].Value
        $done = 0
        foreach ($disk in Get-ChildItem "$dir/guests/etcd/*.img") {
            $json = "$dir/nginx/etcd/$($disk.BaseName).json"
            $isSet = [bool](Get-OemGrubConfig -LiteralPath $disk.FullName).ConfigUri
            $isSet | Should -Be (Test-Path $json) -Because "$($disk.Name) is whole"
            $done += $isSet
        }
        # Of one disk of each kind, the file system is looked at from outside.
        foreach ($disk in $base, "$dir/guests/etcd/n-040.img") {
            $null = e2fsck -fn "$disk`?offset=$start" 2>&1
            $LASTEXITCODE | Should -Be 0 -Because $disk
        }
        Write-Host "    The refresh of 40 nodes was stopped after $done."
        Get-Node etcd | Reset-Ignition | Should -HaveCount 40
    }
    It 'ends a wait for guests' {
        New-TestXen
        Set-Content "$dir/guests/etcd/w.cfg" "name = `"etcd-w`"`nmemory = 512`nvif = [ 'mac=00:16:3e:4e:31:77,bridge=virbr1' ]`ndisk = [ '$dir/guests/etcd/n-001.img,raw,xvda' ]"
        Stop-AtWork 'wait' 'Wait-XenGuest etcd/w -For Running -Timeout 600' { param($shell) $shell.Streams.Progress.Count -gt 0 }
        $env:XENKUBE_XL = $null
    }
}

Describe 'Progress' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        Set-Location $dir
        $null = New-Item -ItemType Directory "$dir/mirror/amd64-usr/1520.9.0"
        Copy-Item $Release, "$Release.sig" "$dir/mirror/amd64-usr/1520.9.0"
        function Get-Progress([string] $Script) {
            $shell = [powershell]::Create()
            $null = $shell.AddScript("Set-Location '$PWD'; Import-Module '$env:XENKUBE_MODULE'; $Script").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $shell.Streams.Progress
        }
    }
    AfterAll { Remove-TestXenDir }

    It 'of <what> is nested, and taken away at the end' -ForEach @(
        @{ what = 'a download'; script = 'Remove-Item images/*; Get-CoreOSImage 1520.9.0 -BaseUri ./mirror'; whole = 'Getting 1520.9.0'; steps = 'Downloading*', 'Verifying*' }
        @{ what = 'a check'; script = 'Test-ImageSignature 1520.9.0'; whole = 'Checking the signature of *'; steps = @('Verifying*') }
        @{ what = 'a pour'; script = 'New-Node etcd node-8, node-9 -Image 1520.9.0'; whole = 'Making etcd/node-8, etcd/node-9'; steps = 'Verifying*', 'Expanding*' }
        @{ what = 'a refresh of several'; script = 'Reset-Ignition etcd node-1, node-2 -ThrottleLimit 1'; whole = 'Resetting the Ignition of 2 nodes'; steps = 'Checking inputs', 'Resetting Ignition' }
    ) {
        $records = Get-Progress $script
        $parent = @($records | Where-Object ParentActivityId -LT 0)
        $children = @($records | Where-Object ParentActivityId -GE 0)
        $parent[0].Activity | Should -BeLike $whole
        foreach ($step in $steps) { $children.Activity | Where-Object { $_ -like $step } | Should -Not -BeNullOrEmpty -Because $step }
        $children.ParentActivityId | Sort-Object -Unique | Should -Be $parent[0].ActivityId
        $records | Where-Object SecondsRemaining -GE 0 | Should -Not -BeNullOrEmpty
        # Each that was begun is completed.
        foreach ($group in $records | Group-Object ActivityId) { $group.Group[-1].RecordType | Should -Be Completed }
    }
    It 'costs nothing where it is not wanted' {
        $ProgressPreference = 'SilentlyContinue'
        Test-ImageSignature 1520.9.0 | Should -BeTrue
    }
}

Describe '-Verbose and -Debug' {
    BeforeAll { . $PSScriptRoot/Support.ps1; $dir = New-TestCluster node-1; New-TestXen; Set-Location $dir }
    AfterAll { Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'say what is done to which file' {
        $said = Set-OemGrubConfig etcd node-1 -Verbose 4>&1 | Out-String
        $said | Should -Match ([regex]::Escape("$dir/guests/etcd/node-1.img"))
        $said | Should -Match 'grub.cfg set to:set linux_append='
    }
    It 'say which programs were run, how they ended, and where XENDIR is from' {
        $said = (Get-XenGuest etcd -Debug 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }).Message
        $said | Should -Contain "XENDIR is $dir, from the environment"
        $said -match 'stand-in-xl.sh list -l: exit code 0 after \d+ ms' | Should -Not -BeNullOrEmpty
        $said -match '^Get-XenGuest .*: [\d.]+ ms$' | Should -Not -BeNullOrEmpty
    }
    It 'say of an error where it came from' {
        $said = Get-Node etcd nobody -Debug -ErrorAction SilentlyContinue 5>&1 | Out-String
        $said | Should -Match 'at XenKube\.Clusters\.NodeStore\.List'
    }
    It 'keep to their own command' {
        $said = Get-Node etcd -Debug 5>$null | Start-XenGuest 5>&1 | Out-String
        $said | Should -Not -Match 'create'
        Stop-XenGuest etcd -Force
    }
}
