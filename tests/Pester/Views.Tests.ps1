# Every view of every type that a cmdlet returns, as text, compared with the files of views/. What differs from run to run is
# replaced by a word. XENKUBE_WRITE_VIEWS=1 writes the files anew, to be read before they are committed.
BeforeDiscovery {
    if (-not $env:XENKUBE_MODULE) { $env:XENKUBE_MODULE = "$PSScriptRoot/../../artifacts/Release/XenKube/XenKube.psd1" }
    Import-Module $env:XENKUBE_MODULE
    $plain = 'System.Void', 'System.Boolean', 'System.String'
    $returned = Get-Command -Module XenKube -CommandType Cmdlet | ForEach-Object { $_.OutputType.Name } | Where-Object { $_ -notin $plain } | Sort-Object -Unique | ForEach-Object { @{ type = $_ } }
    # With exact, the text is compared to the blank; elsewhere paths, times and numbers make the columns wider or narrower.
    $objects = @(
        @{ name = 'Cluster'; exact = $false; make = { Get-Cluster }; views = 'Table', 'List', 'Wide' }
        @{ name = 'Node'; exact = $false; make = { Get-Node etcd }; views = 'Table', 'List', 'Wide' }
        @{ name = 'DiskPartition'; exact = $true; make = { Get-DiskPartition etcd/node-1 }; views = 'Table', 'List', 'Wide' }
        @{ name = 'DiskPartition-Exact'; exact = $true; make = { Get-DiskPartition etcd/node-1 -Exact }; views = 'Table', 'List' }
        @{ name = 'OemGrubConfig'; exact = $false; make = { Set-OemGrubConfig etcd node-1 -PassThru }; views = 'Table', 'List' }
        @{ name = 'SigningKey'; exact = $true; make = { Get-SigningKey }; views = 'Table', 'List', 'Wide' }
        @{ name = 'SigningSubkey'; exact = $true; make = { (Get-SigningKey).Subkeys }; views = 'Table', 'List' }
        @{ name = 'KnownKey'; exact = $true; make = { Get-SigningKey -Known }; views = 'Table', 'List' }
        @{ name = 'CoreOSImage'; exact = $false; make = { Get-CoreOSImage }; views = 'Table', 'List', 'Wide' }
        @{ name = 'ImageRelease'; exact = $false; make = { Find-CoreOSImage 1520.9.0 -BaseUri "$Assets/release" }; views = 'Table', 'List', 'Wide' }
        @{ name = 'ImageSignature'; exact = $false; make = { Test-ImageSignature 1520.9.0 -Detailed }; views = 'Custom', 'Table', 'List' }
        @{ name = 'XenGuest'; exact = $false; make = { Get-XenGuest etcd }; views = 'Table', 'List', 'Wide' }
        @{ name = 'IgnitionConfig'; exact = $false; make = { ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue }; views = 'Custom', 'Table', 'List' }
        @{ name = 'IgnitionFile'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Files }; views = 'Table', 'List' }
        @{ name = 'IgnitionDirectory'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Directories }; views = 'Table', 'List' }
        @{ name = 'IgnitionLink'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Links }; views = 'Table', 'List' }
        @{ name = 'IgnitionUnit'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Units }; views = 'Table', 'List' }
        @{ name = 'IgnitionUser'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Users }; views = 'Table', 'List' }
        @{ name = 'ReportEntry'; exact = $true; make = { (ConvertTo-Ignition ../../full.ct -WarningAction SilentlyContinue).Warnings }; views = 'Table', 'List' }
        @{ name = 'IgnitionValidation'; exact = $true; make = { '{"ignition":{"version":"2.1.0"},"storage":{"files":[{"path":"relative"}]}}' | Test-Ignition -Detailed }; views = 'Table', 'List' }
        @{ name = 'PublishedIgnition'; exact = $false; make = { Unpublish-Ignition etcd -Force -ErrorAction Ignore; Publish-Ignition etcd; Publish-Ignition etcd node-1 }; views = 'Table', 'List' }
        @{ name = 'IgnitionTemplateResult'; exact = $false; make = { Expand-IgnitionTemplate ../../t.ct.tmpl -Force }; views = 'Table', 'List' }
        @{ name = 'IgnitionChange'; exact = $true; make = { Unpublish-Ignition etcd -Force -ErrorAction Ignore; Compare-Ignition etcd node-1 }; views = 'Custom', 'Table', 'List' }
        @{ name = 'IgnitionDecompilation'; exact = $true; make = { ConvertTo-Ignition node-1.ct | ConvertFrom-Ignition }; views = 'Custom', 'Table', 'List' }
        @{ name = 'IgnitionReset'; exact = $false; make = { Reset-Ignition etcd node-1 }; views = 'Table', 'List' }
        @{ name = 'IgnitionResetStepResult'; exact = $false; make = { (Reset-Ignition etcd node-1).Steps }; views = 'Table', 'List' }
        @{ name = 'DhcpReservation'; exact = $true; make = { Get-DhcpReservation }; views = 'Table', 'List', 'Wide' }
        @{ name = 'FirewallRule'; exact = $true; make = { Get-FirewallRule -Path "$dir/rules.v4" }; views = 'Table', 'List' }
        @{ name = 'FirewallForwardRule'; exact = $true; make = { Get-FirewallForward -Path "$dir/forwards.v4" }; views = 'Table', 'List' }
        @{ name = 'IgnitionServer'; exact = $false; make = { Start-IgnitionServer 127.0.0.1 0 }; views = 'Table', 'List' }
        @{ name = 'IgnitionEndpointResult'; exact = $false; make = { $null = Publish-Ignition etcd node-1; $uri = "$((Start-IgnitionServer 127.0.0.1 0).Uri)etcd/node-"; Test-IgnitionEndpoint etcd node-1 -Uri "${uri}1.json" -Detailed; Test-IgnitionEndpoint etcd node-1 -Uri "${uri}9.json" -Detailed }; views = 'Table', 'List' }
        @{ name = 'IgnitionRequest'; exact = $false; make = { $null = Publish-Ignition etcd node-1; $uri = (Start-IgnitionServer 127.0.0.1 0).Uri; curl -s -A curl "${uri}etcd/node-1.json" "${uri}etcd/node-9.json" > /dev/null; Get-IgnitionRequest }; views = 'Table', 'List', 'Wide' }
        @{ name = 'NginxSite'; exact = $false; make = { $path = $env:PATH; $env:PATH = "$dir/bin:$path"; try { Install-IgnitionSite -ConfigDirectory "$dir/nginx-etc" -MainConfiguration "$dir/nginx-etc/nginx.conf" -BackupDirectory "$dir/backups" -NoReload -PassThru } finally { $env:PATH = $path } }; views = 'Table', 'List' }
        @{ name = 'TimeServer'; exact = $false; make = { Set-TimeServer -Path "$dir/ntp.conf" -BackupDirectory "$dir/backups" -PassThru }; views = 'Table', 'List' }
        @{ name = 'HostStepResult'; exact = $false; make = { Initialize-XenKubeHost -Step reservations -NoActivate -BackupDirectory "$dir/backups" }; views = 'Table', 'List' }
        @{ name = 'BackupSet'; exact = $false; make = { Initialize-XenKubeHost -Undo reservations -NoActivate -BackupDirectory "$dir/backups" }; views = 'Table', 'List' }
        @{ name = 'XenSetting'; exact = $false; make = { Get-XenKubeSetting memory, bridge, includeDirectories }; views = 'Table', 'List' }
        @{ name = 'CheckResult'; exact = $false; make = { Test-Node etcd node-1 | Where-Object Name -In 'partitions', 'kernel', 'url', 'machine-id' }; views = 'Table', 'List', 'Wide' }
        @{ name = 'CertificateAuthority'; exact = $false; make = { Get-CertificateAuthority etcd }; views = 'Table', 'List' }
        @{ name = 'ClusterCertificate'; exact = $false; make = { Get-ClusterCertificate etcd node-2 }; views = 'Table', 'List' }
        @{ name = 'KubeConfig'; exact = $false; make = { New-KubeConfig etcd "$dir/kubeconfig" -Server https://192.168.100.10:8443 }; views = 'Table', 'List' }
        @{ name = 'EtcdCluster'; exact = $false; make = { Get-EtcdCluster etcd }; views = 'Table', 'List' }
        @{ name = 'EtcdMember'; exact = $false; make = { Get-EtcdMember etcd -Offline }; views = 'Table', 'List' }
        @{ name = 'CertificateDelivery'; exact = $false; make = { Publish-ClusterCertificate etcd node-1 }; views = 'Table', 'List' }
        @{ name = 'NodeDiskDrive'; exact = $false; make = { Mount-NodeDisk etcd node-1 }; views = 'Table', 'List', 'Wide' }
        @{ name = 'NodeDiskItem'; exact = $false; make = { $null = Mount-NodeDisk etcd node-1; Get-ChildItem node-1:/OEM, node-1:/ROOT | Where-Object Name -NotIn 'etc', 'grub.cfg' }; views = 'Table', 'List', 'Wide' }
    )
}

Describe 'Views' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $dir = New-TestCluster node-1, node-2
        New-TestXen
        Set-Location "$dir/guests/etcd"
        Set-Content "$dir/xenkube.json" (@{ reservationsFile = "$dir/hostsfile" } | ConvertTo-Json)
        Set-Content "$dir/ntp.conf" "driftfile /var/lib/ntp/ntp.drift`n#broadcast 192.168.123.255"
        Set-Content "$dir/hostsfile" "# guests`n00:16:3e:4e:31:11,192.168.100.11,first`n00:16:3e:4e:31:12,192.168.100.12"
        Set-Content "$dir/forwards.v4" "*nat`n:PREROUTING ACCEPT [0:0]`n-A PREROUTING -p tcp -m tcp --dport 31000:31999 -j DNAT --to-destination 192.168.100.10`n-A PREROUTING -d 192.168.1.45/32 -p tcp -m tcp --dport 8012 -j DNAT --to-destination 192.168.100.12:22`nCOMMIT`n*filter`n:FORWARD DROP [0:0]`n-A FORWARD -d 192.168.100.10/32 -j ACCEPT`n-A FORWARD -i virbr1 -j ACCEPT`nCOMMIT"
        Set-Content "$dir/rules.v4" "*filter`n:INPUT DROP [0:0]`n-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW --dport 22 -j ACCEPT`n-A INPUT -i virbr1 -p udp -m udp -m multiport --dports 53,67 -j ACCEPT`nCOMMIT"
        Set-Content ../../t.ct.tmpl "storage:`n  files:`n    - path: /etc/x`n      filesystem: root`n      contents:`n        inline: |`n          |###part.txt"
        Set-Content ../../part.txt 'hello'
        Set-Content ../../full.ct @'
storage:
  directories:
    - path: /opt/data
      filesystem: root
      mode: 0755
  links:
    - path: /etc/localtime
      filesystem: root
      target: /usr/share/zoneinfo/UTC
  files:
    - path: /etc/hostname
      filesystem: root
      mode: 0644
      contents:
        inline: etcd-node-1
    - path: /opt/archive
      filesystem: root
      mode: 0600
      contents:
        remote:
          url: http://192.168.100.1/archive
systemd:
  units:
    - name: ntpd.service
      enable: true
    - name: systemd-timesyncd.service
      mask: true
    - name: docker.service
      typo: 1
      dropins:
        - name: 10-opts.conf
          contents: "[Service]"
passwd:
  users:
    - name: core
      groups: [sudo]
      ssh_authorized_keys:
        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAh4Yl2y4fC0Wm1FZ6vV0m0xw3xYt3e1yqJ9vQZlS1cA me@dom0
'@
        $null = New-Item -ItemType Directory "$dir/nginx-etc/sites-available", "$dir/nginx-etc/sites-enabled"
        # Who is not root may not open the files that the host's nginx.conf names.
        # The site's address is not one of this host, so that a real nginx would not take it.
        $null = New-Item -ItemType Directory "$dir/bin"
        Set-Content "$dir/bin/nginx" "#!/bin/sh`nexit 0"
        chmod 755 "$dir/bin/nginx"
        Set-Content "$dir/nginx-etc/nginx.conf" "pid $dir/nginx.pid; error_log $dir/error.log; events { } http { access_log off; include $dir/nginx-etc/sites-enabled/*; }"
        $null = New-Cluster web
        $null = Publish-Ignition etcd node-1
        $null = New-ClusterCertificate etcd
        Start-XenGuest etcd node-2

        # The same text in every run: paths, moments, sizes of what holds them, numbers of processes and ports.
        function Get-Plain([string] $Text, [switch] $Exact) {
            $Text = $Text.Replace((Split-Path $Assets), 'TESTS').Replace($dir, '/xen')
            if ($Exact) { return ($Text -split '\r?\n' | ForEach-Object TrimEnd) -join "`n" -replace '^\n+|\n+$' }
            # The numbers of certificates, their days, which leap years change, and the name of this host.
            $Text = $Text -replace '(?m)^(Fingerprint\s+: )[0-9A-F]{64}', '$1DIGITS' -replace '(?m)^(Serial\s+: )[0-9A-F]+', '$1DIGITS' -replace '\b365\d\b', 'DAYS' -replace 'O=\S+ clusters', 'O=HOST clusters'
            # A path takes the place of another length in a column: what is left of the padding is no matter.
            $Text = $Text -replace '\d{8}T\d{6}\.\d+Z', 'MOMENT' -replace '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( [+-]\d\d:?\d\d)?', 'MOMENT' -replace '\d\d:\d\d:\d\d\.\d+', 'TIME' -replace '\d\d:\d\d:\d\d(?=\s|$)', 'TIME' -replace '\d+(\.\d+)? ms', 'N ms' -replace '127\.0\.0\.1:\d+', '127.0.0.1:PORT'
            ($Text -split '\r?\n' | ForEach-Object { ($_ -replace ' {2,}', '  ' -replace '-{3,}', '---').TrimEnd() }) -join "`n" -replace '\n{3,}', "`n`n" -replace '^\n+|\n+$'
        }
    }
    BeforeEach { $PSStyle.OutputRendering = 'PlainText'; $culture = [cultureinfo]::CurrentCulture }
    AfterEach { $PSStyle.OutputRendering = 'Host'; [cultureinfo]::CurrentCulture = $culture; Stop-IgnitionServer; Dismount-NodeDisk * }
    AfterAll { Set-Location /; Remove-TestXenDir; $env:XENKUBE_XL = $null }

    It 'of <name>: <views>, in every culture' -ForEach $objects {
        # Where years, decimal points, negative signs and the letter i are others, so that a message is seen that was put together there.
        [cultureinfo]::CurrentCulture = 'th-TH'
        $made = @(. $make)
        $made | Should -Not -BeNullOrEmpty
        # A long path is not wrapped: PowerShell wraps between words in some cultures and anywhere in the others.
        $width = $exact ? 200 : 500
        foreach ($view in @('') + $views) {
            $file = "$PSScriptRoot/views/$name.$($view ? $view : 'Default').txt"
            # Between them other years, other decimal points, another negative sign and another i.
            foreach ($language in '', 'tr-TR', 'fa-IR') {
                [cultureinfo]::CurrentCulture = $language
                # The first is what is shown when nothing is said.
                $text = switch ($view) {
                    '' { $made | Out-String -Width $width }
                    'Table' { $made | Format-Table | Out-String -Width $width }
                    'List' { $made | Format-List | Out-String -Width $width }
                    'Wide' { $made | Format-Wide | Out-String -Width 120 }
                    'Custom' { $made | Format-Custom | Out-String -Width $width }
                }
                $text | Should -Not -Match "`e"
                $plain = Get-Plain $text -Exact:([bool]$exact)
                if ($env:XENKUBE_WRITE_VIEWS -and -not $language) { Set-Content $file $plain }
                $plain | Should -BeExactly ((Get-Content -Raw $file) -replace '\r?\n$') -Because "that is in $file, and the culture is '$language'"
            }
            if ($view) { @($made[0].PSObject.TypeNames | ForEach-Object { Get-FormatData $_ -PowerShellVersion $PSVersionTable.PSVersion }).FormatViewDefinition.Control.ForEach{ $_.GetType().Name } | Should -Contain "${view}Control" }
        }
    }
    It 'would be found out if one followed the culture' {
        [cultureinfo]::CurrentCulture = 'fa-IR'
        ([datetime]'2017-11-30').ToString('yyyy-MM-dd') | Should -Be 1396-09-09
        [cultureinfo]::CurrentCulture = 'tr-TR'
        '{0:0.0} ms' -f 1.5 | Should -Be '1,5 ms'
    }
    It 'are there for <type>: table and list' -ForEach $returned {
        $controls = (Get-FormatData $type -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control.ForEach{ $_.GetType().Name }
        $controls | Should -Contain TableControl
        $controls | Should -Contain ListControl
    }
    It 'show bytes on request: -Exact, as parted''s unit b' {
        Get-DiskPartition etcd/node-1 | Out-String | Should -Match '128 MiB'
        $text = Get-DiskPartition etcd/node-1 -Exact | Out-String -Width 140
        $text | Should -Match ' +6 +2285895680B +2420113407B +134217728B ext4 +OEM'
        (Get-DiskPartition etcd/node-1 -Exact)[4].Size | Should -Be 134217728
    }

    Context 'Colours' {
        It 'are those of $PSStyle' {
            $PSStyle.OutputRendering = 'Ansi'
            Get-XenGuest etcd | Out-String | Should -Match ([regex]::Escape("$($PSStyle.Foreground.Green)Running$($PSStyle.Reset)"))
            Test-ImageSignature 1520.9.0 -Detailed | Format-Table | Out-String | Should -Match ([regex]::Escape("$($PSStyle.Foreground.Green)Good$($PSStyle.Reset)"))
            Clear-OemGrubConfig etcd node-1
            Reset-Ignition etcd node-1 | Out-String | Should -Match ([regex]::Escape($PSStyle.Foreground.Green))
        }
        It 'are not there where output is no terminal' {
            $PSStyle.OutputRendering = 'Host'
            $said = pwsh -NoProfile -Command "Import-Module '$env:XENKUBE_MODULE'; [XenKube.Commands.Display]::State('Running', `$PSStyle); (Get-XenGuest etcd | Format-Table -HideTableHeaders)"
            "$said" | Should -Match 'Running'
            "$said" | Should -Not -Match "`e"
            Get-XenGuest etcd | Out-File "$dir/guests.txt"
            Get-Content -Raw "$dir/guests.txt" | Should -Not -Match "`e"
        }
        It 'leave the columns where they are' {
            $plain = (Get-XenGuest etcd | Out-String) -split "`n"
            $PSStyle.OutputRendering = 'Ansi'
            $coloured = (Get-XenGuest etcd | Out-String) -replace "`e\[[\d;]*m" -split "`n"
            $coloured.TrimEnd() | Should -Be $plain.TrimEnd()
        }
    }

    Context 'Show-NodeDisk' {
        It 'draws the partitions to scale' {
            $lines = Show-NodeDisk etcd/node-1 -Width 100
            if ($env:XENKUBE_WRITE_VIEWS) { Set-Content $PSScriptRoot/views/Show-NodeDisk.txt (Get-Plain ($lines -join "`n")) }
            Get-Plain ($lines -join "`n") | Should -BeExactly ((Get-Content -Raw $PSScriptRoot/views/Show-NodeDisk.txt) -replace '\r?\n$')
        }
        It 'knows what is used and free, as the file systems'' own tools do' {
            $said = dumpe2fs -h "node-1.img?offset=$((Get-DiskPartition etcd/node-1 -Label ROOT -Exact).Start)" 2>$null
            $free = [long](($said -match '^Free blocks:')[0] -replace '\D') * [long](($said -match '^Block size:')[0] -replace '\D')
            $line = (Show-NodeDisk etcd/node-1) -match '^ +9 +ROOT'
            $line | Should -Match ([regex]::Escape("$([XenKube.Commands.Display]::Size($free)) free"))
            $free = [long](((mdir -i "node-1.img@@$((Get-DiskPartition etcd/node-1 -Label EFI-SYSTEM).Start)" ::/ | Select-Object -Last 2) -join '') -replace '\D')
            (Show-NodeDisk etcd/node-1) -match '^ +1 +EFI-SYSTEM' | Should -Match ([regex]::Escape("$([XenKube.Commands.Display]::Size($free)) free"))
        }
        It 'is as wide as it is told to be' {
            foreach ($width in 40, 80, 120) {
                ((Show-NodeDisk etcd/node-1 -Width $width)[1] -replace "`e\[[\d;]*m").Length | Should -Be $width
            }
        }
        It 'shows what is free behind the last partition' {
            truncate --size +2G node-2.img
            Show-NodeDisk -Path node-2.img -WarningAction SilentlyContinue | Out-String | Should -Match '\(free\) +2 GiB'
        }
    }

    Context 'Types' {
        It 'have script properties' {
            (Get-Node etcd node-1).Partitions | Should -HaveCount 7
            (Get-Node etcd node-1).IsPublished | Should -BeOfType bool
            (Get-Cluster etcd).Nodes.Name | Should -Be node-1, node-2
            (Get-DiskPartition etcd/node-1 -Label OEM).ReadableSize | Should -Be '128 MiB'
            (Get-CoreOSImage 1520.9.0).ReadableSize | Should -Match '^\d+(\.\d)? [KM]iB$'
        }
        It 'have default properties: <type>' -ForEach @(
            @{ type = 'Node'; make = { Get-Node etcd node-1 }; shown = 'FullName', 'HasDisk', 'MacAddress', 'IPAddress', 'IgnitionUri' }
            @{ type = 'DiskPartition'; make = { Get-DiskPartition etcd/node-1 -Label OEM }; shown = 'Number', 'Start', 'End', 'Size', 'FileSystem', 'Label', 'Flags' }
            @{ type = 'XenGuest'; make = { Get-XenGuest etcd node-1 }; shown = 'Name', 'Id', 'State', 'Memory', 'IPAddress' }
            @{ type = 'CoreOSImage'; make = { Get-CoreOSImage 1520.9.0 }; shown = 'Name', 'Version', 'Size', 'HasSignature', 'Path' }
        ) { (. $make).PSStandardMembers.DefaultDisplayPropertySet.ReferencedPropertyNames | Should -Be $shown }
        It 'are what a person would call them, as text' {
            "$(Get-Node etcd node-1)", "$(Get-Cluster etcd)", "$(Get-XenGuest etcd node-1)", "$(Get-CoreOSImage 1520.9.0)" | Should -Be etcd/node-1, etcd, etcd-node-1, coreos-1520.9.0
        }
    }
}
