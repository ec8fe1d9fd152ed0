# What the parts share: rows that are printed, counted by the job, and waits for what a guest writes to its console.
$ErrorActionPreference = 'Stop'
$ConfirmPreference = 'None'
$ProgressPreference = 'SilentlyContinue'
$env:XENDIR = '/storage/xen'
$Guests = '/storage/xen/guests/etcd'

# A row is true, or says what was seen instead.
function Row([string] $Text, [scriptblock] $Block) {
    try {
        $seen = & $Block | Select-Object -Last 1
        $good = $seen -is [bool] -and $seen
    }
    catch { $good = $false; $seen = "$($_.FullyQualifiedErrorId): $_ $($_.ScriptStackTrace -split "`n" | Select-Object -First 2)" }
    $clock = (Get-Content /proc/uptime).Split(' ')[0]
    "[$clock] $($good ? 'ok' : 'NOT OK'): $Text$($good ? '' : ": $("$seen" -replace '\s+', ' ')")"
}

# The message and the recommendation of an error; empty if the command had no error.
function Get-Fault([scriptblock] $Block) {
    try { $null = & $Block; '' } catch { "$_ $($_.ErrorDetails.RecommendedAction)" -replace '\s+', ' ' }
}

# True where a fault says what it has to say and not what it must not say; else the fault.
function Test-Fault([scriptblock] $Block, [string] $Match, [string] $NotMatch = 'losetup|New-Node -Force|--[a-z]') {
    $fault = Get-Fault $Block
    if (-not $fault) { return 'there was no error' }
    if ($fault -match $Match -and $fault -cnotmatch $NotMatch) { $true } else { $fault }
}

function Get-ConsolePath([string] $Node) { "/var/log/xen/console/guest-etcd-$Node.log" }

# How often a text is on a guest's console, by xenconsoled's own log.
function Get-ConsoleCount([string] $Node, [string] $Text) {
    @(Select-String -LiteralPath (Get-ConsolePath $Node) -SimpleMatch $Text -ErrorAction Ignore).Count
}

# Waits until a text is there for the given time.
function Wait-Console([string] $Node, [string] $Text, [int] $Count) {
    foreach ($try in 1..200) {
        if ((Get-ConsoleCount $Node $Text) -ge $Count) { return $true }
        Start-Sleep 2
    }
    "not on the console: $Text; last: $(Get-Content (Get-ConsolePath $Node) -Tail 3)"
}

# What the guest fetched last, by its own words.
function Get-FetchedHash([string] $Node) {
    (Select-String -LiteralPath (Get-ConsolePath $Node) 'LABGUEST config bytes: \d+ sha256: (\w+)').ForEach{ $_.Matches[0].Groups[1].Value } | Select-Object -Last 1
}
function Get-PublishedHash([string] $Node) { (Get-FileHash "/storage/xen/nginx/etcd/$Node.json").Hash.ToLowerInvariant() }

# The number of a guest's domain by xl; empty for none.
function Get-DomainId([string] $Node) { xl domid "etcd-$Node" 2>$null }
function Wait-DomainGone([string] $Node) {
    foreach ($try in 1..120) { if (-not (Get-DomainId $Node)) { return $true }; Start-Sleep 1 }
    $false
}

# Whether a process of xl is at work for a guest: xl create stays while the guest runs, and makes its next domain when it reboots.
function Test-XlProcess([string] $Verb, [string] $Node) {
    @(Get-ChildItem /proc -Directory).Where{ $_.Name -match '^\d+$' }.ForEach{ try { [IO.File]::ReadAllText("/proc/$($_.Name)/cmdline") } catch { } }.Where{ $_ -match "xl`0$Verb`0.*$Node" }.Count -gt 0
}
