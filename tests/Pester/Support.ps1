# What every file of tests begins with: . $PSScriptRoot/Support.ps1 in its BeforeAll.
# Imports the module that the build laid out, and offers a XENDIR like the guide's to work in.

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

# Text is as wide as it needs to be, whatever the terminal and however long a temporary path is; a test of widths says its own.
$global:PSDefaultParameterValues['Out-String:Width'] = 500

$script:Root = (Resolve-Path "$PSScriptRoot/../..").Path
$script:Assets = "$Root/tests/assets"
$script:Release = "$Assets/release/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2"
$script:SampleKey = "$Assets/Sample_Image_Signing_Key.asc"

# The tools that the tests compare with are partly in the folders of root's PATH.
foreach ($folder in '/usr/sbin', '/sbin') { if ($folder -notin $env:PATH.Split(':')) { $env:PATH += ":$folder" } }

if (-not $env:XENKUBE_MODULE) { $env:XENKUBE_MODULE = "$Root/artifacts/Release/XenKube/XenKube.psd1" }
Import-Module $env:XENKUBE_MODULE

$script:GuideConfig = @'
storage:
  files:
    - filesystem: "root"
      path:       "/etc/hostname"
      mode:       0644
      contents:
        inline: etcd-NODE

passwd:
  users:
    - name: core
      ssh_authorized_keys:
        - ssh-rsa AAAAB3......
'@

# The JSON of the guide, to the byte.
$script:GuideJson = '{"ignition":{"config":{},"timeouts":{},"version":"2.1.0"},"networkd":{},"passwd":{"users":[{"name":"core","sshAuthorizedKeys":["ssh-rsa AAAAB3......"]}]},"storage":{"files":[{"filesystem":"root","group":{},"path":"/etc/hostname","user":{},"contents":{"source":"data:,etcd-node-1","verification":{}},"mode":420}]},"systemd":{}}'

# An empty XENDIR that the session uses from now on.
function New-TestXenDir {
    $path = Join-Path ([IO.Path]::GetTempPath()) "xenkube-pester-$([IO.Path]::GetRandomFileName())"
    $null = New-Item -ItemType Directory $path, "$path/guests", "$path/images", "$path/nginx"
    $env:XENDIR = $path
    # Backups go beside it, and not to the host's /var/backups.
    $global:PSDefaultParameterValues['*:BackupDirectory'] = "$path.backups"
    $path
}

function Remove-TestXenDir {
    Set-Location ([IO.Path]::GetTempPath())
    if ($env:XENDIR -like '*xenkube-pester-*') { Remove-Item $env:XENDIR, "$env:XENDIR.backups*" -Recurse -Force }
    $env:XENDIR = $null
    $global:PSDefaultParameterValues.Remove('*:BackupDirectory')
}

# A disk of the sample image, decoded once for a build (into artifacts/, where the xunit tests keep theirs) and copied with its holes.
function Copy-SampleDisk([string] $Path) {
    $folder = "$Root/artifacts/test-images"
    $base = "$folder/$((Get-FileHash $script:Release -Algorithm SHA256).Hash.Substring(0, 16).ToLowerInvariant()).img"
    if (-not (Test-Path $base)) {
        $null = New-Item -ItemType Directory -Force $folder
        $new = "$base.$PID"
        bzip2 -dc $script:Release | dd "of=$new" bs=64K conv=sparse iflag=fullblock status=none
        # What dd leaves out at the end is a hole too.
        truncate --size "%$(64KB)" $new
        Move-Item $new $base -Force
    }
    cp --sparse=always --reflink=auto $base $Path
}

# A port of 127.0.0.1 that nobody listens on. It is not one of those that the system gives to whoever asks for any (above 32767), so
# that nobody gets it by chance until it is used.
function Get-FreePort {
    while ($true) {
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, (Get-Random -Minimum 10000 -Maximum 32768))
        try { $listener.Start(); return $listener.LocalEndpoint.Port }
        catch [Net.Sockets.SocketException] { continue }
        finally { $listener.Stop() }
    }
}

# The guide's cluster: the image with its signature in the store, its key trusted, and nodes with disk, config and guest
# configuration.
function New-TestCluster([string[]] $Node = 'node-1', [switch] $EmptyDisk) {
    $path = New-TestXenDir
    Copy-Item $script:Release "$path/images/coreos-1520.9.0.bin.bz2"
    Copy-Item "$($script:Release).sig" "$path/images/coreos-1520.9.0.bin.bz2.sig"
    $null = Import-SigningKey $script:SampleKey
    $null = New-Cluster etcd
    $number = 10
    foreach ($name in $Node) {
        $number++
        if ($EmptyDisk) { truncate --size 1M "$path/guests/etcd/$name.img" } else { Copy-SampleDisk "$path/guests/etcd/$name.img" }
        [IO.File]::WriteAllText("$path/guests/etcd/$name.ct", $script:GuideConfig.Replace('NODE', $name))
        Set-Content "$path/guests/etcd/$name.cfg" @"
bootloader = "pygrub"
name = "etcd-$name"
memory = "1024"
vcpus = 1
vif = [ 'mac=00:16:3e:4e:31:$number,model=rtl8139,bridge=virbr1' ]
disk = [ '$path/guests/etcd/$name.img,raw,xvda' ]
"@
    }
    $path
}

# Skips the calling test unless this machine has what the test needs: root, or a program by its name.
function Skip-Unless([Parameter(Mandatory)] [string[]] $Need) {
    foreach ($name in $Need) {
        if ($name -eq 'root') {
            if ((id -u) -ne 0) { Set-ItResult -Skipped -Because 'only root may do this' }
        }
        elseif (-not (Get-Command $name -CommandType Application -ErrorAction Ignore)) { Set-ItResult -Skipped -Because "$name is not installed" }
    }
}

# The completions of a line, as Tab would offer them.
function Get-Completion([string] $Line) {
    # On a busy machine not everything is found in the time that a user waits.
    $time = $env:XENKUBE_COMPLETION_TIME
    if (-not $time) { $env:XENKUBE_COMPLETION_TIME = 60000 }
    try { (TabExpansion2 $Line -cursorColumn $Line.Length).CompletionMatches | ForEach-Object CompletionText }
    finally { $env:XENKUBE_COMPLETION_TIME = $time }
}

# The one error of a script block.
function Get-TheError([scriptblock] $Script) {
    $errors = @()
    try { & $Script -ErrorVariable errors 2>$null } catch { return $_ }
    throw 'there was no error'
}

# A Xen of one's own: an xl with a memory (stand-in-xl.sh), without domains. It is a copy, because the processes of an xl are those
# of its host: tests that run at the same time have hosts of their own. install(1) writes it, so that it is not open here when it runs.
function New-TestXen {
    $env:XL_STATE = Join-Path $env:XENDIR .xl
    $null = New-Item -ItemType Directory $env:XL_STATE, (Join-Path $env:XENDIR .bin)
    $env:XENKUBE_XL = Join-Path $env:XENDIR .bin stand-in-xl.sh
    install -m 755 "$PSScriptRoot/stand-in-xl.sh" $env:XENKUBE_XL
}

# How xl was called, one line a call.
function Get-XlCall { Get-Content "$env:XL_STATE/.calls" -ErrorAction Ignore | Where-Object { $_ -notlike 'list*' } }
