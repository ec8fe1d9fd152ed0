using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Images.Forge;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>The rules of tests/corpus/openpgp/README.md by packets made by hand, and gpg's word on those where it has the same rules.</summary>
public sealed class SignatureRuleTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Forged_cases_get_their_verdicts()
    {
        var wrong = ForgedCases.All.Select(each => (each, result: Verify(each))).Where(pair => pair.result.Verdict != pair.each.Verdict)
            .Select(pair => $"{pair.each}: expected {pair.each.Verdict}, got {pair.result.Verdict} ({pair.result.Reason})").ToList();
        output.WriteLine($"{ForgedCases.All.Count - wrong.Count} of {ForgedCases.All.Count}");
        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
        Assert.InRange(ForgedCases.All.Count, 400, int.MaxValue);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Forged_cases_get_the_same_verdicts_from_gpg_where_its_rules_are_the_same()
    {
        Tool.Need("gpg");
        var comparable = Environment.GetEnvironmentVariable("XENKUBE_GPG_ALL") == "1" ? ForgedCases.All.ToList() : ForgedCases.All.Where(each => each.GpgAgrees).ToList();
        var wrong = comparable.GroupBy(each => Convert.ToBase64String(each.Ring)).SelectMany(Compare).ToList();
        output.WriteLine($"{comparable.Count - wrong.Count} of {comparable.Count}");
        wrong.ForEach(output.WriteLine);
        Assert.Empty(wrong);
    }

    private IEnumerable<string> Compare(IEnumerable<ForgedCase> cases)
    {
        var home = _directory["gpg" + Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] common = ["--homedir", home, "--batch", "--no-autostart", "--no-auto-check-trustdb", "--status-fd", "1"];
        var imported = false;
        foreach (var each in cases)
        {
            if (!imported)
            {
                var ring = _directory.Write("ring", each.Ring);
                Tool.Run("gpg", [.. common, "--import", ring]);
                imported = true;
            }
            var (signature, file) = (_directory.Write("sig", each.Signature), _directory.Write("file", each.File));
            var said = Tool.Run("gpg", [.. common, "--verify", signature, file]).Output;
            var verdict = Map(said);
            if (verdict != each.Verdict)
            {
                yield return $"{each}: expected {each.Verdict}, gpg says {verdict?.ToString() ?? said.Replace('\n', '|')}";
            }
        }
    }

    // As README maps gpg's lines.
    private static SignatureVerdict? Map(string status)
    {
        (string Line, SignatureVerdict Verdict)[] map =
        [
            ("BADSIG", SignatureVerdict.Bad), ("REVKEYSIG", SignatureVerdict.RevokedKey), ("EXPKEYSIG", SignatureVerdict.ExpiredKey), ("EXPSIG", SignatureVerdict.ExpiredSignature),
            ("NO_PUBKEY", SignatureVerdict.UnknownKey), ("GOODSIG", SignatureVerdict.Good), ("NODATA", SignatureVerdict.Malformed), ("UNEXPECTED", SignatureVerdict.Malformed),
        ];
        foreach (var (line, verdict) in map)
        {
            if (status.Contains($"[GNUPG:] {line} ", StringComparison.Ordinal))
            {
                return verdict;
            }
        }
        return null;
    }

    private ImageSignature Verify(ForgedCase each) => SignatureVerifier.Verify(_directory.Write("file", each.File), _directory.Write("sig", each.Signature), KeyRing.Read(each.Ring, null, isTrusted: true));
}
