using System.Text;

namespace XenKube.Devices;

/// <summary>What is mounted, in the mount name spaces of all processes that /proc shows (proc(5), /proc/PID/mountinfo).</summary>
internal sealed class MountTable(SystemFiles system)
{
    /// <summary>A mount.</summary>
    /// <param name="Number">The number of its device.</param>
    /// <param name="Place">Where it is mounted.</param>
    /// <param name="Source">The mounted device, or the file that FUSE mounts, by a path that is valid here.</param>
    /// <param name="Process">A process in whose mount name space the mount is, or null for that of this process.</param>
    public readonly record struct Mount(string Number, string Place, string Source, string? Process);

    /// <summary>The mounts.</summary>
    /// <param name="everywhere">True to look into the name spaces of other processes too.</param>
    public IEnumerable<Mount> Read(bool everywhere)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var process in everywhere ? system.Processes().Prepend("proc/self") : ["proc/self"])
        {
            if (!seen.Add(LinkTarget(system.PathOf(Path.Combine(process, "ns/mnt"))) ?? process))
            {
                continue;
            }
            // A path in another name space begins at the root that a process there has.
            var other = process == "proc/self" ? null : Path.GetFileName(process);
            var root = other is null ? "" : Path.Combine(process, "root");
            foreach (var mount in Parse(system.Read(Path.Combine(process, "mountinfo"))))
            {
                var source = mount.Source.StartsWith('/') ? root + mount.Source : mount.Source;
                yield return mount with { Source = source, Process = other };
            }
        }
    }

    /// <summary>The octal digits by which mountinfo and swaps write space, tab, newline and backslash, as characters.</summary>
    public static string Unescape(string field)
    {
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && field.AsSpan(i + 1, 3).ContainsAnyExceptInRange('0', '7') is false)
            {
                text.Append((char)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + field[i + 3] - '0'));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }
        return text.ToString();
    }

    private static IEnumerable<Mount> Parse(string table)
    {
        foreach (var line in table.Split('\n'))
        {
            // 36 35 98:0 /root /mount-point options [optional fields] - type source super-options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length >= 6 && dash >= 0 && dash + 2 < fields.Length)
            {
                yield return new Mount(fields[2], Unescape(fields[4]), Unescape(fields[dash + 2]), null);
            }
        }
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
