using System.Globalization;
using XenKube.Images.Signatures;
using XenKube.Parsing.OpenPgp;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

public sealed class KeyRenewalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private TrustStore Store => new(_directory["keys"]);

    private static KnownKey Flatcar => KnownKey.Find("flatcar")!;

    /// <summary>Flatcar's key as it was before its newest subkey.</summary>
    private static byte[] OlderFlatcar()
    {
        var packets = OpenPgpPacket.ReadAll(OpenPgpArmor.Remove(Flatcar.ReadContent())).ToList();
        var newest = packets.FindIndex(packet => packet.Tag == OpenPgpPacket.PublicSubkey && OpenPgpPublicKey.TryRead(packet, out var key) && key.Fingerprint == "52F145DFD00BBDCD928CBB5A32DA80F91EF52974");
        Assert.True(newest > 0);
        using var rest = new MemoryStream();
        foreach (var packet in packets.Where((packet, i) => i != newest && !(i > newest && packets.Skip(newest).Take(i - newest + 1).Skip(1).All(each => each.Tag == OpenPgpPacket.Signature))))
        {
            packet.WriteTo(rest);
        }
        return rest.ToArray();
    }

    [Theory]
    [InlineData("CoreOS", 1)]
    [InlineData("Flatcar", 1)]
    [InlineData("Fedora", 3)]
    [Trait("Kind", "Process")]
    public void Keys_that_come_along_are_what_gpg_reads(string name, int count)
    {
        Tool.Need("gpg");
        var home = Directory.CreateDirectory(_directory["gnupg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var known = KnownKey.FindAll(name);
        Assert.Equal(count, known.Count);
        foreach (var key in known)
        {
            var file = _directory.Write("key.asc", key.ReadContent());
            var lines = Tool.Run("env", $"GNUPGHOME={home}", "gpg", "--batch", "--no-tty", "--with-colons", "--fixed-list-mode", "--show-keys", file).Output.Split('\n').Select(line => line.Split(':')).ToList();
            var start = lines.FindIndex(line => line[0] == "fpr" && line[9] == key.Fingerprint);
            Assert.True(start > 0, $"gpg finds no {key.Fingerprint}");
            var parts = lines.Skip(start + 1).TakeWhile(line => line[0] != "pub").ToList();
            var subkeys = parts.Select((line, i) => (Line: line, Next: i + 1 < parts.Count ? parts[i + 1] : [])).Where(pair => pair.Line[0] == "sub")
                .Select(pair => (Fingerprint: pair.Next[9], Ends: pair.Line[6], IsRevoked: pair.Line[1] == "r"));
            var read = key.Read();
            Assert.Equal(subkeys, read.Subkeys.Select(subkey => (subkey.Fingerprint, subkey.ExpiresUtc is { } end ? new DateTimeOffset(end, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "", subkey.IsRevoked)));
            Assert.Equal(key.Fingerprint, read.Fingerprint);
        }
    }

    [Fact]
    public void Flatcars_key_signs_until_March_2027() =>
        Assert.Equal("2027-03-08T17:54:02", KeyRenewal.EndOf(Flatcar.Read())!.Value.ToString("s", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-11-28", CheckStatus.Pass, "in force")]
    [InlineData("2027-01-08", CheckStatus.Warn, "ends, the last one on 2027-03-08")]
    [InlineData("2027-04-01", CheckStatus.Warn, "has ended, the last one on 2027-03-08")]
    public void Check_warns_when_the_last_subkey_ends_or_has_ended(string day, CheckStatus status, string words)
    {
        Store.ImportKnown("Flatcar");
        var result = Assert.Single(KeyCheck.Run(Store, DateTime.Parse(day, CultureInfo.InvariantCulture)));
        Assert.Equal(("keys", status), (result.Name, result.Status));
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        // The copy that comes along is trusted already, so that importing it again is not the advice.
        Assert.DoesNotContain("import known key", result.Remedy, StringComparison.Ordinal);
        Assert.Equal(status == CheckStatus.Warn, result.Remedy.Contains("https://www.flatcar.org/", StringComparison.Ordinal));
    }

    [Fact]
    public void Older_trusted_copy_is_renewed_by_the_remedy_and_the_warning_is_gone()
    {
        var day = new DateTime(2026, 11, 28, 0, 0, 0, DateTimeKind.Utc);
        Store.Import(OlderFlatcar(), "old");
        Assert.Equal(KnownKeyState.KnownIsNewer, Store.StateOf(Flatcar));
        var warning = Assert.Single(KeyCheck.Run(Store, day));
        Assert.Equal(CheckStatus.Warn, warning.Status);
        Assert.Contains("has ended, the last one on 2025-03-06", warning.Message, StringComparison.Ordinal);
        Assert.Contains("import known key Flatcar", warning.Remedy, StringComparison.Ordinal);
        Store.ImportKnown("Flatcar");
        Assert.Equal(KnownKeyState.Same, Store.StateOf(Flatcar));
        Assert.Equal(CheckStatus.Pass, Assert.Single(KeyCheck.Run(Store, day)).Status);
    }

    [Fact]
    public void Key_of_an_owner_that_is_gone_has_no_newer_copy()
    {
        Assert.Equal(KnownKeyState.NotTrusted, Store.StateOf(KnownKey.Find("CoreOS")!));
        Store.ImportKnown("CoreOS");
        var result = Assert.Single(KeyCheck.Run(Store));
        Assert.Equal(CheckStatus.Warn, result.Status);
        Assert.Contains("There is no newer copy", result.Remedy, StringComparison.Ordinal);
        Assert.Empty(KeyCheck.Run(new TrustStore(_directory["none"])));
    }

    [Fact]
    public void Keys_of_all_releases_are_imported_by_one_name()
    {
        Assert.Equal(3, Store.ImportKnown("fedora").Count);
        Assert.Single(Store.ImportKnown("Fedora-44"));
        Assert.Equal(3, Store.List().Count);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Keybox_of_gpg_is_named_and_the_remedy_gives_a_key()
    {
        Tool.Need("gpg");
        var home = Directory.CreateDirectory(_directory["gnupg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        ToolResult Gpg(params string[] words) => Tool.Run("env", [$"GNUPGHOME={home}", "gpg", "--batch", "--no-tty", "--quiet", .. words]).ShouldSucceed();
        Gpg("--import", _directory.Write("key.asc", Flatcar.ReadContent()));
        var error = Assert.Throws<InvalidInputException>(() => Store.Import(Path.Combine(home, "pubring.kbx")));
        Assert.Equal("KeyFileMalformed", error.ErrorId);
        Assert.Contains("keybox", error.Reason, StringComparison.Ordinal);
        Assert.StartsWith("Export the key: gpg --armor --export FINGERPRINT", error.Remedy, StringComparison.Ordinal);
        Assert.Single(Store.Import(Gpg("--armor", "--export", Flatcar.Fingerprint).OutputBytes));
    }

    private static byte[] Packet(int tag, params byte[] body) => [(byte)(0xC0 | tag), (byte)body.Length, .. body];

    private static byte[] KeyPacket(byte version, byte algorithm) => Packet(6, [version, 0x60, 0, 0, 0, algorithm, .. new byte[40]]);

    [Theory]
    [InlineData(6, 27, "version 6 (RFC 9580)")]
    [InlineData(5, 22, "version 5 (LibrePGP")]
    [InlineData(3, 1, "version 3")]
    [InlineData(7, 1, "version 7")]
    public void Key_of_another_version_is_named_and_not_to_be_exported_again(byte version, byte algorithm, string words)
    {
        var content = KeyPacket(version, algorithm);
        var error = Assert.Throws<InvalidInputException>(() => Store.Import(content, "file"));
        Assert.Equal("KeyFileEmpty", error.ErrorId);
        Assert.Contains(words, error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("again", error.Remedy, StringComparison.Ordinal);
        // Beside a key that is read, it is said to be left out.
        byte[] both = [.. OpenPgpArmor.Remove(Flatcar.ReadContent()).Span, .. content];
        Assert.Single(Store.Import(both, "file"));
        Assert.Contains(words, Assert.Single(TrustStore.FindSkipped(both)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(27, "27 (Ed25519 of RFC 9580)")]
    [InlineData(30, "ML-DSA-65")]
    [InlineData(99, "algorithm 99")]
    public void Key_of_an_unknown_algorithm_is_named(byte algorithm, string words)
    {
        byte[] content = [.. KeyPacket(4, algorithm), .. Packet(13, "A <a@example.invalid>"u8.ToArray())];
        var error = Assert.Throws<InvalidInputException>(() => Store.Import(content, "file"));
        Assert.Contains(words, error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("again", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAA me@host", "ssh")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMII\n", "X.509")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMII\n", "PEM")]
    [InlineData("untrusted comment: minisign public key\nRWQ\n", "minisign")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("SQLite format 3\0", "database")]
    public void File_that_is_something_else_is_named(string content, string words) =>
        Assert.Contains(words, Assert.Throws<InvalidInputException>(() => Store.Import(System.Text.Encoding.ASCII.GetBytes(content), "file")).Reason, StringComparison.Ordinal);
}
