using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting.Program;

/// <summary>The boot loader's program, and a stand-in for libxl that starts it: tests/boot/libxl.py.</summary>
internal static class BootProgram
{
    private static readonly Lazy<string?> Compiled = new(FindOrCompile);

    /// <summary>The native program; null where none can be made here.</summary>
    public static string? Native => Compiled.Value;

    /// <summary>The program, native where that can be made, and otherwise as dotnet runs it.</summary>
    public static string[] Command => Native is { } native ? [native] : ["dotnet", Project.Assembly("xenkube-boot.dll")];

    /// <summary>Skips a test about what native code alone does.</summary>
    public static void NeedNative() => Assert.SkipWhen(Native is null, "no native xenkube-boot: gcc and zlib1g-dev are missing");

    /// <summary>Has the stand-in for libxl boot a disk.</summary>
    public static BootResult Boot(TemporaryDirectory directory, string disk, params string[] bootLoaderArguments) =>
        Boot(directory, disk, bootLoaderArguments, []);

    /// <summary>The same, with more that the stand-in takes.</summary>
    public static BootResult Boot(TemporaryDirectory directory, string disk, string[] bootLoaderArguments, params (string Name, JsonNode Value)[] more) =>
        BootBy(Command, directory, disk, bootLoaderArguments, more);

    /// <summary>The same by another command, such as the program under strace.</summary>
    public static BootResult BootBy(string[] command, TemporaryDirectory directory, string disk, string[] bootLoaderArguments, params (string Name, JsonNode Value)[] more)
    {
        Tool.Need("python3");
        var place = Directory.CreateDirectory(directory[$"xen-{Guid.NewGuid():n}"]).FullName;
        var job = new JsonObject
        {
            ["program"] = new JsonArray([.. command.Select(word => (JsonNode)word)]),
            ["disk"] = disk,
            ["directory"] = place,
            ["bootloader_args"] = new JsonArray([.. bootLoaderArguments.Select(word => (JsonNode)word)]),
        };
        foreach (var (name, value) in more)
        {
            job[name] = value;
        }
        var said = Tool.Run("python3", Project.Tests("boot", "libxl.py"), job.ToJsonString()).ShouldSucceed();
        Assert.Empty(Directory.GetFileSystemEntries(place));
        return new BootResult(JsonNode.Parse(said.Output)!.AsObject());
    }

    // The newest source decides: a program of an older one tests what is no longer there.
    private static string? FindOrCompile()
    {
        var program = Path.Combine(Project.Root, "artifacts", "boot", "xenkube-boot");
        var newest = new[] { "XenKube.Boot", "XenKube.Core", "XenKube.Parsing" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Project.Root, "src", project), "*.cs*", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Max(File.GetLastWriteTimeUtc);
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) > newest)
        {
            return program;
        }
        return Tool.Find("gcc") is not null && Tool.Run(Path.Combine(Project.Root, "build", "publish-boot.sh"), [], null, Project.Root, TimeSpan.FromMinutes(15)).ExitCode == 0
            ? program : null;
    }
}

/// <summary>What the stand-in for libxl saw.</summary>
internal sealed record BootResult(JsonObject Json)
{
    public int Exit => (int)Json["exit"]!;

    public string Log => (string)Json["log"]!;

    public string Arguments => (string)Json["items"]!["args"]!;

    public string? KernelHash => (string?)Json["items"]!["kernel"]?["sha256"];

    public long? InitrdSize => (long?)Json["items"]!["ramdisk"]?["size"];

    public bool WasSignalled => Json["sent"] is not null;

    /// <summary>A failure as libxl and a person need it: exit 1, one sentence, and nothing left.</summary>
    public void ShouldFail(string sentence)
    {
        Assert.True(Exit == 1, Json.ToJsonString());
        var line = Assert.Single(Log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("xenkube-boot: ", line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.Contains(sentence, line, StringComparison.Ordinal);
        Assert.Equal(0, (long)Json["answer"]!);
        Assert.Empty(Json["left"]!.AsArray());
    }

    /// <summary>A boot: exit 0, and no file but those that were named and removed.</summary>
    public BootResult ShouldBoot()
    {
        Assert.True(Exit == 0, Json.ToJsonString());
        Assert.Empty(Json["left"]!.AsArray());
        return this;
    }
}
