using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Posix;
using XenKube.Programs;

namespace XenKube.Guests;

/// <summary>
/// A process of xl that makes a guest or stays with it. xl create and xl restore go into the background and wait until the domain
/// ends; if it reboots, they make the next one. In between there is no domain, but there is this process.
/// </summary>
/// <param name="Id">Its number.</param>
/// <param name="IsBackground">True once it has a session of its own: its guest has been started.</param>
/// <param name="Name">The guest; null where nothing tells.</param>
/// <param name="ConfigPath">The configuration that it was given; null for none.</param>
/// <param name="Config">What it says, with what the command line adds; null where it cannot be read.</param>
/// <param name="SavedPath">The file that it restores; null for none.</param>
internal sealed record XlProcess(int Id, bool IsBackground, string? Name, string? ConfigPath, XenGuestConfig? Config, string? SavedPath)
{
    private const int MaxArguments = 64 * 1024;

    /// <summary>Options of xl create that take the next argument (xl_cmdtable.c).</summary>
    private static readonly string[] ConfigOptions = ["-f", "--defconfig"];

    /// <summary>Programs that run an xl that is a script: Debian's wrapper, until it has found the version that fits.</summary>
    private static readonly string[] Shells = ["sh", "bash", "dash"];

    /// <summary>The processes that there are.</summary>
    /// <param name="system">Where /proc is.</param>
    /// <param name="program">The path of xl, or its name where it is not installed.</param>
    public static IReadOnlyList<XlProcess> All(string system, string program)
    {
        var found = new List<XlProcess>();
        foreach (var folder in Folders(Path.Combine(system, "proc")))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Arguments(folder) is { Length: > 1 } arguments && IsOurs(folder)
                && Read(id, folder, arguments, program) is { } process)
            {
                found.Add(process);
            }
        }
        return found;
    }

    private static XlProcess? Read(int id, string folder, string[] arguments, string program)
    {
        var isScript = Shells.Contains(Path.GetFileName(arguments[0]));
        var first = isScript ? Array.FindIndex(arguments, 1, argument => !argument.StartsWith('-')) : 0;
        if (first < 0 || !(isScript ? IsScript(Locate(folder, arguments[first]), program) : IsNamedLike(arguments[0], program)))
        {
            return null;
        }
        // xl takes options of its own before the verb, and the beginning of a verb for the verb.
        var rest = arguments.Skip(first + 1).SkipWhile(argument => argument.StartsWith('-')).ToArray();
        if (rest.Length == 0)
        {
            return null;
        }
        var isCreate = rest[0].Length > 1 && "create".StartsWith(rest[0], StringComparison.Ordinal);
        if (!isCreate && !(rest[0].Length > 3 && "restore".StartsWith(rest[0], StringComparison.Ordinal)))
        {
            return null;
        }
        var (files, assignments) = Split(rest[1..]);
        var configPath = isCreate ? files.FirstOrDefault() : files.Count > 1 ? files[0] : null;
        var savedPath = isCreate ? null : files.LastOrDefault();
        configPath = configPath is null ? null : Locate(folder, configPath);
        savedPath = savedPath is null ? null : Locate(folder, savedPath);
        var config = configPath is null ? null : TryReadConfig(configPath, assignments);
        return new XlProcess(id, IsSessionLeader(folder, id), config?.Name ?? LoggedName(folder), configPath, config, savedPath);
    }

    private static bool IsNamedLike(string called, string program) =>
        Path.GetFileName(called) is var name && (name == "xl" || name == Path.GetFileName(program));

    /// <summary>
    /// A compiled xl talks to this host's Xen wherever it is stored. A script that is called xl may do anything, such as answer for
    /// another host: only the one that would be run here, and the one where dom0 keeps its programs, have guests of this host.
    /// </summary>
    private static bool IsScript(string path, string program) =>
        (program.Contains('/', StringComparison.Ordinal) && RealPath.Of(path) == RealPath.Of(program))
        || (Path.GetFileName(path) == "xl" && ExternalProgram.SystemFolders.Contains(Path.GetDirectoryName(path)));

    private static (List<string> Files, string Assignments) Split(string[] arguments)
    {
        var files = new List<string>();
        var assignments = new StringBuilder();
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (ConfigOptions.Contains(argument) && i + 1 < arguments.Length)
            {
                files.Add(arguments[++i]);
            }
            else if (argument.StartsWith("--defconfig=", StringComparison.Ordinal))
            {
                files.Add(argument["--defconfig=".Length..]);
            }
            else if (!argument.StartsWith('-'))
            {
                if (argument.Contains('=', StringComparison.Ordinal) && !argument.StartsWith('/'))
                {
                    assignments.Append('\n').Append(argument);
                }
                else
                {
                    files.Add(argument);
                }
            }
        }
        return (files, assignments.Append('\n').ToString());
    }

    private static XenGuestConfig? TryReadConfig(string path, string assignments)
    {
        try
        {
            var config = XenGuestConfig.Read(path);
            return assignments.Length == 1 ? config : XenGuestConfig.Parse(config + assignments, path);
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    /// <summary>In the background xl is in the root directory; where it was started, its environment tells.</summary>
    private static string Locate(string folder, string path)
    {
        if (path.StartsWith('/'))
        {
            return path;
        }
        var there = LinkTarget(Path.Combine(folder, "cwd")) is { } current ? Path.GetFullPath(path, current) : null;
        if (there is not null && File.Exists(there))
        {
            return there;
        }
        var environment = WholeFile.TryReadText(Path.Combine(folder, "environ")) ?? "";
        return Array.Find(environment.Split('\0'), variable => variable.StartsWith("PWD=/", StringComparison.Ordinal)) is { } start
            ? Path.GetFullPath(path, start["PWD=".Length..])
            : there ?? path;
    }

    /// <summary>In the background xl writes to a log that has the name of the guest: xl-NAME.log.</summary>
    private static string? LoggedName(string folder) =>
        LinkTarget(Path.Combine(folder, "fd", "1")) is { } log && Path.GetFileName(log) is var file
        && file.StartsWith("xl-", StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal)
        && file.Length > "xl-.log".Length
            ? file["xl-".Length..^".log".Length] : null;

    /// <summary>Anybody can call a program xl. Only processes of root, who may talk to Xen, and of this user are believed.</summary>
    private static bool IsOurs(string folder) => FileStatus.TryRead(folder) is { } status
        && (status.UserId == 0 || status.UserId == Libc.UserId);

    private static bool IsSessionLeader(string folder, int id)
    {
        var fields = ProcessFields.Split(WholeFile.TryReadText(Path.Combine(folder, "stat")) ?? "");
        return fields.Length > ProcessFields.Session && int.TryParse(fields[ProcessFields.Session], NumberStyles.None,
            CultureInfo.InvariantCulture, out var leader) && leader == id;
    }

    private static string[]? Arguments(string folder) =>
        WholeFile.TryReadText(Path.Combine(folder, "cmdline")) is { Length: > 0 and < MaxArguments } line
            ? line.TrimEnd('\0').Split('\0') : null;

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

    private static string[] Folders(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }
}
