using System.Globalization;
using System.Text;
using XenKube.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>
/// An xl that replays what a real one printed (tests/fixtures/xl) and checks its arguments: a call that no rule expects ends
/// with exit code 64. Several rules for the same arguments are used up one after the other; the last of them stays.
/// </summary>
internal sealed class StandInXl : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    /// <summary>The real dom0's xl that the tests are to use instead; null for the stand-in.</summary>
    public static string? Real => Environment.GetEnvironmentVariable("XENKUBE_TEST_XL") is { Length: > 0 } path ? path : null;

    public StandInXl(params (string Arguments, string Recording)[] rules)
    {
        _folder.Write("rules", string.Concat(rules.Select(rule => $"{rule.Arguments}\t{rule.Recording}\n")));
        Program = Script.Write(_folder["xl"], $$"""
            #!/bin/bash
            cd '{{_folder.Path}}' || exit 70
            exec 9>lock; flock 9
            { printf '%s\0' "$@"; printf '\n'; } >> calls
            recording=
            while IFS=$'\t' read -r arguments name; do
              if [[ "$*" == "$arguments" ]]; then
                recording=$name
                if [ "$(cut -f1 rules | grep -cFx -- "$arguments")" -gt 1 ]; then
                  awk -F'\t' -v a="$arguments" '!done && $1 == a { done = 1; next } 1' rules > rules.new && mv rules.new rules
                fi
                break
              fi
            done < rules
            exec 9>&-
            case $recording in
              '') echo "unexpected arguments: $*" >&2; exit 64;;
              hang) sleep 600;;
              garbage) head -c 3000000 /dev/urandom; head -c 100000 /dev/urandom >&2; exit 0;;
              daemon) sleep 30 & echo $! > daemon.pid; exit 0;;
            esac
            base='{{Project.Tests("fixtures", "xl")}}'/$recording
            [ -f "$base.exit" ] || base='{{_folder.Path}}'/$recording
            cat "$base.stdout"
            cat "$base.stderr" >&2
            [ ! -f "$base.then" ] || . "$base.then"
            exit "$(cat "$base.exit")"
            """);
    }

    public string Program { get; }

    public XlDriver Driver => new(Options);

    public XlOptions Options => new() { Path = Program, LogDirectory = _folder.Path, SystemRoot = SystemRoot, SavedGuests = SavedGuests };

    /// <summary>The folder that has /proc, /etc and /var of the stand-in's dom0.</summary>
    public string SystemRoot => _folder["system"];

    /// <summary>Files of saved guests that settings name.</summary>
    public IReadOnlyList<string> SavedGuests { get; init; } = [];

    /// <summary>The argument lists it was called with.</summary>
    public IReadOnlyList<string[]> Calls =>
        !File.Exists(_folder["calls"]) ? [] : [.. File.ReadAllText(_folder["calls"]).Split("\0\n", StringSplitOptions.RemoveEmptyEntries).Select(call => call.Split('\0'))];

    /// <summary>An answer that was not recorded, for what no recording shows.</summary>
    public StandInXl Answer(string name, string output, string error = "", int exit = 0)
    {
        _folder.Write($"{name}.stdout", output);
        _folder.Write($"{name}.stderr", error);
        _folder.Write($"{name}.exit", exit.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Changes the answers of xl list and xl list -l once another answer was given: a create has made a domain.</summary>
    /// <param name="name">The answer, made by <see cref="Answer"/>.</param>
    /// <param name="from">The list, made by <see cref="List"/>, that says so then.</param>
    /// <param name="to">The list that says it before.</param>
    /// <param name="unless">A text that the list may have already, and what it says then.</param>
    public StandInXl Then(string name, string from, string to, (string Text, string From)? unless = null)
    {
        var chosen = unless is { } other ? $"if grep -q {other.Text} {to}.stdout; then from={other.From}; else from={from}; fi" : $"from={from}";
        _folder.Write($"{name}.then", $"exec 9>lock; flock 9; {chosen}; for end in .stdout -l.stdout; do cp $from$end {to}.new && mv {to}.new {to}$end; done; exec 9>&-\n");
        return this;
    }

    /// <summary>A recorded <c>xl list</c>, whose guest has another disk than it had then, with the JSON that goes with it.</summary>
    public StandInXl Recorded(string name, string recording, string disk)
    {
        string Read(string file) => File.ReadAllText(Project.Tests("fixtures", "xl", $"{file}.stdout"));
        var table = Read(recording);
        var row = table.Split('\n').LastOrDefault(line => line.Length > 0 && !line.StartsWith("Name", StringComparison.Ordinal) && !line.StartsWith("Domain-0", StringComparison.Ordinal));
        var id = row is null ? "-1" : row[40..46].Trim();
        var json = Read("list-long").Replace("\"domid\": 14,", $"\"domid\": {id},", StringComparison.Ordinal).Replace("/storage/xen/guests/etcd/etcd-node-1.img", disk, StringComparison.Ordinal);
        return Answer(name, table).Answer($"{name}-l", json);
    }

    /// <summary>A process of the stand-in's dom0, as /proc shows it.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="isBackground">True for one that has gone into the background.</param>
    /// <param name="log">Where its output goes; null for nowhere.</param>
    /// <param name="startedIn">The directory that it was started in; null for one that it does not tell.</param>
    public StandInXl Process(int id, string[] arguments, bool isBackground = true, string? log = null, string? startedIn = null)
    {
        var folder = $"system/proc/{id.ToString(CultureInfo.InvariantCulture)}";
        _folder.Write($"{folder}/cmdline", string.Concat(arguments.Select(argument => $"{argument}\0")));
        _folder.Write($"{folder}/stat", string.Create(CultureInfo.InvariantCulture, $"{id} (xl (1) x) S 1 {(isBackground ? id : 1)} {(isBackground ? id : 1)} 0 -1 4194560\n"));
        _folder.Write($"{folder}/environ", startedIn is null ? "" : $"HOME=/root\0PWD={startedIn}\0");
        Directory.CreateDirectory(_folder[$"{folder}/fd"]);
        File.CreateSymbolicLink(_folder[$"{folder}/fd/1"], log ?? "/dev/null");
        return this;
    }

    /// <summary>The process has ended.</summary>
    public void End(int id) => Directory.Delete(_folder[$"system/proc/{id.ToString(CultureInfo.InvariantCulture)}"], recursive: true);

    /// <summary>A boot loader's log where the driver looks for it.</summary>
    public StandInXl Log(string name, byte[] content)
    {
        _folder.Write(name, content);
        return this;
    }

    /// <summary><c>xl list</c> and <c>xl list -l</c> with dom0 and the given guests.</summary>
    public StandInXl List(string name, params (int Id, string Name, string State, string Disk, string Mac)[] guests)
    {
        var table = new StringBuilder("Name                                        ID   Mem VCPUs\tState\tTime(s)\nDomain-0                                     0  2048     2     r-----     292.6\n");
        var json = new StringBuilder("""[ { "domid": 0, "config": { "c_info": { "name": "Domain-0" } } }""");
        foreach (var guest in guests)
        {
            table.Append(CultureInfo.InvariantCulture, $"{guest.Name,-40} {guest.Id,5}  1024     1     {guest.State}      20.6\n");
            json.Append(CultureInfo.InvariantCulture, $$$"""
                , { "domid": {{{guest.Id}}}, "config": { "c_info": { "name": "{{{guest.Name}}}" }, "disks": [ { "pdev_path": "{{{guest.Disk}}}", "readwrite": 1 } ], "nics": [ { "mac": "{{{guest.Mac}}}" } ] } }
                """);
        }
        return Answer(name, table.ToString()).Answer($"{name}-l", json.Append(" ]").ToString());
    }

    public void Dispose()
    {
        if (File.Exists(_folder["daemon.pid"]))
        {
            Tool.Run("kill", File.ReadAllText(_folder["daemon.pid"]).Trim());
        }
        _folder.Dispose();
    }
}
