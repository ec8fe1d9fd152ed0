# What the code blocks of the documentation do, looked at right after each has run; see checks.ps1.
$domains = { @(Get-ChildItem /run/xl -File | ForEach-Object Name) }
$guests = '/storage/xen/guests/etcd'
$day = {
    (& $domains) -join ' ' -eq 'etcd-node-1 etcd-node-2 etcd-node-3'
    (Get-Content /var/log/nginx/access.log) -match '"GET /etcd/node-3\.json HTTP/1\.1" 200' | ForEach-Object { $true }
    (Get-Content "$guests/node-2.ct") -match 'etcd-node-2' | ForEach-Object { $true }
    (Get-Content /etc/iptables/rules.v4) -match '53,67,80' | ForEach-Object { $true }
    (Get-Item "$guests/node-1.img").Length -eq 4756340736 + 2GB
}
# A node of a release of today: its disk, what its guest's kernel is told, and what its Ignition fetched.
$today = {
    param($Name, $Distribution, $Length, $Space)
    $node = Get-Node web $Name
    (Get-Item $node.DiskPath).Length -eq $Length + $Space
    $node.Release -eq @{ 'flatcar' = '4593.2.5'; 'fedora-coreos' = '44.20261101.3.0' }[$Distribution]
    (Get-Content -Raw $node.GuestConfigPath) -match "bootloader = .*xenkube-boot"
    (Get-NodeBootPlan web $Name -Quick).CommandLine -match "ignition\.config\.url=http://192\.168\.100\.1/web/$Name\.json"
    (Get-Content -Raw /storage/xen/nginx/web/$Name.json) -match "web-$Name"
    (Get-Content /var/log/nginx/access.log) -match "GET /web/$Name\.json HTTP/1\.1. 200" | ForEach-Object { $true }
    (& $domains) -contains "web-$Name"
}
@{
    'README.md: In a minute 2' = { & $today node-1 flatcar 8455716864 2GB; & $today node-2 flatcar 8455716864 2GB; & $today node-3 fedora-coreos 2684354560 8GB }
    'README.md: In a minute 3' = { $shown -match 'True'; & $day }
    'README.md: In bash 2' = { & $today node-1 flatcar 8455716864 2GB }
    'README.md: In bash' = { (Get-Content -Raw node-1.json) -match '^\{"ignition"'; $shown -match 'passwd'; & $day }
    'images.md: Getting an image' = { $output[0].Path -eq '/storage/xen/images/coreos-1520.9.0.bin.bz2'; Test-Path $output[0].Path }
    'images.md: Getting an image 2' = { "$output" -eq 'coreos-1520.9.0 flatcar-4593.2.5 fedora-coreos-44.20261101.3.0'; $output | ForEach-Object { $_.IsVerified; Test-Path $_.Path } }
    'images.md: Getting an image 3' = { $output[0].Path -eq '/storage/xen/images/coreos-1520.9.0.bin.bz2'; $output[0].IsVerified }
    'about_XenKube.md: Nodes' = { $shown -match 'OEM'; (& $domains).Count -eq 3 }
    'about_XenKube_Drives.md: About drives over disk images' = { $shown -match 'machine-id'; (debugfs -R 'cat /etc/motd' '/storage/xen/guests/etcd/node-1.img?offset=2487222272' 2>/dev/null) -eq 'Welcome' }
    'about_XenKube_Drives.md: Owner and mode' = { (debugfs -R 'stat /home/core/.ssh/authorized_keys' '/storage/xen/guests/etcd/node-1.img?offset=2487222272' 2>/dev/null) -join ' ' -match 'Mode:\s+0600.*User:\s+500\s+Group:\s+500' }
    'about_XenKube_Remoting.md: Background work' = { $output[-1] -is [bool] }
    'about_XenKube_Etcd.md: Making' = { $shown -match '7c35e6112f639de0'; -not ($output | Where-Object Status -eq Fail); (Get-Content -Raw "$guests/cluster.json") -match 'node-3' }
    'about_XenKube_Etcd.md: Checking' = { $shown -match 'etcd is not healthy' }
    'about_XenKube_Etcd.md: A year later' = { $output.Count -eq 0 }
    'about_XenKube_Etcd.md: A year later 2' = { $shown -match 'Take the step Bundle' }
    'about_XenKube_Etcd.md: Backup and restore' = { $shown -match 'Save the data of the etcd cluster etcd'; -not (Test-Path /var/backups/etcd.db) }
    'about_XenKube_Guide.md: Downloading CoreOS' = { $shown -match 'Good' }
    'about_XenKube_Guide.md: Setting up the cluster' = { "$PWD" -eq $guests; $shown -match '2285895680' }
    'about_XenKube_Guide.md: Nginx setup' = { -not (Test-Path /etc/nginx/sites-enabled/default); (Get-Content -Raw /etc/iptables/rules.v4) -match '53,67,80' }
    'about_XenKube_Guide.md: Grub' = { $output.Count -eq 3 }
    'about_XenKube_Guide.md: Ignition' = { $output[-1] -eq $true }
    'about_XenKube_Guide.md: Xen configuration' = { Test-Path node-1.cfg, node-2.cfg, node-3.cfg }
    'about_XenKube_Guide.md: Booting CoreOS for the first time' = { (& $domains) -eq 'etcd-node-1'; (Get-Content /run/xl/.calls)[-1] -eq 'console etcd-node-1' }
    'about_XenKube_Guide.md: Running Ignition a second time' = { (& $domains) -eq 'etcd-node-1'; (Get-Content /etc/ntp.conf) -contains 'broadcast 192.168.100.255' }
}
