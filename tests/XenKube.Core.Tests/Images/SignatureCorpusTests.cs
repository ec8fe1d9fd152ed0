using System.Text.Json;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>The recorded cases of tests/corpus/openpgp: every verdict and every member.</summary>
public sealed class SignatureCorpusTests(ITestOutputHelper output)
{
    private static readonly string[] Members = ["verdict", "primaryFingerprint", "signingFingerprint", "createdUtc", "hash", "publicKeyAlgorithm", "signatures"];

    private static string Corpus => Project.Tests("corpus", "openpgp");

    private static IEnumerable<string> Names => Directory.EnumerateDirectories(Corpus).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public static TheoryData<string> Cases => [.. Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_verified_gives_the_recorded_verdict(string name) => Assert.Equal("", Compare(name, DateTimeOffset.UtcNow));

    [Theory]
    [InlineData("2026-11-22T12:00:00Z")]
    [InlineData("2057-01-01T00:00:00Z")]
    public void Corpus_verified_on_other_days_gives_the_recorded_verdicts(string now)
    {
        var names = Names.ToList();
        var wrong = names.Select(name => Compare(name, DateTimeOffset.Parse(now, null))).Where(difference => difference.Length > 0).ToList();
        output.WriteLine($"{names.Count - wrong.Count} of {names.Count}");
        Assert.Empty(wrong);
        Assert.Equal(99, names.Count);
    }

    private static string Compare(string name, DateTimeOffset now)
    {
        var folder = Path.Combine(Corpus, name);
        var ring = KeyRing.Load(Path.Combine(folder, "key.asc"), isTrusted: true);
        var signature = SignatureVerifier.Verify(Path.Combine(folder, "file"), Path.Combine(folder, "sig"), ring, new FixedClock(now));
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using var actual = JsonDocument.Parse(signature.ToJson());
        var differences = Members.Select(member => (member, Text(expected, member), Text(actual, member))).Where(each => each.Item2 != each.Item3)
            .Select(each => $"{each.member}: expected {each.Item2}, got {each.Item3}").ToList();
        return differences.Count == 0 ? "" : $"{name}: {string.Join("; ", differences)} ({signature.Reason})";
    }

    private static string Text(JsonDocument document, string member) =>
        document.RootElement.TryGetProperty(member, out var value) ? JsonSerializer.Serialize(value) : "absent";
}

internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
