using Mono.Cecil;
using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>
/// Files of the host are opened, written, renamed and removed in the folder Files alone, beneath open directories and with every fsync
/// checked. .NET's own calls follow any link, wait for pipes, take locks that any user can hold, and pass over the errors of fsync.
/// </summary>
public sealed class FileFloorTests
{
    // Looking is allowed everywhere: whether something exists, its time, the names in a directory, the target of a link.
    private static readonly string[] Looking =
        ["Exists", "GetLastWriteTimeUtc", "ResolveLinkTarget", "GetUnixFileMode", "EnumerateFiles", "EnumerateDirectories", "EnumerateFileSystemEntries",
         "EnumerateFileSystemInfos", "GetFiles", "GetDirectories", "GetFileSystemEntries", "GetCurrentDirectory"];

    private static readonly string[] Exceptions =
    [
        // Files that the user names on a command line, read as the tools that these two stand for do it.
        "XenKube.Ignition.Drivers.CtRun", "XenKube.Ignition.Drivers.ButaneDriver",
        // A setting of the kernel in /proc/sys, which is written in place.
        "XenKube.Hosting.NonLocalBind",
        // /dev/null and standard error, when nothing else can be loaded.
        "XenKube.Cli.OpenFileLimit",
        // A folder of its own in the folder of temporary files.
        "XenKube.Cli.Quickstart.PowerShellRefresh",
    ];

    [Fact]
    public void Files_of_the_host_are_changed_and_opened_by_the_folder_Files_alone()
    {
        string[] uses = [.. new[] { "XenKube", "XenKube.Cli", "XenKube.Boot", "XenKube.Core", "XenKube.Parsing" }.SelectMany(Uses).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(uses.Length == 0, $"call AtomicFile, HostFile, WholeFile or DurableFile of src/XenKube.Core/Files instead:\n{string.Join('\n', uses)}");
    }

    [Fact]
    public void Calls_that_the_rule_is_about_are_seen() =>
        Assert.Contains(Uses("XenKube.Core", keepExceptions: true), use => use.Contains("CtRun", StringComparison.Ordinal) && use.Contains("File::ReadAllBytes", StringComparison.Ordinal));

    private static IEnumerable<string> Uses(string project) => Uses(project, keepExceptions: false);

    private static List<string> Uses(string project, bool keepExceptions)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var file = project switch { "XenKube.Cli" => "xenkube", "XenKube.Boot" => "xenkube-boot", _ => project };
        using var module = ModuleDefinition.ReadModule(Path.Combine(Project.Root, "src", project, "bin", configuration, "net10.0", $"{file}.dll"));
        var uses = new List<string>();
        foreach (var type in module.GetTypes())
        {
            var outer = type;
            while (outer.DeclaringType is not null)
            {
                outer = outer.DeclaringType;
            }
            if (outer.Namespace is "XenKube.Files" or "XenKube.Posix" || (!keepExceptions && Exceptions.Contains(outer.FullName)))
            {
                continue;
            }
            uses.AddRange(type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions)
                .Select(instruction => instruction.Operand).OfType<MethodReference>().Where(IsBanned)
                .Select(call => $"{outer.FullName}: {call.DeclaringType.Name}::{call.Name}"));
        }
        return uses;
    }

    private static bool IsBanned(MethodReference call) => call.DeclaringType.FullName switch
    {
        "System.IO.File" or "System.IO.Directory" => !Looking.Contains(call.Name),
        "System.IO.FileInfo" or "System.IO.DirectoryInfo" or "System.IO.FileSystemInfo" =>
            call.Name is "Delete" or "MoveTo" or "CopyTo" or "Replace" or "Create" or "CreateSubdirectory" or "CreateText" or "AppendText" or "OpenText" or "OpenRead" or "OpenWrite" or "Open",
        // A stream over a handle is opened by somebody else.
        "System.IO.FileStream" => (call.Name == ".ctor" && call.Parameters[0].ParameterType.FullName == "System.String") || (call.Name == "Flush" && call.Parameters.Count == 1),
        "System.IO.StreamReader" or "System.IO.StreamWriter" => call.Name == ".ctor" && call.Parameters[0].ParameterType.FullName == "System.String",
        "System.IO.RandomAccess" => call.Name == "FlushToDisk",
        "System.IO.Path" => call.Name == "GetTempFileName",
        _ => false,
    };
}
