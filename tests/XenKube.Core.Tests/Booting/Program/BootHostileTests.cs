using System.Diagnostics;
using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting.Program;

/// <summary>
/// Damaged disks in the real reader, under its limits: each is booted or refused in a sentence, soon. A reader that crashes, or asks for
/// a system call outside its list, fails the test. XENKUBE_LONG takes a hundred thousand disks.
/// </summary>
[Trait("Kind", "Fuzz")]
public sealed class BootHostileTests(ITestOutputHelper output) : IDisposable
{
    private const int SectorSize = 512;
    private static readonly int Rounds = LongRun.Count(30, 50_000);

    private readonly TemporaryDirectory _directory = new(inMemory: true);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Damaged_disks_of_flatcar_are_booted_or_refused_in_a_sentence()
    {
        using var image = BootPlanTests.Flatcar(elf: ForgedKernel.Elf(size: 20_000), format: "xz", oem: "set linux_append=\"a=b\"\n", attributesB: "0012000000000000");
        Damage(image.Path, 1);
    }

    [Fact]
    public void Damaged_disks_of_fedora_coreos_are_booted_or_refused_in_a_sentence()
    {
        using var image = LayoutImage.FedoraCoreOS(BootPlanTests.Entries(("ostree-1", "one", "/ostree/fedora-coreos-abc/vmlinuz-6.16")), ("loader", "loader.1"));
        Damage(image.Path, 2);
    }

    private void Damage(string path, int seed)
    {
        var original = File.ReadAllBytes(path);
        // Bytes that mean something: a sector of zeros is mostly room.
        var used = Enumerable.Range(0, original.Length / SectorSize)
            .Where(sector => original.AsSpan(sector * SectorSize, SectorSize).ContainsAnyExcept((byte)0)).ToArray();
        var random = new Random(seed);
        var disk = _directory[$"disk{seed}.img"];
        var (booted, refused) = (0, 0);
        var longest = TimeSpan.Zero;
        // Compiled once, before any time is taken.
        _ = BootProgram.Command;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = original.ToArray();
            for (var i = 0; i < 1 + (round % 12); i++)
            {
                var at = (used[random.Next(used.Length)] * SectorSize) + random.Next(SectorSize);
                bytes[at] = random.Next(3) == 0 ? (byte)(bytes[at] ^ (1 << random.Next(8))) : (byte)random.Next(256);
            }
            File.WriteAllBytes(disk, bytes);
            var start = Stopwatch.GetTimestamp();
            var exit = Boot(disk, out var said);
            longest = longest > Stopwatch.GetElapsedTime(start) ? longest : Stopwatch.GetElapsedTime(start);
            (booted, refused) = exit == 0 ? (booted + 1, refused) : (booted, refused + 1);
            var isSentence = exit is 0 or 1 && said.Split('\n', StringSplitOptions.RemoveEmptyEntries).All(line => line.StartsWith("xenkube-boot: ", StringComparison.Ordinal));
            if (!isSentence || said.Contains("the part that reads the disk", StringComparison.Ordinal) || said.Contains('\e', StringComparison.Ordinal))
            {
                Assert.Fail($"round {round}, exit {exit}: {said}");
            }
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{booted} booted, {refused} refused, the slowest in {longest.TotalMilliseconds:0} ms"));
        Assert.True(booted > 0 && refused > 0, $"{booted} booted, {refused} refused");
    }

    private int Boot(string disk, out string said)
    {
        var place = Directory.CreateDirectory(_directory["xen"]);
        var (answer, files) = (Path.Combine(place.FullName, "out"), Path.Combine(place.FullName, "d"));
        File.WriteAllBytes(answer, []);
        Directory.CreateDirectory(files);
        var result = Tool.Run(BootProgram.Command[0], [.. BootProgram.Command[1..], $"--output={answer}", $"--output-directory={files}", disk], null);
        said = result.All;
        // Refused: nothing is left.
        Assert.True(result.ExitCode == 0 || (new FileInfo(answer).Length == 0 && !Directory.EnumerateFileSystemEntries(files).Any()), said);
        place.Delete(recursive: true);
        return result.ExitCode;
    }
}
