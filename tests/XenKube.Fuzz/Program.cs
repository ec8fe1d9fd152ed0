using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using XenKube;
using XenKube.Fuzz;

// Usage: XenKube.Fuzz SEEDS CORPUS SECONDS [TARGET...]
// SEEDS/TARGET holds first inputs, CORPUS/TARGET the inputs that did something new in earlier runs (gzip); new ones are added there.
// Exit 1 if anything but an error of the module came of an input, or one took too long; the inputs are kept in CORPUS/TARGET.
if (args.Length < 3)
{
    Console.Error.WriteLine("usage: tests/fuzz.sh [SECONDS] [TARGET...]");
    return 2;
}
var (seeds, corpus, seconds) = (args[0], args[1], double.Parse(args[2], CultureInfo.InvariantCulture));
var targets = FuzzTarget.All.Where(target => args.Length == 3 || args[3..].Contains(target.Name)).ToList();
var coverage = new Coverage(AppContext.BaseDirectory);
var faults = 0;
foreach (var target in targets)
{
    faults += Fuzz(target, TimeSpan.FromSeconds(seconds / targets.Count));
}
return faults == 0 ? 0 : 1;

int Fuzz(FuzzTarget target, TimeSpan budget)
{
    const int longestMilliseconds = 5000;
    var random = new Random();
    var mutation = new Mutation(random);
    var folder = Directory.CreateDirectory(Path.Combine(corpus, target.Name)).FullName;
    var inputs = Directory.Exists(Path.Combine(seeds, target.Name))
        ? Directory.GetFiles(Path.Combine(seeds, target.Name)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList() : [];
    var first = inputs.Count;
    inputs.AddRange(Directory.GetFiles(folder, "*.gz").Order(StringComparer.Ordinal).Select(Unpack));
    if (inputs.Count == 0)
    {
        Console.WriteLine($"{target.Name}: no seeds");
        return 0;
    }
    var before = coverage.Count;
    long runs = 0;
    int kept = 0, wrong = 0;
    var clock = Stopwatch.StartNew();
    foreach (var input in inputs.ToList())
    {
        wrong += Try((byte[])input.Clone());
        _ = coverage.IsNew();
    }
    // In an image, most places are empty blocks: those that hold something are tried more often.
    var places = inputs.Select(input => target.IsImage ? Places(input) : []).ToList();
    while (clock.Elapsed < budget)
    {
        // Newer inputs more often: they are where something new was found.
        var chosen = random.Next(3) == 0 ? random.Next(inputs.Count) : inputs.Count - 1 - random.Next(Math.Min(inputs.Count, 1 + inputs.Count / 4));
        var bytes = mutation.Of(inputs[chosen], places[chosen], inputs[random.Next(inputs.Count)], target.IsImage);
        wrong += Try((byte[])bytes.Clone());
        if (coverage.IsNew())
        {
            inputs.Add(bytes);
            places.Add(target.IsImage ? Places(bytes) : []);
            kept++;
            Pack(Path.Combine(folder, Name(bytes) + ".gz"), bytes);
        }
    }
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{target.Name}: {runs} executions in {clock.Elapsed.TotalSeconds:F0} s from {first} seeds and {inputs.Count - kept - first} kept inputs, {kept} new, {coverage.Count - before} places of the coverage map, {wrong} faults"));
    return wrong;

    int Try(byte[] bytes)
    {
        runs++;
        var given = (byte[])bytes.Clone();
        coverage.Begin();
        // Not by the clock, which goes on while a busy machine lets the process wait.
        var time = Environment.CpuUsage.TotalTime;
        try
        {
            target.Run(bytes);
        }
        catch (XenKubeException)
        {
        }
        catch (Exception e)
        {
            Keep(given, $"{e.GetType().Name}: {e.Message}{Environment.NewLine}{e.StackTrace}");
            return 1;
        }
        if ((Environment.CpuUsage.TotalTime - time).TotalMilliseconds > longestMilliseconds)
        {
            Keep(given, "it took too long");
            return 1;
        }
        return 0;
    }

    void Keep(byte[] bytes, string reason)
    {
        var path = Path.Combine(folder, $"fault-{Name(bytes)}.gz");
        Pack(path, bytes);
        Console.WriteLine($"{target.Name}: {path}: {reason}");
    }
}

static List<int> Places(byte[] bytes) => [.. Enumerable.Range(0, bytes.Length).Where(at => bytes[at] is not (0 or 0xFF))];

static string Name(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];

static byte[] Unpack(string path)
{
    using var unpacked = new MemoryStream();
    using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
    file.CopyTo(unpacked);
    return unpacked.ToArray();
}

static void Pack(string path, byte[] bytes)
{
    using var file = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
    file.Write(bytes);
}
