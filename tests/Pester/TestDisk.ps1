# A disk with an ext4 and a FAT16 partition, mounted as n:, in a folder of its own that is the current one.
function New-TestDisk([switch] $ReadOnly) {
    $script:work = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "xenkube-pester-$([IO.Path]::GetRandomFileName())")).FullName
    Set-Location $work
    truncate --size 72M disk.img
    sgdisk -n 1:2048:+32M -c 1:ROOT -n 2:67584:+32M -c 2:BOOT disk.img > $null
    mke2fs -q -F -t ext4 -L ROOT -E offset=1048576,nodiscard disk.img 32M 2> $null
    mkfs.fat -F 16 --offset 67584 disk.img 32768 > $null 2> $null
    $null = Mount-NodeDisk -Path ./disk.img -Writable:(-not $ReadOnly) -DriveName n
}
function Remove-TestDisk {
    Set-Location ([IO.Path]::GetTempPath())
    Get-PSDrive n -ErrorAction Ignore | ForEach-Object { Dismount-NodeDisk n }
    if ($script:work -like '*xenkube-pester-*') { Remove-Item -LiteralPath $script:work -Recurse -Force }
}
# What debugfs finds in the ext4 partition, and whether e2fsck is content.
function Get-Ext([string] $Request) { debugfs -R $Request 'disk.img?offset=1048576' 2> $null }
function Test-Ext { $null = e2fsck -fn 'disk.img?offset=1048576' 2> $null; $LASTEXITCODE -eq 0 }
