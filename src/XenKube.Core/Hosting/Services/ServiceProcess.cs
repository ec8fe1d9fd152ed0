using System.Globalization;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Hosting.Services;

/// <summary>A process of one of the host's services.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Program">Its program, as the kernel knows the name.</param>
/// <param name="Arguments">Its command line, without the program.</param>
/// <param name="Unit">The systemd unit that it belongs to; null where it belongs to none.</param>
internal sealed record ServiceProcess(int Id, string Program, IReadOnlyList<string> Arguments, string? Unit)
{
    private const uint FirstPerson = 1000;
    private const uint Nobody = 65534;

    /// <summary>The processes of a program that serve this network namespace: those of the system, root or this user.</summary>
    /// <param name="tree">The host's files.</param>
    /// <param name="programs">The names of the program, as the kernel knows them.</param>
    public static IEnumerable<ServiceProcess> Named(HostTree tree, params IReadOnlyList<string> programs)
    {
        var own = NetworkOf(tree.At("/proc/self"));
        foreach (var name in tree.Names("/proc").Where(name => name.All(char.IsAsciiDigit) && name.Length < 10))
        {
            var process = tree.At($"/proc/{name}");
            // A service in another network namespace, of a container, serves another bridge of this name.
            if (WholeFile.TryReadText(Path.Combine(process, "comm"))?.Trim() is { } program && programs.Contains(program)
                && IsOfSystem(process)
                && (NetworkOf(process) is not { } network || own is null || network == own))
            {
                var line = WholeFile.TryReadText(Path.Combine(process, "cmdline")) ?? "";
                yield return new(int.Parse(name, CultureInfo.InvariantCulture), program, [.. line.TrimEnd('\0').Split('\0').Skip(1)],
                    UnitOf(process));
            }
        }
    }

    /// <summary>Anybody can call a program by a service's name; one of a person, other than root or this user, is not the host's.</summary>
    private static bool IsOfSystem(string process) =>
        FileStatus.TryRead(process) is { } status && (status.UserId is < FirstPerson or Nobody || status.UserId == Libc.UserId);

    private static string? NetworkOf(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "ns/net")).LinkTarget;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    /// <summary>The unit that a process belongs to, the last part of its control group that is a service.</summary>
    private static string? UnitOf(string process) => (WholeFile.TryReadText(Path.Combine(process, "cgroup")) ?? "").Split('\n', '/')
        .LastOrDefault(part => part.EndsWith(".service", StringComparison.Ordinal)) is { } unit
        && !unit.StartsWith("user@", StringComparison.Ordinal) ? unit : null;
}
