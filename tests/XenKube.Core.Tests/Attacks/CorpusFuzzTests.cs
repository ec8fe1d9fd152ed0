using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using XenKube.Fuzz;
using XenKube.Tests.Support;

namespace XenKube.Tests.Attacks;

/// <summary>
/// The short form of tests/fuzz.sh: what its runs kept, and small changes of that, given to the same parsers. The changes are the same in
/// each run. XENKUBE_LONG=1 makes fifty times as many.
/// </summary>
[Trait("Kind", "Fuzz")]
public class CorpusFuzzTests(ITestOutputHelper output)
{
    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Only_errors_of_the_module_come_of_an_input(string name)
    {
        var target = FuzzTarget.All.Single(target => target.Name == name);
        var kept = Directory.GetFiles(Project.Tests("corpus", "fuzz", name), "*.gz").Order(StringComparer.Ordinal).Select(Unpack).ToList();
        Assert.True(kept.Count >= 20, $"{kept.Count} inputs");
        var clock = Stopwatch.StartNew();
        var random = new Random(1);
        var mutation = new Mutation(random);
        var changes = (target.IsImage ? 200 : 1000) * (LongRun.Count(1, 50));
        // In an image, most places are empty blocks.
        var places = kept.Select(input => target.IsImage ? Enumerable.Range(0, input.Length).Where(at => input[at] is not (0 or 0xFF)).ToArray() : []).ToList();
        var refused = kept.Count(input => !Try(target, input));
        for (var i = 0; i < changes; i++)
        {
            var chosen = random.Next(kept.Count);
            refused += Try(target, mutation.Of(kept[chosen], places[chosen], kept[random.Next(kept.Count)], target.IsImage)) ? 0 : 1;
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {kept.Count} kept inputs and {changes} changed ones in {clock.Elapsed.TotalSeconds:F1} s, {refused} refused"));
    }

    // Everything else that is thrown fails the test, with the input.
    private static bool Try(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run((byte[])input.Clone());
            return true;
        }
        catch (XenKubeException)
        {
            return false;
        }
        catch (Exception e)
        {
            using var packed = new MemoryStream();
            using (var pack = new GZipStream(packed, CompressionLevel.SmallestSize))
            {
                pack.Write(input);
            }
            Assert.Fail($"{target.Name}: {e}{Environment.NewLine}The input, gzip in base64: {Convert.ToBase64String(packed.ToArray())}");
            throw;
        }
    }

    private static byte[] Unpack(string path)
    {
        using var unpacked = new MemoryStream();
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        file.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
