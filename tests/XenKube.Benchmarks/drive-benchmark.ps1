# Lists and copies a tree of many files by a drive, beside debugfs, find and cp in the same run. Run as root, the file system is mounted as well.
# Prints the best time of each over the rounds, the ratio, and the most memory of the process while it lists. The copies are removed at the end
# only: for minutes after a removal, ext4 makes a new file several times slower, because the number of a removed one is not used again at once.
# Usage: pwsh drive-benchmark.ps1 [-Files 100000] [-Rounds 3] [-Module FOLDER]
param([int] $Files = 100000, [int] $Rounds = 3, [string] $Module = "$PSScriptRoot/../../artifacts/Release/XenKube")
$ErrorActionPreference = 'Stop'
Import-Module $Module
$work = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "xenkube-drive-$([IO.Path]::GetRandomFileName())")).FullName
$best = @{}
function Measure-Best([string] $Name, [scriptblock] $Action) {
    $time = (Measure-Command $Action).TotalMilliseconds
    $best[$Name] = [Math]::Min($time, $best[$Name] ?? $time)
}
function Show-Ratio([string] $Own, [string] $Other) {
    if ($best[$Other]) { '{0}: {1:F0} ms; {2}: {3:F0} ms; ratio {4:F2}' -f $Own, $best[$Own], $Other, $best[$Other], ($best[$Own] / $best[$Other]) }
}
try {
    foreach ($folder in 0..([Math]::Ceiling($Files / 100) - 1)) {
        $path = [IO.Directory]::CreateDirectory("$work/tree/$($folder % 50)/$folder").FullName
        foreach ($file in 1..100) { [IO.File]::WriteAllText("$path/file-$file", 'x' * 20 * $file) }
    }
    $size = [Math]::Max(64, $Files * 9 / 1000)
    truncate --size "${size}M" "$work/image"
    mke2fs -q -F -t ext4 -N ($Files * 3) -d "$work/tree" "$work/image" 2> $null
    $null = New-Item -ItemType Directory "$work/mount"
    mount -o loop,ro "$work/image" "$work/mount" 2> $null
    $isMounted = $LASTEXITCODE -eq 0
    foreach ($round in 1..$Rounds) {
        # The kernel's mount holds the image; a drive for reading may be beside it.
        $null = Mount-NodeDisk -Path "$work/image" -DriveName n
        Measure-Best 'Get-ChildItem -Recurse of the drive' { $script:listed = 0; Get-ChildItem n:/1 -Recurse | ForEach-Object { $script:listed++ } }
        Measure-Best 'Copy-NodeDiskItem out of the image' { Copy-NodeDiskItem n:/1 "$work/out-$round" -Recurse }
        Dismount-NodeDisk n
        $null = New-Item -ItemType Directory "$work/dump-$round"
        Measure-Best 'debugfs rdump' { debugfs -R "rdump / $work/dump-$round" "$work/image" 2> $null }
        Measure-Best 'Get-ChildItem -Recurse of the host' { Get-ChildItem "$work/tree" -Recurse | ForEach-Object { $null = $_ } }
        if ($isMounted) {
            Measure-Best 'find -ls of the mount' { find "$work/mount" -ls | ForEach-Object { $null = $_ } }
            Measure-Best 'cp -a of the mount' { cp -a "$work/mount" "$work/copy-$round"; sync "$work/copy-$round" }
        }
    }
    if ($isMounted) { umount "$work/mount" }
    "$listed files and directories; the process took $([Math]::Round([Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 / 1MB)) MB at most"
    foreach ($round in 1..$Rounds) {
        foreach ($kind in 'own', 'kernel') {
            Remove-Item "$work/image" -Force
            truncate --size "${size}M" "$work/image"
            mke2fs -q -F -t ext4 -N ($Files * 3) "$work/image" 2> $null
            if ($kind -eq 'own') {
                $null = Mount-NodeDisk -Path "$work/image" -DriveName n -Writable
                Measure-Best 'Copy-NodeDiskItem into the image' { Copy-NodeDiskItem "$work/tree" n:/1 -Recurse }
                Dismount-NodeDisk n
                $null = e2fsck -fn "$work/image" 2> $null
                if ($LASTEXITCODE) { throw 'e2fsck finds faults' }
            }
            elseif ($isMounted) {
                mount -o loop "$work/image" "$work/mount"
                Measure-Best 'cp -a into a mount, and umount' { cp -a "$work/tree" "$work/mount"; umount "$work/mount" }
            }
        }
    }
    Show-Ratio 'Get-ChildItem -Recurse of the drive' 'Get-ChildItem -Recurse of the host'
    Show-Ratio 'Get-ChildItem -Recurse of the drive' 'find -ls of the mount'
    Show-Ratio 'Get-ChildItem -Recurse of the drive' 'debugfs rdump'
    Show-Ratio 'Copy-NodeDiskItem out of the image' 'debugfs rdump'
    Show-Ratio 'Copy-NodeDiskItem out of the image' 'cp -a of the mount'
    Show-Ratio 'Copy-NodeDiskItem into the image' 'cp -a into a mount, and umount'
}
finally {
    if ($isMounted) { umount "$work/mount" 2> $null }
    Get-PSDrive n -ErrorAction Ignore | ForEach-Object { Dismount-NodeDisk n }
    Remove-Item -LiteralPath $work -Recurse -Force
}
